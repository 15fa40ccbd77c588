"""From the tables of a day to the report of every portfolio."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.inputs.partitions import shard_of
from lotus_assets.outputs.portfolio_report import day_rows, other_rows, part_rows, period_rows
from lotus_assets.outputs.portfolio_report.plain_values import Row, plain_rows
from lotus_assets.outputs.portfolio_report.report_model import PortfolioReport
from lotus_assets.outputs.portfolio_report.report_tables import ReportTables
from lotus_assets.outputs.portfolio_report.return_curves import (
    cumulative_returns,
    longest_windows,
)

SHARED_HASHES = ("benchmark_content_hash", "risk_free_content_hash")


def portfolio_reports(tables: ReportTables, shard_count: int) -> list[PortfolioReport]:
    """One report a portfolio, by id; one whose valuations were refused says why, and no more."""
    rows = tables.rows
    windows = longest_windows(rows["twr"], rows["twr_breakdown"])
    curve = cumulative_returns(windows, tables.days, rows["returns_series"])
    periods = period_rows.period_table(rows["twr"], tables.days, rows["returns_series"])
    parts: Mapping[str, Mapping[str, Any]] = {
        "periods": period_rows.period_rows(periods),
        "money_weighted": period_rows.money_weighted_rows(rows["mwr"], periods),
        "contributions": part_rows.contribution_periods(rows, periods),
        "attributions": part_rows.attribution_periods(rows, periods),
        "risk": other_rows.risk_columns(rows["risk_statistics"]),
        "years": other_rows.calendar_years(
            rows["twr_breakdown"], tables.days, rows["returns_series"]
        ),
        "holdings": other_rows.holdings(rows["positions"]),
        "marked_days": day_rows.marked_days(tables),
        "flows": day_rows.flows(tables.days, curve),
        "corrections": day_rows.corrections(tables.late, curve),
        "sources": other_rows.sources(tables.payloads),
    }
    identities = _identities(tables)
    curves = {str(name): rows for name, rows in curve.groupby("portfolio_id", sort=False)}
    window_periods = dict(zip(windows["portfolio_id"], windows["period"], strict=True))
    return [
        PortfolioReport(
            portfolio_id=name,
            as_of=tables.as_of,
            shard=shard_of(name, shard_count),
            curve_period=window_periods.get(name, ""),
            curve=curves.get(name, curve.iloc[:0]),
            **identities.get(name, _UNKNOWN),
            **{part: of_all[name] for part, of_all in parts.items() if name in of_all},
        )
        for name in tables.portfolio_ids
    ]


_UNKNOWN: Mapping[str, Any] = {
    "currency": "",
    "opened": None,
    "closed": None,
    "benchmark_id": None,
    "refusal": "lotus-core was not asked about it as of this day.",
}


def _identities(tables: ReportTables) -> dict[str, Row]:
    """What a portfolio is, by its performance payload, and its last valuation."""
    performance = tables.payloads["contract"] == PERFORMANCE_INPUT.contract.name
    last = _last_valuations(tables.days)
    shared = _shared(tables.rows["risk_statistics"])
    return {
        row["subject"]: {
            **_header_fields(row),
            **shared.get(row["subject"], {"benchmark_id": None}),
            **last.get(row["subject"], {}),
        }
        for row in plain_rows(tables.payloads[performance])
    }


def _header_fields(row: Row) -> Row:
    header = json.loads(row["header"] or "{}")
    return {
        "currency": header.get("currency", ""),
        "opened": _day(header.get("portfolio_open_date")),
        "closed": _day(header.get("portfolio_close_date")),
        "refusal": "" if row["status"] == OK else f"{row['status']}: {row['reason']}",
    }


def _shared(risk_statistics: pd.DataFrame) -> dict[str, Row]:
    """The benchmark of every portfolio, and the hashes of the series that it shares."""
    rows = risk_statistics.drop_duplicates("portfolio_id")
    columns = ["portfolio_id", "benchmark_id", *SHARED_HASHES]
    return {
        row["portfolio_id"]: {
            "benchmark_id": row["benchmark_id"],
            "hashes": {name: row[name] for name in SHARED_HASHES if row[name] is not None},
        }
        for row in plain_rows(rows[columns])
    }


def _last_valuations(days: pd.DataFrame) -> dict[str, Row]:
    last = days.drop_duplicates("portfolio_id", keep="last")
    return {
        row["portfolio_id"]: {"last_valuation": row["perf_date"], "last_value": row["end_mv"]}
        for row in plain_rows(last[["portfolio_id", "perf_date", "end_mv"]])
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
