"""What every single period's effect counts for in the linked effect.

Each function takes the returns of single periods, segments of them by `offsets`, and gives one
coefficient a row: the linked effect is Σ coefficient·effect over the segment.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lotus_assets.engine.performance.formulas.segments import (
    Floats,
    Integers,
    products_after,
    products_before,
    segment_sums,
)


class Linking(StrEnum):
    """How effects of single periods are linked."""

    CARINO = "CARINO"
    MENCHERO = "MENCHERO"
    GRAP = "GRAP"
    FRONGELLO = "FRONGELLO"
    NONE = "NONE"


@dataclass(frozen=True)
class Active:
    """Active returns d = R_P - R_B and g = ln(1 + R_P) - ln(1 + R_B), neither as a difference of
    what is nearly the same, beside the benchmark's returns. One value a single period."""

    benchmark: Floats | float
    returns: Floats
    growth: Floats

    @property
    def factors(self) -> Floats:
        """`k`: g/d, `1/(1 + R)` where the returns are equal."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.growth / self.returns
            return np.where(self.returns == 0, 1.0 / (1.0 + self.benchmark), ratio)


def active_returns(portfolio: Floats, benchmark: Floats) -> Active:
    """Active returns of floats: g is log1p((R_P - R_B)/(1 + R_B))."""
    active = portfolio - benchmark
    with np.errstate(divide="ignore", invalid="ignore"):
        return Active(benchmark, active, np.log1p(active / (1.0 + benchmark)))


@dataclass(frozen=True)
class LinkedActive:
    """g of every segment, and the larger of ln(1 + R_P) and ln(1 + R_B)."""

    growth: Floats
    top: Floats

    @property
    def kept(self) -> Floats:
        """1 - e^-|g|."""
        kept: Floats = -np.expm1(-np.abs(self.growth))
        return kept

    @property
    def returns(self) -> Floats:
        """R_P - R_B."""
        return np.sign(self.growth) * np.exp(self.top) * self.kept


def carino(active: Active, linked: LinkedActive, offsets: Integers) -> Floats:
    """`k_t / k`; with benchmark 0 it is `k = ln(1 + R)/R`, as contribution needs it.

    1/k is the logarithmic mean of 1 + R_P and 1 + R_B. Source: Cariño, "Combining Attribution
    Effects Over Time", Journal of Performance Measurement, Summer 1999.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(linked.growth == 0, 1.0, linked.kept / np.abs(linked.growth))
        coefficients: Floats = active.factors * np.repeat(
            mean * np.exp(linked.top), np.diff(offsets)
        )
        return coefficients


def menchero(active: Active, linked: LinkedActive, offsets: Integers) -> Floats:
    """`M + a_t`.

    Source: Menchero, "An Optimized Approach to Linking Attribution Effects over Time", Journal of
    Performance Measurement, Fall 2000.
    """
    counts = np.diff(offsets)
    with np.errstate(divide="ignore", invalid="ignore"):
        single = LinkedActive(linked.growth / counts, linked.top)
        scale = np.where(linked.growth == 0, 1.0, linked.kept / (counts * single.kept))
        scale *= np.exp(linked.top * (counts - 1) / counts)
        squares = segment_sums(active.returns**2, offsets)
        remainder = linked.returns - scale * segment_sums(active.returns, offsets)
        correction = np.where(squares == 0, 0.0, remainder / squares)
        return np.repeat(scale, counts) + np.repeat(correction, counts) * active.returns


def grap(portfolio: Floats, benchmark: Floats, offsets: Integers) -> Floats:
    """`∏_{s<t}(1 + R_P,s) ∏_{s>t}(1 + R_B,s)`.

    Source: GRAP, "Synthèse des modèles d'attribution de performance" (1997).
    """
    return products_before(1.0 + portfolio, offsets) * products_after(1.0 + benchmark, offsets)


def frongello(portfolio: Floats, benchmark: Floats, offsets: Integers) -> Floats:
    """Coefficients of `E_t = e_t ∏_{s<t}(1 + R_P,s) + R_B,t Σ_{s<t} E_s`, summed over t.

    The running sum C_t = C_{t-1}(1 + R_B,t) + e_t ∏_{s<t}(1 + R_P,s) carries each effect with the
    benchmark to the end, so the coefficients are GRAP's. Source: Frongello, "Linking Single Period
    Attribution Results", Journal of Performance Measurement, Spring 2002.
    """
    return grap(portfolio, benchmark, offsets)
