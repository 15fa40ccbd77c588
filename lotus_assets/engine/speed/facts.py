"""The shape of a fact about speed, and the columns that all of them have in common."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

SERIES = ["suite", "benchmark", "metric"]
TEXTS = (
    *("fact", "list", *SERIES, "run_id", "baseline_run_id", "movement", "state", "reason"),
    "suite_wide_run_id",
)
NUMBERS = ("value", "baseline_value", "ratio", "limit", "p_value", "share")
COUNTS = ("epoch", "points_before", "points_after")
FACT_COLUMNS = [
    "fact",
    "list",
    *SERIES,
    "epoch",
    "run_id",
    "baseline_run_id",
    "value",
    "baseline_value",
    "ratio",
    "limit",
    "p_value",
    "points_before",
    "points_after",
    "share",
    "movement",
    "state",
    "reason",
    "suite_wide_run_id",
]
KEY = ["fact", "list", *SERIES, "run_id"]
EXACT = "exact"
TIMES = ("time", "cpu_time")
"""Quantities that a machine makes longer."""
SMALLEST = 5e-324
LARGEST_LOGARITHM = 700.0
"""Beyond it a ratio is no finite number."""
Floats = NDArray[np.float64]


def facts_of(rows: Sequence[dict[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Facts with exactly FACT_COLUMNS in their types; what a fact does not have is empty."""
    frame = pd.DataFrame(rows)
    for name in FACT_COLUMNS:
        if name not in frame:
            frame[name] = "" if name in ("list", *SERIES) else None
    frame = frame[FACT_COLUMNS]
    types: dict[Hashable, Any] = {
        **dict.fromkeys(TEXTS, object),
        **dict.fromkeys(NUMBERS, "float64"),
        **dict.fromkeys(COUNTS, "Int64"),
    }
    return frame.astype(types).reset_index(drop=True)


def measured(points: pd.DataFrame) -> pd.DataFrame:
    """The points whose size matters: neither exact nor worked out from another metric.

    Sorted by series and position, so that the run before is the row before.
    """
    is_exact = points["direction"].eq(EXACT).to_numpy(bool)
    kept = points[~is_exact & ~points["is_derived"].to_numpy(bool)]
    ordered: pd.DataFrame = kept.sort_values([*SERIES, "position"], kind="stable")
    return ordered.assign(value=ordered["value"].to_numpy(np.float64)).reset_index(drop=True)


def comparable(points: pd.DataFrame) -> pd.DataFrame:
    """The measured points of the epochs that have logarithms, with `log_cost`: more is worse.

    A zero counts as half the least figure above zero of its epoch. An epoch of nothing but zeros
    never changed, and one with a negative figure has no ratios: both are left out.
    """
    rows = measured(points)
    epoch = [rows[name] for name in (*SERIES, "epoch")]
    values = rows["value"]
    least = values.where(values > 0).groupby(epoch, sort=False).transform("min")
    has_logarithms = values.groupby(epoch, sort=False).transform("min").ge(0) & least.notna()
    above_zero = values.where(values > 0, np.maximum(least / 2, SMALLEST))
    kept = rows[has_logarithms].copy()
    is_higher = kept["direction"].eq("higher").to_numpy(bool)
    logarithms = np.log(above_zero[has_logarithms].to_numpy(np.float64))
    kept["log_cost"] = np.where(is_higher, -logarithms, logarithms)
    return kept.reset_index(drop=True)


def times_worse(value: ArrayLike, baseline: ArrayLike, is_higher: ArrayLike) -> Floats:
    """How many times worse `value` is than `baseline`: their ratio, turned where more is better.

    Equal figures give 1, zeros too; infinite where something came of nothing (or nothing is left
    of what should be much); NaN where either is missing or negative: signs have no ratio.
    """
    values = np.asarray(value, np.float64) + 0.0
    baselines = np.asarray(baseline, np.float64) + 0.0
    above = np.where(is_higher, baselines, values)
    below = np.where(is_higher, values, baselines)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(above == below, 1.0, above / below)
    ratios: Floats = np.where((above < 0) | (below < 0), np.nan, ratio)
    return ratios


def finite(ratios: Floats) -> Floats:
    """The ratios, NaN where one is infinite: a number is told or none."""
    told: Floats = np.where(np.isfinite(ratios), ratios, np.nan)
    return told


def exponential(logarithms: ArrayLike) -> Floats:
    """The ratios whose logarithms are given, within what a float holds."""
    bounded = np.clip(np.asarray(logarithms, np.float64), -LARGEST_LOGARITHM, LARGEST_LOGARITHM)
    ratios: Floats = np.exp(bounded)
    return ratios


def figure(value: float) -> str:
    """A figure for people, all its digits: `90.9`, `500`."""
    return repr(float(value)).removesuffix(".0")


def rounded(value: float) -> str:
    """A figure for people, to three digits."""
    return f"{float(value):.3g}"


def change(value: float, baseline: float, ratio: float, quantity: str) -> str:
    """What became of a figure, for people: `12.3 % slower`, `500 after 0`."""
    if not np.isfinite(ratio):
        return f"{rounded(value)} after {rounded(baseline)}"
    return percent(ratio, quantity)


def percent(ratio: float, quantity: str = "time") -> str:
    """A ratio of costs for people: `12.3 % slower`, `3 times slower`; only times are slow."""
    worse, better = ("slower", "faster") if quantity in TIMES else ("worse", "better")
    if ratio >= 2:
        return f"{ratio:.3g} times {worse}"
    return f"{abs(ratio - 1):.1%} {worse if ratio > 1 else better}".replace("%", " %", 1)
