"""Returns of portfolio, benchmark and risk-free side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.dated_series import Dated, Series
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    EXCESS,
    PORTFOLIO,
    RISK_FREE,
    AlignedSeries,
    Fill,
    MissingData,
    align,
    to_frequency,
)
from lotus_assets.engine.performance.formulas.risk_free import (
    BUSINESS_BASE,
    Compounding,
    rate_to_returns,
)
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Floats,
    as_days,
    offsets_of,
    segment_of_rows,
)
from lotus_assets.engine.performance.frames.portfolio_days import Identifiers

SELECTABLE = (PORTFOLIO, BENCHMARK, RISK_FREE)
OK, INSUFFICIENT_DATA = "OK", "INSUFFICIENT_DATA"
OFF_CALENDAR_LINKED = "OFF_CALENDAR_LINKED"


@dataclass(frozen=True)
class ReturnsSeriesOptions:
    """Length of a period, which series, and what a date without a return means."""

    frequency: Frequency = Frequency.DAILY
    series_selection: tuple[str, ...] = SELECTABLE
    missing_data_policy: MissingData = MissingData.FAIL_FAST
    fill_policy: Fill = Fill.NONE


@dataclass(frozen=True)
class ReturnsSeriesResult:
    """Series of many portfolios.

    `rows`: portfolio_id, date, a column for each selected series and for `excess` (portfolio less
    benchmark, where both are selected), infinite where it is past float64, and
    off_calendar_returns (how many returns off the calendar are linked into a day; 0 for longer
    frequencies). `coverage`: a row a portfolio and
    series: portfolio_id, series, expected (dates of the calendar), missing, off_calendar. `gaps`:
    portfolio_id, series, date, kind (MISSING, whether filled or not; OFF_CALENDAR; and
    OFF_CALENDAR_LINKED, those of them that went into a later date). `aligned`: the series day by
    day. `statuses`: a row a portfolio: portfolio_id, status (INSUFFICIENT_DATA: no rows), reason.
    """

    rows: pd.DataFrame
    coverage: pd.DataFrame
    gaps: pd.DataFrame
    statuses: pd.DataFrame
    aligned: AlignedSeries


def dated(frame: pd.DataFrame, portfolio_ids: Identifiers) -> tuple[Dated, NDArray[np.int64]]:
    """A frame of portfolio_id and date as segments of these portfolios, and its rows' order.

    Raises ValueError for another portfolio, or a date that a portfolio has twice.
    """
    listed = pd.Index(frame["portfolio_id"].to_numpy(dtype=object))
    portfolio = pd.Index(portfolio_ids).get_indexer(listed)
    if (portfolio < 0).any():
        unknown = frame["portfolio_id"].iloc[int(np.argmax(portfolio < 0))]
        raise ValueError(f"portfolio {unknown} is not listed")
    dates = as_days(frame["date"].to_numpy())
    order = np.lexsort((dates, portfolio))
    return Dated(dates[order], offsets_of(portfolio[order], len(portfolio_ids))), order


def series_of(frame: pd.DataFrame, portfolio_ids: Identifiers) -> Series:
    """A frame of portfolio_id, date and return as segments of these portfolios."""
    days, order = dated(frame, portfolio_ids)
    return Series(days.dates, days.offsets, frame["return"].to_numpy(np.float64)[order])


def returns_series(
    portfolio_ids: Identifiers,
    calendar: Dated,
    series: Mapping[str, Series],
    options: ReturnsSeriesOptions,
) -> ReturnsSeriesResult:
    """The selected series on each portfolio's calendar; a series that is not sent is all gaps."""
    names = portfolio_ids
    none = Series(calendar.dates[:0], np.zeros(len(names) + 1, np.int64), np.empty(0))
    chosen = {name: series.get(name, none) for name in SELECTABLE if name in _known(options)}
    daily = align(chosen, calendar, options.missing_data_policy, options.fill_policy)
    aligned = to_frequency(daily, options.frequency)
    columns = dict(aligned.returns)
    if PORTFOLIO in columns and BENCHMARK in columns:
        columns[EXCESS] = _excess(columns[PORTFOLIO], columns[BENCHMARK])
    rows = pd.DataFrame(
        {"portfolio_id": names[aligned.rows.segment], "date": aligned.rows.dates, **columns}
    ).assign(off_calendar_returns=_linked_into(daily, aligned))
    return ReturnsSeriesResult(
        rows, _coverage(names, calendar, daily), _gaps(names, daily), _statuses(names, daily), daily
    )


def _excess(portfolio: Floats, benchmark: Floats) -> Floats:
    """The difference; as endless as either is."""
    with np.errstate(invalid="ignore"):
        difference = portfolio - benchmark
        return np.where(np.isinf(portfolio + benchmark), np.inf, difference)


def _linked_into(daily: AlignedSeries, aligned: AlignedSeries) -> NDArray[np.int64]:
    count = len(aligned.rows.dates)
    linked = np.zeros(count, np.int64)
    if aligned is daily:
        for name, pieces in daily.pieces.items():
            linked += np.bincount(pieces.row, minlength=count) - daily.has(name)
    return linked


def _known(options: ReturnsSeriesOptions) -> tuple[str, ...]:
    unknown = [name for name in options.series_selection if name not in SELECTABLE]
    if unknown or not options.series_selection:
        raise ValueError(f"series_selection must be of {', '.join(SELECTABLE)}, not {unknown}")
    return options.series_selection


def _coverage(names: Identifiers, calendar: Dated, aligned: AlignedSeries) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "portfolio_id": names,
                "series": name,
                "expected": np.diff(calendar.offsets),
                "missing": np.diff(aligned.missing[name].offsets),
                "off_calendar": np.diff(aligned.off_calendar[name].offsets),
            }
        )
        for name in aligned.returns
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.sort_values("portfolio_id", kind="stable", ignore_index=True)


def _gaps(names: Identifiers, aligned: AlignedSeries) -> pd.DataFrame:
    kinds = (
        ("MISSING", aligned.missing),
        ("OFF_CALENDAR", aligned.off_calendar),
        (OFF_CALENDAR_LINKED, aligned.linked),
    )
    parts = [
        pd.DataFrame(
            {
                "portfolio_id": names[days.segment],
                "series": name,
                "date": days.dates,
                "kind": kind,
            }
        )
        for kind, days_by_series in kinds
        for name, days in days_by_series.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _statuses(names: Identifiers, aligned: AlignedSeries) -> pd.DataFrame:
    status = np.full(len(names), OK, dtype=object)
    reason = np.full(len(names), None, dtype=object)
    for number, refusal in aligned.refused.items():
        status[number], reason[number] = INSUFFICIENT_DATA, refusal
    return pd.DataFrame({"portfolio_id": names, "status": status, "reason": reason})


def risk_free_returns(points: pd.DataFrame, calendar: Dated, portfolio_ids: Identifiers) -> Series:
    """Risk-free returns or rates of portfolios as returns of the calendar's periods.

    `points`: portfolio_id, date, value, day_count (`ACT/360`, `ACT/365`, `BUS/252`; None: the
    value is a return) and compounding. A rate accrues from the calendar's date before it, or from
    the point before it where that is later; the first from the weekday before it. Off the calendar
    no business day passes.
    """
    days, order = dated(points, portfolio_ids)
    values = points["value"].to_numpy(np.float64)[order]
    base = points["day_count"].fillna("").to_numpy(dtype=object)[order]
    compounding = points["compounding"].fillna("").to_numpy(dtype=object)[order]
    previous = _previous_dates(days, calendar)
    is_business = np.isin(days.keys, calendar.keys)
    returns = values.copy()
    for kind in Compounding:
        for name, length in (("ACT/360", 360), ("ACT/365", 365), ("BUS/252", BUSINESS_BASE)):
            at = np.flatnonzero((base == name) & (compounding == kind))
            if len(at):
                returns[at] = _accrued(values, days, previous, at, kind, length)
            if length == BUSINESS_BASE:
                returns[at[~is_business[at]]] = 0.0
    return Series(days.dates, days.offsets, returns)


def _accrued(
    values: Floats,
    days: Dated,
    previous: Days,
    at: NDArray[np.int64],
    kind: Compounding,
    length: int,
) -> Floats:
    # Between one date of the calendar and the next there is one business day.
    dates = days.dates[at]
    if length == BUSINESS_BASE:
        return rate_to_returns(values[at], dates, dates - 1, kind, length, np.unique(dates))
    return rate_to_returns(values[at], dates, previous[at], kind, length)


def _previous_dates(days: Dated, calendar: Dated) -> Days:
    """The calendar's date before each date, or the weekday before where there is none."""
    position = np.searchsorted(calendar.keys, days.keys) - 1
    portfolio = segment_of_rows(days.offsets)
    has_previous = position >= calendar.offsets[:-1][portfolio]
    before = as_days(np.busday_offset(days.dates, -1, roll="forward"))
    if len(calendar.dates):
        before[has_previous] = calendar.dates[position[has_previous]]
    follows = np.flatnonzero(portfolio[1:] == portfolio[:-1]) + 1
    before[follows] = np.maximum(before[follows], days.dates[follows - 1])
    return before
