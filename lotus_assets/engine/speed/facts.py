"""The shape of a fact about speed, and the columns that all of them have in common."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SERIES = ["suite", "benchmark", "metric"]
TEXTS = ("fact", "list", *SERIES, "run_id", "baseline_run_id", "movement", "state", "reason")
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
]
KEY = ["fact", "list", *SERIES, "run_id"]
EXACT = "exact"
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


def comparable(points: pd.DataFrame) -> pd.DataFrame:
    """The points that may be judged: measured, not worked out from another metric, above zero.

    Sorted by series and position, with `cost`: the value as "more is worse".
    """
    is_exact = points["direction"].eq(EXACT).to_numpy(bool)
    is_derived = points["is_derived"].to_numpy(bool)
    kept = points[~is_exact & ~is_derived & (points["value"].to_numpy(np.float64) > 0)].copy()
    value = kept["value"].to_numpy(np.float64)
    is_higher = kept["direction"].eq("higher").to_numpy(bool)
    kept["cost"] = np.where(is_higher, 1.0 / value, value)
    ordered: pd.DataFrame = kept.sort_values([*SERIES, "position"], kind="stable")
    return ordered.reset_index(drop=True)


def percent(ratio: float) -> str:
    """A ratio of costs for people: `12.3 % slower`."""
    return f"{abs(ratio - 1):.1%} {'slower' if ratio > 1 else 'faster'}".replace("%", " %", 1)
