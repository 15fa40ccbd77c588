"""Cumulative returns, drawdowns and benchmark returns by period, of all portfolios at once."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import DAY
from lotus_assets.engine.performance.formulas.dated_series import Dated, Series, cut, rows_before
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Floats,
    Integers,
    as_days,
    running_maxima,
    running_products,
    segment_of_rows,
)
from lotus_assets.engine.performance.frames.portfolio_days import Identifiers
from lotus_assets.engine.performance.frames.returns_series import dated

NET, GROSS, BENCHMARK = "NET", "GROSS", "BENCHMARK"


def longest_windows(twr: pd.DataFrame, twr_breakdown: pd.DataFrame) -> pd.DataFrame:
    """The period that a portfolio's curve runs over: portfolio_id, period, start_date, end_date.

    It is the one that `twr_breakdown` is of; a portfolio without rows in it has none.
    """
    chosen = twr_breakdown[["portfolio_id", "period"]].drop_duplicates("portfolio_id")
    dates = twr.loc[
        twr["metric_basis"] == NET, ["portfolio_id", "period", "start_date", "end_date"]
    ]
    return chosen.merge(dates, on=["portfolio_id", "period"]).reset_index(drop=True)


def benchmark_returns(
    windows: pd.DataFrame, days: pd.DataFrame, returns_series: pd.DataFrame
) -> pd.DataFrame:
    """The benchmark's linked return of every window, and the valued days that it has none of.

    `windows`: portfolio_id, start_date, end_date. A window runs from the portfolio's last valuation
    before it, as its return does, to its
    last one in it. Columns: benchmark_return (NaN: no benchmark, or none of its days
    in the window), benchmark_status, benchmark_days_missing; the index is that of `windows`.
    """
    names = np.array(sorted(set(windows["portfolio_id"]) | set(days["portfolio_id"])), dtype=object)
    benchmark = _benchmark(returns_series, names)
    valued, _ = dated(days.rename(columns={"perf_date": "date"}), names)
    segment = _numbers(windows["portfolio_id"], names)
    starts, ends = _bounds(windows, valued, segment)
    since = rows_before(valued, segment, starts)
    pieces = cut(benchmark, segment, since, starts, ends)
    linked = link(pieces.returns, pieces.offsets[:-1], pieces.offsets[1:])
    valued_pieces = cut(_without_values(valued), segment, since, starts, ends)
    missing = ~np.isin(valued_pieces.keys, pieces.keys)
    return pd.DataFrame(
        {
            "benchmark_return": linked.returns,
            "benchmark_status": linked.status,
            "benchmark_days_missing": np.bincount(
                valued_pieces.segment[missing], minlength=len(windows)
            ),
        },
        index=windows.index,
    )


def cumulative_returns(
    windows: pd.DataFrame, days: pd.DataFrame, returns_series: pd.DataFrame
) -> pd.DataFrame:
    """Points of the curves of every window (one a portfolio), the start with 0 first.

    Columns: portfolio_id, series (NET, GROSS, BENCHMARK), date, cumulative_return and drawdown;
    NaN from the day on which more than all was lost, or whose return is undefined.
    """
    names = windows["portfolio_id"].to_numpy(dtype=object)
    inside = days[days["portfolio_id"].isin(set(names))].rename(columns={"perf_date": "date"})
    valued, order = dated(inside, names)
    series = {
        basis: Series(valued.dates, valued.offsets, inside[column].to_numpy(np.float64)[order])
        for basis, column in ((NET, "net_return"), (GROSS, "gross_return"))
    }
    series[BENCHMARK] = _benchmark(returns_series, names)
    numbers = np.arange(len(windows))
    starts, ends = _bounds(windows, valued, numbers)
    since = rows_before(valued, numbers, starts)
    parts = [
        _points(name, cut(one, numbers, since, starts, ends), windows)
        for name, one in series.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _points(name: str, pieces: Series, windows: pd.DataFrame) -> pd.DataFrame:
    """Values of one series along every window, with a 0 on the day before each that has some."""
    level = running_levels(pieces.returns, pieces.offsets)
    peak = np.maximum(running_maxima(np.nan_to_num(level, nan=0.0), pieces.offsets), 1.0)
    ids = windows["portfolio_id"].to_numpy(dtype=object)
    rows = pd.DataFrame(
        {
            "portfolio_id": ids[pieces.segment],
            "date": pieces.dates,
            "cumulative_return": level - 1.0,
            "drawdown": level / peak - 1.0,
        }
    )
    filled = np.flatnonzero(np.diff(pieces.offsets) > 0)
    first = as_days(windows["start_date"].to_numpy())[filled] - DAY
    beginnings = pd.DataFrame(
        {"portfolio_id": ids[filled], "date": first, "cumulative_return": 0.0, "drawdown": 0.0}
    )
    points = pd.concat([beginnings, rows]).assign(series=name)
    return points.sort_values(["portfolio_id", "date"], kind="stable")


def running_levels(returns: Floats, offsets: Integers) -> Floats:
    """Value of 1 invested at the beginning of every segment; NaN from a return below -1, or NaN."""
    broken = np.cumsum(~(returns >= -1.0))
    before = np.append(0, broken)[offsets[:-1]]
    is_over = broken > before[segment_of_rows(offsets)]
    with np.errstate(over="ignore", invalid="ignore"):
        level = running_products(1.0 + np.where(is_over, 0.0, returns), offsets)
    return np.where(is_over, np.nan, level)


def _benchmark(returns_series: pd.DataFrame, names: Identifiers) -> Series:
    rows = returns_series[returns_series["portfolio_id"].isin(set(names))]
    rows = rows.dropna(subset="benchmark_return")
    dates, order = dated(rows, names)
    returns = rows["benchmark_return"].to_numpy(np.float64)[order]
    return Series(dates.dates, dates.offsets, returns)


def _bounds(windows: pd.DataFrame, valued: Dated, segment: Integers) -> tuple[Days, Days]:
    """First and last day of every window; none is longer than the portfolio was valued."""
    starts, ends = (as_days(windows[name].to_numpy()) for name in ("start_date", "end_date"))
    return starts, np.minimum(ends, rows_before(valued, segment, as_days(ends + DAY)))


def _without_values(days: Dated) -> Series:
    return Series(days.dates, days.offsets, np.zeros(len(days.dates)))


def _numbers(portfolio_ids: "pd.Series[str]", names: Identifiers) -> Integers:
    listed = pd.Index(portfolio_ids.to_numpy(dtype=object))
    numbers: Integers = pd.Index(names).get_indexer(listed)
    return numbers
