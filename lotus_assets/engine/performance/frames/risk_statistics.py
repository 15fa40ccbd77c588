"""Risk statistics of portfolios by period and frequency."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod, Windows, resolve
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    RISK_FREE,
    AlignedSeries,
    Dated,
    MissingData,
    Series,
    align,
    to_frequency,
)
from lotus_assets.engine.performance.formulas.risk_statistics import (
    FEWEST,
    statistics_of_series,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Integers,
    expand,
    rows_of_segments,
)
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays

TOO_FEW_OBSERVATIONS = "TOO_FEW_OBSERVATIONS"
RELATIVE = (
    "tracking_error",
    "information_ratio",
    "beta",
    "correlation",
    "r_squared",
    "alpha",
    "alpha_per_period",
    "up_capture",
    "down_capture",
)


@dataclass(frozen=True)
class RiskStatisticsOptions:
    """Periods, lengths of their single returns, and the least return a period that is wanted."""

    periods: tuple[ReportingPeriod, ...] = tuple(
        ReportingPeriod(name) for name in ("YTD", "1Y", "3Y", "5Y", "ITD")
    )
    frequencies: tuple[Frequency, ...] = (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY)
    minimum_acceptable_return: float = 0.0


def risk_statistics(
    days: PortfolioDays,
    calendar: Dated,
    series: Mapping[str, Series],
    options: RiskStatisticsOptions,
) -> pd.DataFrame:
    """One row a portfolio, frequency and period, in the order of the portfolios and the options.

    Over the calendar's dates that all series of the portfolio have; a benchmark or risk-free
    series without any row is one that it has not. Columns: portfolio_id, frequency, period,
    start_date, end_date, status, observations, missing_dates (of the calendar, left out),
    has_benchmark, has_risk_free, is_short_period, then the statistics, NaN where undefined.
    Status: that of the period, UNDEFINED_RETURN where a day of it has no defined return,
    BROKEN_CHAIN where a day's is below -1, or TOO_FEW_OBSERVATIONS below three.
    """
    parts = [
        _rows(days, numbers, calendar, held, options)
        for numbers, held in _alike(series, len(days.portfolio_id))
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.sort_values("portfolio", kind="stable", ignore_index=True)
    frame["portfolio"] = days.portfolio_id[frame["portfolio"].to_numpy()]
    return frame.rename(columns={"portfolio": "portfolio_id"})


def covered_days(rows: Dated, calendar: Dated, starts: Days, ends: Days) -> tuple[Days, Days]:
    """First and last day that the rows of every segment are returns of.

    Each segment is a window from its start to its end. Its first return is also of the days before
    that the calendar has not, a holiday say, and the window reaches past its last in the same way;
    but not where a date of the calendar was left out.
    """
    first, last = starts.copy(), ends.copy()
    filled = np.diff(rows.offsets) > 0
    row, whole = rows.offsets[:-1][filled], calendar.offsets[:-1][filled]
    own_first, whole_first = rows.dates[row], calendar.dates[whole]
    first[filled] = np.where(own_first == whole_first, first[filled], own_first)
    row, whole = rows.offsets[1:][filled] - 1, calendar.offsets[1:][filled] - 1
    own_last, whole_last = rows.dates[row], calendar.dates[whole]
    last[filled] = np.where(own_last == whole_last, last[filled], own_last)
    return first, last


def statistics_of_rows(
    aligned: AlignedSeries,
    frequency: Frequency,
    minimum_acceptable_return: float = 0.0,
    covered: tuple[Days, Days] | None = None,
) -> pd.DataFrame:
    """Statistics of the rows of every segment, linked to the frequency; one row a segment.

    `covered`: see `covered_days`.
    """
    linked = to_frequency(aligned, frequency)
    frame = statistics_of_series(
        linked.returns[PORTFOLIO],
        linked.rows.dates,
        linked.rows.offsets,
        frequency,
        linked.returns.get(BENCHMARK),
        linked.returns.get(RISK_FREE),
        minimum_acceptable_return,
        covered,
    )
    frame.insert(1, "has_benchmark", BENCHMARK in linked.returns)
    return frame.assign(**{name: np.nan for name in RELATIVE if name not in frame})


def _alike(
    series: Mapping[str, Series], count: int
) -> Iterator[tuple[Integers, Mapping[str, Series]]]:
    """Portfolios that have the same series, with them."""
    others = [name for name in (BENCHMARK, RISK_FREE) if name in series]
    has = {name: np.diff(series[name].offsets) > 0 for name in others}
    codes = np.zeros(count, np.int64)
    for number, name in enumerate(others):
        codes += has[name].astype(np.int64) << number
    for code in np.unique(codes):
        held = [name for number, name in enumerate(others) if code >> number & 1]
        yield np.flatnonzero(codes == code), {name: series[name] for name in (PORTFOLIO, *held)}


def _rows(
    days: PortfolioDays,
    numbers: Integers,
    calendar: Dated,
    series: Mapping[str, Series],
    options: RiskStatisticsOptions,
) -> pd.DataFrame:
    """Rows of some portfolios, which have the same series."""
    own_calendar = _dated_of(calendar, numbers)
    selected = {name: _series_of(one, numbers) for name, one in series.items()}
    aligned = align(selected, own_calendar, MissingData.STRICT_INTERSECTION)
    windows, expected, received = (
        _windows(days, numbers, rows, options.periods)
        for rows in (aligned.rows, own_calendar, selected[PORTFOLIO])
    )
    undefined = np.append(0, np.cumsum(np.isnan(selected[PORTFOLIO].returns)))
    has_undefined = undefined[received.stop] > undefined[received.start]
    chosen = _in_windows(aligned, windows)
    is_broken = np.any([values < -1.0 for values in aligned.returns.values()], axis=0)
    broken = np.append(0, np.cumsum(is_broken))
    has_broken = broken[windows.stop] > broken[windows.start]
    calendars = _rows_of(own_calendar, expected)
    covered = covered_days(chosen.rows, calendars, windows.start_date, windows.end_date)
    parts = []
    for frequency in options.frequencies:
        figures = statistics_of_rows(chosen, frequency, options.minimum_acceptable_return, covered)
        status = _status(windows, has_undefined, has_broken, figures["observations"].to_numpy())
        statistics = [name for name in figures if name not in DESCRIBING]
        figures.loc[has_undefined, statistics] = np.nan
        named = pd.DataFrame(
            {
                "portfolio": numbers[windows.portfolio],
                "frequency": str(frequency),
                "period": windows.key,
                "start_date": windows.start_date,
                "end_date": windows.end_date,
                "status": status,
                "missing_dates": expected.stop - expected.start - (windows.stop - windows.start),
            }
        )
        parts.append(pd.concat([named, figures], axis=1))
    return pd.concat(parts, ignore_index=True)


DESCRIBING = ("observations", "has_benchmark", "has_risk_free", "is_short_period")


def _status(
    windows: Windows, has_undefined: Booleans, has_broken: Booleans, observations: Integers
) -> np.ndarray:
    status = windows.status.copy()
    usable = status == Status.OK
    status[usable & (observations < FEWEST)] = TOO_FEW_OBSERVATIONS
    status[usable & has_broken] = Status.BROKEN_CHAIN
    status[usable & has_undefined] = Status.UNDEFINED_RETURN
    return status


def _windows(
    days: PortfolioDays, numbers: Integers, rows: Dated, periods: tuple[ReportingPeriod, ...]
) -> Windows:
    return resolve(
        periods,
        days.as_of_date[numbers],
        days.portfolio_open_date[numbers],
        days.performance_start_date[numbers],
        rows.dates,
        rows.offsets,
    )


def _in_windows(aligned: AlignedSeries, windows: Windows) -> AlignedSeries:
    """The rows of every window as a segment of its own; windows may overlap."""
    rows = _window_rows(windows)
    return AlignedSeries(
        _rows_of(aligned.rows, windows),
        {name: values[rows] for name, values in aligned.returns.items()},
        {name: absent[rows] for name, absent in aligned.absent.items()},
        {},
        {},
        {},
    )


def _rows_of(dated: Dated, windows: Windows) -> Dated:
    """The dates of every window as a segment of its own."""
    lengths = np.append(0, np.cumsum(windows.stop - windows.start))
    return Dated(dated.dates[_window_rows(windows)], lengths)


def _window_rows(windows: Windows) -> Integers:
    window, step = expand(windows.stop - windows.start)
    return windows.start[window] + step


def _dated_of(dated: Dated, numbers: Integers) -> Dated:
    rows, offsets = rows_of_segments(dated.offsets, numbers)
    return Dated(dated.dates[rows], offsets)


def _series_of(series: Series, numbers: Integers) -> Series:
    rows, offsets = rows_of_segments(series.offsets, numbers)
    return Series(series.dates[rows], offsets, series.returns[rows])
