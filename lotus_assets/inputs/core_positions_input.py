"""core_positions_input: what a portfolio holds on a day (RFC 063 §5.5)."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from pandera.pandas import DataFrameModel, Field

from lotus_assets.inputs.asked_and_answered import other_currencies
from lotus_assets.inputs.payload_chunk import Chunk
from lotus_assets.inputs.rules import WEIGHT_TOLERANCE, Violation
from lotus_assets.tables.columns import (
    JSON,
    Day,
    Json,
    Number,
    Text,
)
from lotus_assets.tables.table import Table

SECTIONS = ("BASE", "INSTRUMENT_DETAILS", "VALUATION", "INCOME")
"""Without PERFORMANCE: its daily values are those of core_contribution_input."""


class CorePositionsInput(DataFrameModel):
    """One row a portfolio, position, as-of day and data version."""

    portfolio_id: Text = Field(description="The portfolio.")
    position_id: Text = Field(description="The position.")
    position_date: Day = Field(description="The day on which it is held: the as-of day.")
    data_version: Text = Field(
        description="As-of day and version of the data that the row first came with."
    )
    as_of_date: Day = Field(description="As-of day of the answer.")
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
    content_hash: Text = Field(
        str_length=64, description="Hash of the payload that the row first came in: core_payload."
    )

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True


TABLE = Table(
    name="core_positions_input",
    model=CorePositionsInput,
    key=("portfolio_id", "position_id", "position_date", "data_version"),
    version=None,
    description="Positions of portfolios as lotus-core's positions-analytics-input gave them.",
)
SIDES = ("position", "portfolio", "reporting")


def rows(chunk: Chunk) -> pd.DataFrame:
    """A row for each position of positions-analytics-input payloads; index: the payload."""
    found: list[dict[str, Any]] = []
    owners: list[int] = []
    for owner, each in enumerate(chunk.received):
        header = each.payload.header
        own = {
            "portfolio_id": each.asked.subject,
            "position_date": pd.Timestamp(each.as_of),
            "data_version": each.data_version,
            "as_of_date": pd.Timestamp(each.as_of),
            "valuation_date": pd.Timestamp(header["valuation_date"]),
            **header["currency_context"],
            "content_hash": each.payload.content_hash,
        }
        positions = each.listed("positions")
        found += [{**own, **_row(position)} for position in positions]
        owners += [owner] * len(positions)
    return pd.DataFrame(found, index=owners, columns=TABLE.columns)


def _row(position: dict[str, Any]) -> dict[str, Any]:
    details, valuation = position["instrument_details"], position["valuation"]
    income = position["income"]
    amounts = {
        f"{name}_{side}": float(source[name][side])
        for name, source in (
            ("market_value", valuation),
            ("cost", valuation),
            ("unrealised_gain", valuation),
            ("accrued_income", income),
        )
        for side in SIDES
    }
    weight = position["weight"]
    return {
        "position_id": position["position_id"],
        "instrument_id": position["instrument_id"],
        "instrument_name": details["instrument_name"],
        "instrument_type": details["instrument_type"],
        "dimensions": json.dumps(details["dimensions"], sort_keys=True, ensure_ascii=False),
        "position_currency": details["currency"],
        "quantity": float(position["quantity"]),
        "price": float(valuation["price"]),
        "weight": None if weight is None else float(weight),
        "held_since": pd.Timestamp(position["held_since"]),
        "accrual_date": pd.Timestamp(income["accrual_date"]),
        **amounts,
    }


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads whose positions are not in order, not complete, or whose weights are not of one."""
    yield from other_currencies(chunk)
    for owner, each in enumerate(chunk.received):
        header = each.payload.header
        positions = each.listed("positions")
        ids = [position["position_id"] for position in positions]
        if len(set(ids)) < len(ids):
            yield Violation(owner, "duplicate_positions", "a position comes twice")
        elif ids != sorted(ids):
            yield Violation(owner, "order", "positions are not in the order of their ids")
        if len(ids) != header["position_count"]:
            said = f"{header['position_count']} positions are announced, {len(ids)} came"
            yield Violation(owner, "position_count", said)
        if ids and header["valuation_date"] is None:
            yield Violation(owner, "window", "positions without a valuation date")
        elif ids and header["valuation_date"] > str(each.as_of):
            said = f"valued on {header['valuation_date']}, after {each.as_of}"
            yield Violation(owner, "window", said)
        total = Decimal(header["total_market_value"])
        values = [Decimal(each["valuation"]["market_value"]["reporting"]) for each in positions]
        # Each value is rounded to ten digits after it was converted.
        if abs(sum(values, Decimal(0)) - total) > len(values) * Decimal("1e-10"):
            said = f"the positions are worth {sum(values, Decimal(0))}, the total says {total}"
            yield Violation(owner, "total_market_value", said)
        weights = [each["weight"] for each in positions if each["weight"] is not None]
        if total != 0 and weights:
            off = abs(float(np.sum([float(weight) for weight in weights])) - 1)
            if off > WEIGHT_TOLERANCE:
                yield Violation(owner, "weights", f"they sum to 1 but for {off:.9f}")
