"""positions: what portfolios hold, what it is worth, and what it returned by period."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
from pandera.pandas import Field

from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.analytics.portfolios.report_parts import report_parts, reported_points
from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.engine.performance.frames.positions import position_returns
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_tables import (
    CONTRIBUTION_INPUT,
    PERFORMANCE_INPUT,
    POSITIONS_INPUT,
)
from lotus_assets.tables.columns import (
    JSON,
    Json,
    Number,
    Text,
)
from lotus_assets.tables.portfolio_columns import AsOfDate, PortfolioId, PositionId
from lotus_assets.tables.reported_position import CostReason, ReportedPosition
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

CHUNK = 32
"""Portfolios worked out at a time: days of all their positions are in memory."""
NO_INPUT = "NO_INPUT"
"""Status of returns whose daily values lotus-core did not give."""
KEY = ["portfolio_id", "position_id"]


def _return_of(period: str) -> Any:
    return Field(
        nullable=True,
        description=f"The position's return over the portfolio's {period}, net of its fees, linked "
        "over the days on which it was held; NULL where return_status says why.",
    )


class _HeldOn(TableModel):
    """As of when, and whose position."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    position_id: PositionId


class Positions(ReportedPosition, _HeldOn):
    """One row an as-of day, portfolio and position that is held on it."""

    return_mtd: Number = _return_of("MTD")
    return_qtd: Number = _return_of("QTD")
    return_ytd: Number = _return_of("YTD")
    return_1y: Number = _return_of("1Y")
    return_3y: Number = _return_of("3Y")
    return_5y: Number = _return_of("5Y")
    return_itd: Number = _return_of("ITD")
    return_status: Json = Field(
        metadata=JSON,
        description="Status of each return by period, as in twr; NO_INPUT where lotus-core gave no "
        "daily values (contribution-input).",
    )
    returns_content_hash: Text = Field(
        nullable=True,
        str_length=64,
        description="Hash of the contribution-input that the returns come from: core_payload.",
    )
    data_version: Text = Field(description="lotus-core's version of the positions' payload.")
    content_hash: Text = Field(
        str_length=64, description="Hash of the positions-analytics-input: core_payload."
    )
    cost_reason: CostReason


TABLE = Table(
    name="positions",
    model=Positions,
    key=("as_of_date", "portfolio_id", "position_id"),
    version=None,
    description="Positions of portfolios on a day: identity, value, cost, income, returns.",
)


def compute(inputs: PortfolioInputs) -> pd.DataFrame:
    """Rows of the table for some portfolios as of a day."""
    held = inputs.read(POSITIONS_INPUT)
    held = held[held["position_date"] == pd.Timestamp(inputs.as_of)]
    rows = held.drop(columns=["position_date", "as_of_date", "data_version", "content_hash"])
    rows = rows.merge(_returns(inputs), on=KEY, how="left", validate="one_to_one")
    missing = json.dumps(dict.fromkeys(PERIOD_NAMES, NO_INPUT))
    rows["return_status"] = rows["return_status"].fillna(missing)
    return inputs.named(rows)[TABLE.columns]


def _returns(inputs: PortfolioInputs) -> pd.DataFrame:
    """Returns by period, their statuses and input, one row a position with daily values."""
    columns = [f"return_{period.lower()}" for period in PERIOD_NAMES]
    reports = inputs.payloads_of(CONTRIBUTION_INPUT)
    daily = replace(inputs, payloads=reports[reports["status"] == OK])
    if daily.payloads.empty:
        return pd.DataFrame(columns=[*KEY, *columns, "return_status", "returns_content_hash"])
    points = reported_points(daily, CONTRIBUTION_INPUT, "position_id")
    metas = pd.DataFrame(columns=["portfolio_id", "part_id", "meta"])
    of_periods = position_returns(report_parts(daily, points, metas, ()))
    returns = of_periods.pivot(index=KEY, columns="period", values="position_return")
    statuses = of_periods.pivot(index=KEY, columns="period", values="status")[list(PERIOD_NAMES)]
    rows = pd.DataFrame(
        {
            column: returns[period].astype("Float64")
            for column, period in zip(columns, PERIOD_NAMES, strict=True)
        }
    )
    rows["return_status"] = [json.dumps(of_position) for of_position in statuses.to_dict("records")]
    rows = rows.reset_index()
    hashes = daily.payloads.set_index("subject")["content_hash"]
    return rows.assign(returns_content_hash=rows["portfolio_id"].map(hashes))


FAMILY = PortfolioFamily(
    "positions",
    tables=(TABLE,),
    reads=(POSITIONS_INPUT, CONTRIBUTION_INPUT, PERFORMANCE_INPUT),
    compute=lambda inputs: {TABLE: partial(compute, inputs)},
    chunk=CHUNK,
)
positions = portfolio_asset(FAMILY)
