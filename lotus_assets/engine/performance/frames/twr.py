"""Time-weighted returns of portfolios: by period, by calendar bucket, by day."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.annualisation import AnnualisationBasis
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import (
    MONEY,
    Basis,
    daily_returns,
    gains,
)
from lotus_assets.engine.performance.formulas.periods import (
    STANDARD_PERIODS,
    ReportingPeriod,
    Windows,
)
from lotus_assets.engine.performance.formulas.segments import Integers, segment_of_rows
from lotus_assets.engine.performance.formulas.small_capital import has_small_capital
from lotus_assets.engine.performance.formulas.statuses import Mark, Reason, Status
from lotus_assets.engine.performance.formulas.time_weighted import breakdown, time_weighted_returns
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays

CALENDAR_BUCKETS = (
    Frequency.WEEKLY,
    Frequency.MONTHLY,
    Frequency.QUARTERLY,
    Frequency.YEARLY,
)
MARKS = [mark for mark in Mark if mark]


@dataclass(frozen=True)
class TwrOptions:
    """Which returns: periods, net or gross of fees (or both), and how years are counted."""

    periods: tuple[ReportingPeriod, ...] = STANDARD_PERIODS
    bases: tuple[Basis, ...] = (Basis.NET, Basis.GROSS)
    annualisation: AnnualisationBasis = AnnualisationBasis.ACT_365


def twr(days: PortfolioDays, options: TwrOptions) -> pd.DataFrame:
    """One row a portfolio, basis and period, in the order of the portfolios and the options.

    Columns: portfolio_id, metric_basis, period (its key), requested_start_date, start_date,
    end_date, is_clamped, period_return, annualised_return, annualisation_reason (None where
    there is a value), status, status_date (the day that decided it), stale_since (day of the last
    valuation where it is stale), small_capital_days (of the period: see `has_small_capital`).
    Raises ValueError for a period asked for twice, or BUS/252
    without calendars.
    """
    windows = days.windows(options.periods)
    small = np.append(0, np.cumsum(has_small_capital(days.values)))
    small_days = small[windows.stop] - small[windows.start]
    parts = []
    for basis in options.bases:
        part = time_weighted_returns(
            days.values, windows, basis, options.annualisation, days.calendars
        )
        reason = part["annualisation_reason"].to_numpy(dtype=object).copy()
        reason[reason == Reason.NONE] = None
        part["annualisation_reason"] = reason
        part.insert(1, "metric_basis", str(basis))
        part["small_capital_days"] = small_days
        parts.append(part.rename(columns={"clamped": "is_clamped", "return": "period_return"}))
    return _by_portfolio(days, parts)


def twr_buckets(
    days: PortfolioDays,
    options: TwrOptions,
    frequencies: Sequence[Frequency] = CALENDAR_BUCKETS,
    *,
    longest_only: bool = False,
) -> pd.DataFrame:
    """One row a portfolio, basis, frequency, period and bucket that has observations.

    Columns: portfolio_id, metric_basis, frequency, period, bucket (its label), start_date and
    end_date (first and last observation), bucket_return, cumulative_return (from the period's
    start), status, status_date, cumulative_status. `longest_only`: only of the period that
    begins first among those that can be computed, the later asked of two.
    """
    windows = days.windows(options.periods)
    if longest_only:
        windows = _longest(windows)
    parts = []
    for basis in options.bases:
        part = breakdown(days.values, windows, frequencies, basis)
        if len(part):
            part.insert(1, "metric_basis", str(basis))
            parts.append(part.rename(columns={"return": "bucket_return"}))
    return _by_portfolio(days, parts)


def twr_days(days: PortfolioDays, basis: Basis = Basis.NET) -> pd.DataFrame:
    """One row a portfolio and day: the figures received, and the return that follows from them.

    Columns: portfolio_id, perf_date, the five amounts, capital (signed), gain, daily_return
    (NaN: undefined), marks (names joined by a bar, empty for an ordinary day).
    """
    values = days.values
    every = slice(0, len(values.dates))
    daily = daily_returns(values, basis)
    small = np.where(has_small_capital(values), np.uint8(Mark.SMALL_CAPITAL), np.uint8(0))
    return pd.DataFrame(
        {
            "portfolio_id": days.portfolio_id[segment_of_rows(values.offsets)],
            "perf_date": values.dates,
            **{name: getattr(values, name) for name in MONEY},
            "capital": daily.capital,
            "gain": gains(values, every, basis, daily.capital),
            "daily_return": daily.returns,
            "marks": _mark_names(daily.marks | small),
        }
    )


def _mark_names(marks: NDArray[np.uint8]) -> NDArray[np.object_]:
    names = np.full(len(marks), "", dtype=object)
    for value in np.unique(marks[marks > 0]):
        names[marks == value] = "|".join(str(mark.name) for mark in MARKS if value & mark)
    return names


def _longest(windows: Windows) -> Windows:
    """Of every portfolio the usable window that starts first; of several, the one asked last."""
    usable = np.flatnonzero(windows.status == Status.OK)
    order = np.lexsort(
        (-windows.period[usable], windows.start_date[usable], windows.portfolio[usable])
    )
    ranked = usable[order]
    is_first = np.append(True, np.diff(windows.portfolio[ranked]) > 0)[: len(ranked)]
    return _chosen(windows, ranked[is_first])


def _chosen(windows: Windows, numbers: Integers) -> Windows:
    """Some windows, in their order."""
    columns: dict[str, Any] = {
        field.name: getattr(windows, field.name)[numbers]
        for field in fields(Windows)
        if field.name != "keys"
    }
    return replace(windows, **columns)


def _by_portfolio(days: PortfolioDays, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The parts' rows portfolio by portfolio, each part's in its order, under portfolio ids."""
    if not parts:
        return pd.DataFrame({"portfolio_id": days.portfolio_id[:0]})
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.iloc[np.argsort(rows["portfolio"].to_numpy(), kind="stable")]
    rows = rows.reset_index(drop=True)
    rows["portfolio"] = days.portfolio_id[rows["portfolio"].to_numpy()]
    return rows.rename(columns={"portfolio": "portfolio_id"})
