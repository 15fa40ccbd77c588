"""What every single period's effect counts for in the linked effect.

Each function takes the returns of single periods, segments of them by `offsets`, and gives one
coefficient a row: the linked effect is Σ coefficient·effect over the segment.
"""

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


def log_ratio(portfolio: Floats, benchmark: Floats) -> Floats:
    """`(ln(1 + R_P) - ln(1 + R_B)) / (R_P - R_B)`, `1/(1 + R)` where they are equal.

    With u = (R_P - R_B)/(1 + R_B) it is log1p(u)/u/(1 + R_B): nothing cancels.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (portfolio - benchmark) / (1.0 + benchmark)
        ratio = np.log1p(relative) / relative
    return np.where(relative == 0, 1.0, ratio) / (1.0 + benchmark)


def carino(
    portfolio: Floats,
    benchmark: Floats | float,
    linked: Floats,
    linked_benchmark: Floats | float,
    offsets: Integers,
) -> Floats:
    """`k_t / k`; with benchmark 0 it is `k = ln(1 + R)/R`, as contribution needs it.

    Source: Cariño, "Combining Attribution Effects Over Time", Journal of Performance Measurement,
    Summer 1999.
    """
    whole = log_ratio(linked, np.broadcast_to(linked_benchmark, linked.shape))
    single = log_ratio(portfolio, np.broadcast_to(benchmark, portfolio.shape))
    return single / np.repeat(whole, np.diff(offsets))


def menchero(
    portfolio: Floats,
    benchmark: Floats,
    linked: Floats,
    linked_benchmark: Floats,
    offsets: Integers,
) -> Floats:
    """`M + a_t`.

    Source: Menchero, "An Optimized Approach to Linking Attribution Effects over Time", Journal of
    Performance Measurement, Fall 2000.
    """
    counts = np.diff(offsets)
    active = portfolio - benchmark
    difference = linked - linked_benchmark
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = difference / (1.0 + linked_benchmark)
        ratio = relative / counts / np.expm1(np.log1p(relative) / counts)
        scale = np.where(relative == 0, 1.0, ratio)
        scale *= np.exp(np.log1p(linked_benchmark) * (counts - 1) / counts)
        squares = segment_sums(active**2, offsets)
        remainder = difference - scale * segment_sums(active, offsets)
        correction = np.where(squares == 0, 0.0, remainder / squares)
    return np.repeat(scale, counts) + np.repeat(correction, counts) * active


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
