"""Risk statistics, months and years, holdings, and the payloads that all of it comes from."""

import json
from collections.abc import Sequence

import pandas as pd

from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.outputs.portfolio_report.plain_values import Row, rows_by_portfolio
from lotus_assets.outputs.portfolio_report.report_model import (
    BucketRow,
    HoldingRow,
    RiskColumn,
    Source,
)
from lotus_assets.outputs.portfolio_report.return_curves import NET, benchmark_returns
from lotus_assets.outputs.portfolio_report.words import (
    day_text,
    notes_of,
    reason_note,
    status_note,
)

WHOLE = "year"
COLUMNS = (*(f"{number:02d}" for number in range(1, 13)), WHOLE)
RISK_FIGURES = (
    "observations",
    "linked_return",
    "annualised_return",
    "volatility",
    "downside_deviation",
    "maximum_drawdown",
    "sharpe_ratio",
    "sortino_ratio",
    "tracking_error",
    "information_ratio",
    "beta",
    "alpha",
    "correlation",
    "r_squared",
    "up_capture",
    "down_capture",
)
"""Columns of `risk_statistics` that a report shows, in its order."""


def risk_columns(risk_statistics: pd.DataFrame) -> dict[str, tuple[RiskColumn, ...]]:
    """The statistics of every portfolio by frequency and period, shorter periods first."""
    ranks = {period: number for number, period in enumerate(PERIOD_NAMES)}
    rows = risk_statistics.assign(rank=risk_statistics["period"].map(ranks))
    rows = rows.sort_values(["portfolio_id", "frequency", "rank"], kind="stable")
    return {
        name: tuple(map(_risk_column, of_portfolio))
        for name, of_portfolio in rows_by_portfolio(rows).items()
    }


def _risk_column(row: Row) -> RiskColumn:
    return RiskColumn(
        row["frequency"],
        row["period"],
        row["start_date"],
        row["end_date"],
        {name: row[name] for name in RISK_FIGURES},
        row["drawdown_peak_date"],
        row["drawdown_trough_date"],
        notes_of(
            status_note(row["status"]),
            *(_of_figures(row) if row["observations"] else ()),
        ),
    )


def _of_figures(row: Row) -> Sequence[str]:
    stale = row["stale_since"]
    return (
        "" if row["has_risk_free"] else "No risk-free series: 0 stands for it.",
        "Under twelve months: figures a year are to be read with care."
        if row["is_short_period"]
        else "",
        f"Last valued on {day_text(stale)}: nothing is a rate a year." if stale else "",
        f"{row['missing_dates']:,} business days without a return of a series."
        if row["missing_dates"]
        else "",
    )


def calendar_years(
    twr_breakdown: pd.DataFrame, days: pd.DataFrame, returns_series: pd.DataFrame
) -> dict[str, tuple[BucketRow, ...]]:
    """Months of every portfolio by year, net of fees, and the year's own return; latest first."""
    shown = twr_breakdown["frequency"].isin(("MONTHLY", "YEARLY"))
    net = twr_breakdown[shown & (twr_breakdown["metric_basis"] == NET)].reset_index(drop=True)
    if net.empty:
        return {}
    beside = net.join(benchmark_returns(net, days, returns_series))
    parts = beside["bucket"].str.split("-", n=1, expand=True).reindex(columns=[0, 1])
    named = beside.assign(
        year=parts[0],
        column=parts[1].fillna(WHOLE),
        active=beside["bucket_return"] - beside["benchmark_return"],
    )
    table = named.pivot(
        index=["portfolio_id", "year"], columns="column", values=["bucket_return", "active"]
    )
    wanted = [(value, column) for value in ("bucket_return", "active") for column in COLUMNS]
    table = table.reindex(columns=pd.MultiIndex.from_tuples(wanted))
    table.columns = [f"{value} {column}" for value, column in wanted]
    rows = table.sort_index(level="year", ascending=False, sort_remaining=False).reset_index()
    return {
        name: tuple(map(_year, of_portfolio))
        for name, of_portfolio in rows_by_portfolio(rows).items()
    }


def _year(row: Row) -> BucketRow:
    returns, active = (
        tuple(row[f"{value} {column}"] for column in COLUMNS)
        for value in ("bucket_return", "active")
    )
    return BucketRow(row["year"], returns[:-1], returns[-1], active)


def holdings(positions: pd.DataFrame) -> dict[str, tuple[HoldingRow, ...]]:
    """What every portfolio holds, the largest weight first."""
    rows = positions.sort_values("weight", ascending=False, kind="stable")
    return {
        name: tuple(map(_holding, of_portfolio))
        for name, of_portfolio in rows_by_portfolio(rows).items()
    }


def _holding(row: Row) -> HoldingRow:
    dimensions = json.loads(row["dimensions"])
    parts = (dimensions.get(name) for name in ("asset_class", "sector"))
    statuses = json.loads(row["return_status"])
    return HoldingRow(
        row["position_id"],
        row["instrument_name"],
        ", ".join(dict.fromkeys(str(part) for part in parts if part)),
        row["position_currency"],
        row["weight"],
        row["market_value_portfolio"],
        row["unrealised_gain_portfolio"],
        row["held_since"],
        {period: row[f"return_{period.lower()}"] for period in ("YTD", "1Y")},
        " ".join(notes_of(reason_note(row["cost_reason"]), status_note(statuses["YTD"]))),
    )


def sources(payloads: pd.DataFrame) -> dict[str, tuple[Source, ...]]:
    """The payloads of every portfolio as of the day."""
    rows = payloads.rename(columns={"subject": "portfolio_id"})
    return {
        name: tuple(map(_source, of_portfolio))
        for name, of_portfolio in rows_by_portfolio(rows).items()
    }


def _source(row: Row) -> Source:
    return Source(
        row["contract"],
        row["variant"],
        row["status"],
        row["reason"] or "",
        row["data_version"] or "",
        row["content_hash"] or "",
        row["start_date"],
        row["end_date"],
        row["row_count"],
    )
