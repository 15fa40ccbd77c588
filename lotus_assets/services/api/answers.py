"""Values of result frames as JSON has them."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field

from lotus_assets.engine.performance.formulas.calendar_days import DAY
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.services.api.envelope import Diagnostic

MOST_NAMED = 100
"""Diagnostics of one kind that are listed; the last one says how many more there are."""


class AnsweredPeriod(BaseModel):
    """The days of one period in an answer."""

    requested_start_date: dt.date = Field(
        description="First day by the period's definition.", examples=["2025-01-01"]
    )
    start_date: dt.date = Field(
        description="First day, clamped to the open date.", examples=["2025-01-01"]
    )
    end_date: dt.date = Field(
        description="Last day, clamped to the as-of date and the close date.",
        examples=["2025-03-31"],
    )
    clamped: bool = Field(
        description="Whether start_date was clamped to the open date, or end_date to the close "
        "date.",
        examples=[False],
    )


def stale_valuations(windows: Windows) -> Iterator[Diagnostic]:
    """STALE_VALUATIONS of each period whose last valuation is too old to be annualised."""
    for number in np.flatnonzero(~np.isnat(windows.stale_since)):
        key, last, end = (
            column[number] for column in (windows.key, windows.stale_since, windows.end_date)
        )
        yield stale_valuation(f"{key}: ", last, end)


def stale_valuation(what: str, last: np.datetime64, end: np.datetime64) -> Diagnostic:
    """The last valuation of a window that ends on `end`."""
    return Diagnostic(
        code="STALE_VALUATIONS",
        detail=f"{what}the last valuation is of {last}, {(end - last) // DAY} days before {end}",
    )


def plain(value: Any) -> Any:
    """A cell as JSON has it: NaN, NaT and infinities are null, days are ISO 8601."""
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.bool_ | np.integer):
        return value.item()
    if value is pd.NaT or value is pd.NA:
        return None
    return str(value) if isinstance(value, str) else value


def records(frame: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of some columns, by their names in the answer: column → name."""
    columns = [[plain(value) for value in frame[column]] for column in names]
    return [dict(zip(names.values(), row, strict=True)) for row in zip(*columns, strict=True)]


def named(code: str, details: Sequence[str]) -> Iterable[Diagnostic]:
    """A diagnostic for each detail, or for the first of very many."""
    for detail in details[:MOST_NAMED]:
        yield Diagnostic(code=code, detail=detail)
    if len(details) > MOST_NAMED:
        yield Diagnostic(code=code, detail=f"and {len(details) - MOST_NAMED} more")
