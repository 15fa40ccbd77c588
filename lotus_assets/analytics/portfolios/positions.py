"""positions: what portfolios hold, what it is worth, and what it returned by period."""

import json
from typing import Any

import pandas as pd
from pandera.pandas import DataFrameModel, Field

from lotus_assets.analytics.portfolios.portfolio_analytic import PortfolioAnalytic, PortfolioInputs
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.report_parts import report_parts, reported_points
from lotus_assets.engine.performance.frames.positions import position_returns
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_tables import (
    CONTRIBUTION_INPUT,
    PERFORMANCE_INPUT,
    POSITIONS_INPUT,
)
from lotus_assets.tables.columns import (
    JSON,
    Day,
    Json,
    Number,
    Text,
)
from lotus_assets.tables.table import Table

PERIODS = ("MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD")
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


class Positions(DataFrameModel):
    """One row an as-of day, portfolio and position that is held on it."""

    as_of_date: Day = Field(description="The day as of which the positions were asked.")
    portfolio_id: Text = Field(description="The portfolio.")
    position_id: Text = Field(description="The position.")
    valuation_date: Day = Field(description="Last day with a valuation.")
    instrument_id: Text = Field(description="What it holds.")
    instrument_name: Text = Field(description="Its name.")
    instrument_type: Text = Field(description="Its type.")
    dimensions: Json = Field(metadata=JSON, description="What it is classified as.")
    position_currency: Text = Field(description="Currency of the instrument.")
    portfolio_currency: Text = Field(description="Currency of the portfolio.")
    reporting_currency: Text = Field(description="Currency of the report.")
    quantity: Number = Field(description="Units; negative: short.")
    price: Number = Field(description="Per unit, in the position's currency.")
    weight: Number = Field(
        nullable=True, description="Share of the portfolio's value; NULL where that is 0."
    )
    held_since: Day = Field(description="First day of the holding that is still open.")
    market_value_position: Number = Field(description="In the position's currency, after fees.")
    market_value_portfolio: Number = Field(description="In the portfolio's currency.")
    market_value_reporting: Number = Field(description="In the reporting currency.")
    cost_position: Number = Field(description="Of the open lots, position's currency.")
    cost_portfolio: Number = Field(description="At each lot's trade date's rate.")
    cost_reporting: Number = Field(description="At each lot's trade date's rate.")
    unrealised_gain_position: Number = Field(description="Market value less cost.")
    unrealised_gain_portfolio: Number = Field(description="Market value less cost.")
    unrealised_gain_reporting: Number = Field(description="Market value less cost.")
    accrued_income_position: Number = Field(description="Contained in the market value.")
    accrued_income_portfolio: Number = Field(description="At the rate of accrual_date.")
    accrued_income_reporting: Number = Field(description="At the rate of accrual_date.")
    accrual_date: Day = Field(description="Own date of the accrued income.")
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

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True


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
    missing = json.dumps(dict.fromkeys(PERIODS, NO_INPUT))
    rows["return_status"] = rows["return_status"].fillna(missing)
    return inputs.named(rows)[TABLE.columns]


def _returns(inputs: PortfolioInputs) -> pd.DataFrame:
    """Returns by period, their statuses and input, one row a position with daily values."""
    columns = [f"return_{period.lower()}" for period in PERIODS]
    reports = inputs.payloads_of(CONTRIBUTION_INPUT)
    daily = PortfolioInputs(inputs.connection, inputs.as_of, reports[reports["status"] == OK])
    if daily.payloads.empty:
        return pd.DataFrame(columns=[*KEY, *columns, "return_status", "returns_content_hash"])
    points = reported_points(daily, CONTRIBUTION_INPUT, "position_id")
    metas = pd.DataFrame(columns=["portfolio_id", "part_id", "meta"])
    found = position_returns(report_parts(daily, points, metas, ()))
    returns = found.pivot(index=KEY, columns="period", values="position_return")
    statuses = found.pivot(index=KEY, columns="period", values="status")[list(PERIODS)]
    rows = pd.DataFrame(
        {
            column: returns[period].astype("Float64")
            for column, period in zip(columns, PERIODS, strict=True)
        }
    )
    rows["return_status"] = [json.dumps(each) for each in statuses.to_dict("records")]
    rows = rows.reset_index()
    hashes = daily.payloads.set_index("subject")["content_hash"]
    return rows.assign(returns_content_hash=rows["portfolio_id"].map(hashes))


positions = portfolio_asset(
    PortfolioAnalytic(
        TABLE,
        reads=(POSITIONS_INPUT, CONTRIBUTION_INPUT, PERFORMANCE_INPUT),
        compute=compute,
        chunk=CHUNK,
    )
)
