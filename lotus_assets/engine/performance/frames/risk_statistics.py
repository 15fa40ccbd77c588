"""Risk statistics of portfolios by period and frequency."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import DAY, Frequency
from lotus_assets.engine.performance.formulas.dated_series import (
    Dated,
    Series,
    cut,
    cut_dates,
    rows_before,
)
from lotus_assets.engine.performance.formulas.linking import Statuses, link
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod, Windows, resolve
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    RISK_FREE,
    AlignedSeries,
    MissingData,
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
    as_days,
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
"""Figures of the portfolio beside its benchmark."""
OVER_RISK_FREE = ("sharpe_ratio",)
"""Figures of the portfolio beside the risk-free series."""
ANNUALISED = (
    "annualised_return",
    "volatility",
    "downside_deviation",
    "sharpe_ratio",
    "sortino_ratio",
    "tracking_error",
    "information_ratio",
    "alpha",
)
"""Figures a year, which a stale last valuation leaves without a value."""
DESCRIBING = (
    "observations",
    "excess_observations",
    "relative_observations",
    "has_benchmark",
    "has_risk_free",
    "is_short_period",
    "status",
)
WITHOUT_FIGURES = (Status.BROKEN_CHAIN, Status.UNDEFINED_RETURN)


@dataclass(frozen=True)
class RiskStatisticsOptions:
    """Periods, lengths of their single returns, and the least return a period that is wanted."""

    periods: tuple[ReportingPeriod, ...] = tuple(
        ReportingPeriod(name) for name in ("YTD", "1Y", "3Y", "5Y", "ITD")
    )
    frequencies: tuple[Frequency, ...] = (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY)
    minimum_acceptable_return: float = 0.0


@dataclass(frozen=True)
class CoveredWindows:
    """Windows that aligned segments are of, with the calendar's dates in each."""

    calendar: Dated
    starts: Days
    ends: Days


def risk_statistics(
    days: PortfolioDays,
    calendar: Dated,
    series: Mapping[str, Series],
    options: RiskStatisticsOptions,
) -> pd.DataFrame:
    """One row a portfolio, frequency and period, in the order of the portfolios and the options.

    The portfolio's own figures are over its own dates, `sharpe_ratio` over those that the risk-free
    series has too, relative figures over those that all its series have; a benchmark or risk-free
    series without any row is one that it has not. The benchmark is read from the day after the
    portfolio's last row before the period. Columns: portfolio_id, frequency, period, start_date,
    end_date, status, missing_dates (of the calendar, which some series has not), stale_since (as
    in `twr`; figures a year are NaN then), observations, excess_observations,
    relative_observations (missing without a benchmark), has_benchmark, has_risk_free,
    is_short_period, then the statistics, NaN where undefined. Status: that of the period,
    UNDEFINED_RETURN where a day of it has no defined return, BROKEN_CHAIN where a day's is below
    -1, TOO_FEW_OBSERVATIONS below three, or OVERFLOW where a figure is past float64: it is NaN, and
    so are those that are made of it.
    """
    parts = [
        _rows(days, numbers, calendar, held, options)
        for numbers, held in alike(series, len(days.portfolio_id))
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.sort_values("portfolio", kind="stable", ignore_index=True)
    frame["portfolio"] = days.portfolio_id[frame["portfolio"].to_numpy()]
    return frame.rename(columns={"portfolio": "portfolio_id"})


def covered_days(rows: Dated, windows: CoveredWindows) -> tuple[Days, Days]:
    """First and last day that the rows of every segment are returns of.

    The first return is also of the days before that the calendar has not, a holiday say, and the
    window reaches past its last in the same way; but not where a date of the calendar was left out.
    """
    first, last = windows.starts.copy(), windows.ends.copy()
    calendar = windows.calendar
    filled = (np.diff(rows.offsets) > 0) & (np.diff(calendar.offsets) > 0)
    row, whole = rows.offsets[:-1][filled], calendar.offsets[:-1][filled]
    own_first = rows.dates[row]
    first[filled] = np.where(own_first <= calendar.dates[whole], first[filled], own_first)
    row, whole = rows.offsets[1:][filled] - 1, calendar.offsets[1:][filled] - 1
    own_last = rows.dates[row]
    last[filled] = np.where(own_last >= calendar.dates[whole], last[filled], own_last)
    return first, last


def statistics_of_rows(
    aligned: AlignedSeries,
    frequency: Frequency,
    minimum_acceptable_return: float = 0.0,
    windows: CoveredWindows | None = None,
) -> pd.DataFrame:
    """Statistics of the series of every segment, linked to the frequency; one row a segment.

    The columns, and over which dates each is: see `risk_statistics`.
    """
    names = tuple(aligned.returns)
    has_benchmark = BENCHMARK in names
    own_names = tuple(name for name in names if name != BENCHMARK)

    def figures(*chosen: str) -> pd.DataFrame:
        daily = aligned.common(chosen)
        linked = to_frequency(daily, frequency)
        return statistics_of_series(
            linked.returns[PORTFOLIO],
            linked.rows.dates,
            linked.rows.offsets,
            frequency,
            linked.returns.get(BENCHMARK),
            linked.returns.get(RISK_FREE),
            minimum_acceptable_return,
            None if windows is None else covered_days(daily.rows, windows),
            {
                name: link(one.returns, one.offsets[:-1], one.offsets[1:])
                for name, one in daily.pieces.items()
            },
        )

    relative = figures(*names)
    is_complete = all(aligned.has(name).all() for name in names)
    # Always by itself: its buckets are dated by its own last days, not by its benchmark's, whether
    # or not some other segment has gaps.
    own = figures(PORTFOLIO)
    over_free = relative if is_complete else figures(*own_names)
    counts: dict[str, Any] = {
        "excess_observations": over_free["observations"],
        "relative_observations": relative["observations"] if has_benchmark else pd.NA,
    }
    is_short = own["is_short_period"] | relative["is_short_period"]
    parts = (own, over_free, relative)
    frame = own.assign(
        has_risk_free=RISK_FREE in names,
        has_benchmark=has_benchmark,
        is_short_period=is_short,
        has_overflow=np.logical_or.reduce([part["has_overflow"] for part in parts]),
        **counts,
        **{name: over_free[name] for name in OVER_RISK_FREE},
        **{name: relative[name] if has_benchmark else np.nan for name in RELATIVE},
    )
    status = _status(aligned, frame)
    others = [name for name in own if name not in (*DESCRIBING, *RELATIVE, "has_overflow")]
    statistics = [*others, *RELATIVE]
    frame.loc[np.isin(status, WITHOUT_FIGURES), statistics] = np.nan
    return frame.assign(status=status)[[*DESCRIBING, *statistics]]


def _status(aligned: AlignedSeries, figures: pd.DataFrame) -> Statuses:
    """Why a segment has no figures, or not all of them."""
    segments = {name: one.segment for name, one in aligned.pieces.items()}
    status = np.full(len(figures), Status.OK, dtype=object)
    status[figures["has_overflow"].to_numpy()] = Status.OVERFLOW
    status[figures["observations"].to_numpy() < FEWEST] = TOO_FEW_OBSERVATIONS
    for name, one in aligned.pieces.items():
        status[segments[name][one.returns < -1.0]] = Status.BROKEN_CHAIN
    own = aligned.pieces[PORTFOLIO]
    status[segments[PORTFOLIO][np.isnan(own.returns)]] = Status.UNDEFINED_RETURN
    return status


def without_rates_a_year(figures: pd.DataFrame, is_stale: Booleans) -> pd.DataFrame:
    """The figures, those a year missing where the last valuation is stale."""
    masked = figures.copy()
    masked.loc[is_stale, list(ANNUALISED)] = np.nan
    return masked


def alike(
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
    windows = period_windows(days, numbers, series[PORTFOLIO], options.periods)
    portfolio = numbers[windows.portfolio]
    of_windows = series_in_windows(series, windows, portfolio)
    covered = covered_windows(calendar, windows, portfolio)
    aligned = align(of_windows, covered.calendar, MissingData.ALLOW_PARTIAL)
    is_stale = ~np.isnat(windows.stale_since)
    missing = _missing_dates(aligned, covered.calendar)
    parts = []
    for frequency in options.frequencies:
        figures = statistics_of_rows(aligned, frequency, options.minimum_acceptable_return, covered)
        figures = without_rates_a_year(figures, is_stale)
        status = np.where(windows.status == Status.OK, figures.pop("status"), windows.status)
        named = pd.DataFrame(
            {
                "portfolio": portfolio,
                "frequency": str(frequency),
                "period": windows.key,
                "start_date": windows.start_date,
                "end_date": windows.end_date,
                "status": status,
                "missing_dates": missing,
                "stale_since": windows.stale_since,
            }
        )
        parts.append(pd.concat([named, figures], axis=1))
    return pd.concat(parts, ignore_index=True)


def covered_windows(calendar: Dated, windows: Windows, portfolio: Integers) -> CoveredWindows:
    """Periods of portfolios by number, with the calendar's dates in each."""
    return CoveredWindows(
        cut_dates(calendar, portfolio, windows.start_date, _ends(windows)),
        windows.start_date,
        windows.end_date,
    )


def period_windows(
    days: PortfolioDays, numbers: Integers, own: Series, periods: tuple[ReportingPeriod, ...]
) -> Windows:
    """The periods of some portfolios, on the rows of all."""
    rows = Dated.chosen(own, np.isin(own.segment, numbers))
    kept = np.append(numbers, len(own.offsets) - 1)
    return resolve(
        periods,
        days.as_of_date[numbers],
        days.portfolio_open_date[numbers],
        days.performance_start_date[numbers],
        rows.dates,
        rows.offsets[kept],
        days.close_dates[numbers],
    )


def _ends(windows: Windows) -> Days:
    """Last days; before the first of a window that has no rows."""
    is_usable = windows.status == Status.OK
    return as_days(np.where(is_usable, windows.end_date, windows.start_date - DAY))


def series_in_windows(
    series: Mapping[str, Series], windows: Windows, portfolio: Integers
) -> dict[str, Series]:
    """What every window has of its portfolio's series, the benchmark from the day after the
    portfolio's row before it."""
    own, ends = series[PORTFOLIO], _ends(windows)
    before = as_days(windows.start_date - DAY)
    since = rows_before(own, portfolio, windows.start_date)
    return {
        name: cut(one, portfolio, since if name == BENCHMARK else before, windows.start_date, ends)
        for name, one in series.items()
    }


def _missing_dates(aligned: AlignedSeries, calendar: Dated) -> Integers:
    """How many of the calendar's dates some series of a segment has no return on."""
    defined = np.all([~np.isnan(values) for values in aligned.returns.values()], axis=0)
    defined &= np.isin(aligned.rows.keys, calendar.keys)
    held = np.bincount(aligned.rows.segment[defined], minlength=len(calendar.offsets) - 1)
    return np.asarray(np.diff(calendar.offsets) - held)
