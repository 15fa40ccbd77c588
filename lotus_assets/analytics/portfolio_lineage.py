"""From which columns of the inputs the columns of the portfolios' tables follow, as Dagster shows.

A day is a source of every figure whose period or calendar it decides on. What only decides that a
figure is NULL is a source of the status or reason that says so. A column that is not named follows
from no input's rows: from the as-of day and the options, or from what an input says beside its rows
(core_payload: window, days of opening and closing, dimensions, version, hash).

It stands outside `portfolios`, so that another declaration has no row worked out anew.
"""

from collections.abc import Mapping
from functools import partial

from lotus_assets.engine.performance.formulas.daily_returns import MONEY
from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.graph.column_lineage import Columns, columns_of, copied_from
from lotus_assets.inputs import input_tables
from lotus_assets.tables.reported_position import ReportedPosition
from lotus_assets.tables.table import Table

of_days = partial(columns_of, input_tables.PERFORMANCE_INPUT.table)
of_flows = partial(columns_of, input_tables.MWR_INPUT.table)
of_benchmark = partial(columns_of, input_tables.BENCHMARK_RETURNS.table)
of_risk_free = partial(columns_of, input_tables.RISK_FREE.table)
of_positions = partial(columns_of, input_tables.CONTRIBUTION_INPUT.table)
of_groups = partial(columns_of, input_tables.ATTRIBUTION_INPUT.table)


def alike(sources: Columns, *names: str) -> dict[str, Columns]:
    """The same sources for each of these columns."""
    return dict.fromkeys(names, sources)


PORTFOLIO = copied_from(input_tables.PERFORMANCE_INPUT.table, "portfolio_id")
DAILY_RETURNS = of_days("perf_date", *MONEY, "capital_sign")
TWR = {
    **PORTFOLIO,
    **alike(DAILY_RETURNS, "period_return", "annualised_return", "annualisation_reason"),
    **alike(DAILY_RETURNS, "status", "status_date"),
    "stale_since": of_days("perf_date"),
    "small_capital_days": of_days("perf_date", "begin_mv", "bod_cf", "capital_sign"),
}
TWR_BREAKDOWN = {
    **PORTFOLIO,
    **alike(of_days("perf_date"), "bucket", "start_date", "end_date"),
    **alike(DAILY_RETURNS, "bucket_return", "cumulative_return"),
    **alike(DAILY_RETURNS, "status", "status_date", "cumulative_status"),
}

# A portfolio that closed is measured up to its last flow, where that comes after the closing.
LAST_DAY = of_flows("end_date", "cash_flows")
LENGTH = (*of_flows("start_date"), *LAST_DAY)
CASH_FLOWS = (*LENGTH, *of_flows("begin_mv", "end_mv"))
MWR = {
    **copied_from(input_tables.MWR_INPUT.table, "portfolio_id", "period", "start_date"),
    **copied_from(input_tables.MWR_INPUT.table, "begin_mv", "end_mv", "currency"),
    "end_date": LAST_DAY,
    **alike(of_flows("cash_flows"), "flow_count", "net_flow"),
    **alike(CASH_FLOWS, "annual_rate", "period_return", "status"),
    "reason": (*CASH_FLOWS, *of_days("perf_date")),
    **alike(CASH_FLOWS, "roots", "residual", "iterations"),
    "average_capital": (*LENGTH, *of_flows("begin_mv")),
    "is_short_period": LENGTH,
    "stale_since": (*LENGTH, *of_days("perf_date")),
}

CALENDAR = of_days("perf_date", "is_business_day")
PORTFOLIO_SERIES = (*DAILY_RETURNS, *CALENDAR)
BENCHMARK_DATES, RISK_FREE_DATES = of_benchmark("series_date"), of_risk_free("series_date")
BENCHMARK_SERIES = (*BENCHMARK_DATES, *of_benchmark("benchmark_return"))
RISK_FREE_SERIES = (*RISK_FREE_DATES, *of_risk_free("value", "day_count", "compounding"))
DATES = (*CALENDAR, *BENCHMARK_DATES, *RISK_FREE_DATES)
BENCHMARK = copied_from(input_tables.BENCHMARK_RETURNS.table, "benchmark_id")
RETURNS_SERIES = {
    **PORTFOLIO,
    **alike(DATES, "date", "off_calendar_returns"),
    "portfolio_return": PORTFOLIO_SERIES,
    "benchmark_return": (*CALENDAR, *BENCHMARK_SERIES),
    "risk_free_return": (*CALENDAR, *RISK_FREE_SERIES),
    "excess_return": (*PORTFOLIO_SERIES, *BENCHMARK_SERIES),
    **BENCHMARK,
}
EVERY_SERIES = (*PORTFOLIO_SERIES, *BENCHMARK_SERIES, *RISK_FREE_SERIES)
# Relative figures are of the dates that every series has.
RELATIVE = (*PORTFOLIO_SERIES, *BENCHMARK_SERIES, *RISK_FREE_DATES)
RISK_STATISTICS = {
    **PORTFOLIO,
    "status": EVERY_SERIES,
    "observations": CALENDAR,
    "excess_observations": (*CALENDAR, *RISK_FREE_DATES),
    "relative_observations": DATES,
    "missing_dates": (*PORTFOLIO_SERIES, *BENCHMARK_DATES, *RISK_FREE_SERIES),
    "has_benchmark": BENCHMARK_DATES,
    "has_risk_free": RISK_FREE_DATES,
    "is_short_period": DATES,
    **alike(PORTFOLIO_SERIES, "linked_return", "annualised_return", "volatility"),
    **alike(PORTFOLIO_SERIES, "downside_deviation", "sortino_ratio", "maximum_drawdown"),
    **alike(PORTFOLIO_SERIES, "drawdown_peak_date", "drawdown_trough_date"),
    "sharpe_ratio": (*PORTFOLIO_SERIES, *RISK_FREE_SERIES),
    **alike(RELATIVE, "tracking_error", "information_ratio", "up_capture", "down_capture"),
    **alike(EVERY_SERIES, "beta", "correlation", "r_squared", "alpha", "alpha_per_period"),
    **BENCHMARK,
    "risk_free_mode": of_risk_free("series_mode"),
    "stale_since": of_days("perf_date"),
}

PART_RETURNS = of_positions("perf_date", *MONEY)
PART_CAPITAL = of_positions("perf_date", "begin_mv", "bod_cf")
CONTRIBUTION_LEVEL = {
    **copied_from(input_tables.CONTRIBUTION_INPUT.table, "portfolio_id"),
    "contribution": PART_RETURNS,
    "average_weight": PART_CAPITAL,
}
CONTRIBUTION = {
    **CONTRIBUTION_LEVEL,
    **copied_from(input_tables.CONTRIBUTION_INPUT.table, "position_id"),
    **alike(PART_RETURNS, "position_return", "return_status"),
}
CONTRIBUTION_TOTAL = {
    **copied_from(input_tables.CONTRIBUTION_INPUT.table, "portfolio_id"),
    **alike(PART_RETURNS, "portfolio_return", "fees", "unexplained", "status", "status_date"),
}

INSTRUMENTS = of_groups("perf_date", *MONEY)
BENCHMARK_GROUPS = of_groups("perf_date", "weight_bop", "return_base")
BOTH_SIDES = (*INSTRUMENTS, *BENCHMARK_GROUPS)
IN_CURRENCIES = (*BOTH_SIDES, *of_groups("return_local"))
EFFECTS = ("allocation", "selection", "interaction", "total")
OF_PORTFOLIO = copied_from(input_tables.ATTRIBUTION_INPUT.table, "portfolio_id")
ATTRIBUTION = {
    **OF_PORTFOLIO,
    # The dimensions of instruments stand in core_payload.
    "group_key": of_groups("id"),
    "portfolio_weight": of_groups("perf_date", "begin_mv", "bod_cf"),
    # The weights drift by the returns where the benchmark ends before the portfolio.
    "benchmark_weight": BENCHMARK_GROUPS,
    **alike(BOTH_SIDES, *EFFECTS),
}
ATTRIBUTION_LEVEL = {
    **OF_PORTFOLIO,
    "node_key": of_groups("id"),
    **alike(BOTH_SIDES, *EFFECTS, "between", "within"),
}
ATTRIBUTION_CURRENCY = {
    **OF_PORTFOLIO,
    "group_key": of_groups("id"),
    "is_local_known": (*INSTRUMENTS, *of_groups("weight_bop", "return_local")),
    **alike(IN_CURRENCIES, *(f"local_{effect}" for effect in EFFECTS)),
    **alike(IN_CURRENCIES, *(f"currency_{effect}" for effect in EFFECTS)),
}
ATTRIBUTION_TOTAL = {
    **OF_PORTFOLIO,
    **alike(INSTRUMENTS, "portfolio_return", "own_return", "own_status", "fees", "difference"),
    "benchmark_return": BENCHMARK_GROUPS,
    **alike(BOTH_SIDES, "active_return", "status", "status_date", "no_net_capital_days"),
    **alike(of_groups("perf_date"), "benchmark_days_linked", "benchmark_days_filled"),
}

POSITIONS = {
    **copied_from(input_tables.POSITIONS_INPUT.table, "portfolio_id", "position_id"),
    **copied_from(input_tables.POSITIONS_INPUT.table, *ReportedPosition.to_schema().columns),
    **copied_from(input_tables.POSITIONS_INPUT.table, "cost_reason"),
    **alike(PART_RETURNS, *(f"return_{period.lower()}" for period in PERIOD_NAMES)),
    "return_status": PART_RETURNS,
}

LINEAGE: Mapping[str, Mapping[str, Columns]] = {
    "twr": TWR,
    "twr_breakdown": TWR_BREAKDOWN,
    "mwr": MWR,
    "returns_series": RETURNS_SERIES,
    "risk_statistics": RISK_STATISTICS,
    "contribution": CONTRIBUTION,
    "contribution_level": CONTRIBUTION_LEVEL,
    "contribution_total": CONTRIBUTION_TOTAL,
    "attribution": ATTRIBUTION,
    "attribution_level": ATTRIBUTION_LEVEL,
    "attribution_currency": ATTRIBUTION_CURRENCY,
    "attribution_total": ATTRIBUTION_TOTAL,
    "positions": POSITIONS,
}


def lineage_of(table: Table) -> Mapping[str, Columns]:
    """The columns of a portfolios' table with the columns that each follows from."""
    return LINEAGE.get(table.name, {})
