"""A suite's benchmarks beside each other: what moves together (docs/PERFORMANCE.md)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.speed.facts import TIMES, Floats, comparable

SHARE = 0.6
MINIMUM_EFFECT = 0.05
BEFORE, AFTER = 10, 6
"""Points whose median is the level before, and after, a run."""
FEWEST_BEFORE = 3
FEWEST_BENCHMARKS = 3
"""Fewer cannot tell what all have in common from what is one's own."""


@dataclass(frozen=True)
class TimesOfSuite:
    """The times of one suite on one machine: a row a run, in order, a column an epoch of a series.

    Natural logarithms; NaN where a run lacks a benchmark.
    """

    suite: str
    quantity: str
    log_costs: pd.DataFrame

    @property
    def run_ids(self) -> list[str]:
        """Of the rows."""
        return [str(run_id) for run_id in self.log_costs.index.get_level_values("run_id")]

    def before(self) -> pd.DataFrame:
        """The level before each run: the median of up to ten runs, of three at least."""
        return self.log_costs.shift().rolling(BEFORE, min_periods=FEWEST_BEFORE).median()

    def after(self) -> pd.DataFrame:
        """The level from each run on: the median of six runs."""
        backwards = self.log_costs[::-1].rolling(AFTER, min_periods=AFTER).median()
        return backwards[::-1]


def times_of_suites(points: pd.DataFrame) -> Iterator[TimesOfSuite]:
    """Every suite with benchmarks enough, by machine and by quantity (wall time, CPU time)."""
    times = comparable(points)
    times = times[times["quantity"].isin(TIMES)]
    for (suite, _, quantity), rows in times.groupby(
        ["suite", "machine_fingerprint", "quantity"], sort=True
    ):
        table = rows.pivot_table(
            index=["ordered_at", "run_id"],
            columns=["benchmark", "metric", "epoch"],
            values="log_cost",
        )
        if table.shape[1] >= FEWEST_BENCHMARKS:
            yield TimesOfSuite(str(suite), str(quantity), table)


@dataclass(frozen=True)
class Together:
    """How many benchmarks moved in one direction at each run, of how many that can be told."""

    sign: int
    """1: slower, -1: faster."""
    moved: Floats
    known: Floats

    @property
    def share(self) -> Floats:
        """Part of the benchmarks that moved; 0 where too few can be told."""
        part: Floats = np.where(
            self.known >= FEWEST_BENCHMARKS, self.moved / np.maximum(self.known, 1), 0.0
        )
        return part

    @property
    def movement(self) -> str:
        """In words."""
        return "slower" if self.sign > 0 else "faster"


def moved_together(shifts: pd.DataFrame, minimum_effect: float) -> Iterator[Together]:
    """Both directions of `shifts` (of logarithms), a row a run, a column a benchmark."""
    values = shifts.to_numpy(np.float64)
    known = np.isfinite(values).sum(axis=1).astype(np.float64)
    limit = np.log1p(minimum_effect)
    for sign in (1, -1):
        yield Together(sign, (sign * values > limit).sum(axis=1).astype(np.float64), known)
