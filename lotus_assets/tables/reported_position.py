"""The columns of a position as lotus-core reports it, shared by its input and its analytic."""

from typing import Annotated, Any

from pandera.pandas import Field

from lotus_assets.tables.columns import JSON, Day, Json, Number, Text
from lotus_assets.tables.table_model import TableModel


def _of_lots(description: str) -> Any:
    return Field(nullable=True, description=f"{description} NULL where cost_reason says why.")


CostReason = Annotated[
    Text,
    Field(
        nullable=True,
        description="Why cost and gain are NULL. LOTS_INCOMPLETE: the open lots do not make up the "
        "quantity.",
    ),
]
"""The last column of both tables, which had others before it came."""


class ReportedPosition(TableModel):
    """What lotus-core reports of a position, without whose it is and as of when."""

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
    cost_position: Number = _of_lots("Of the open lots, position's currency.")
    cost_portfolio: Number = _of_lots("At each lot's trade date's rate.")
    cost_reporting: Number = _of_lots("At each lot's trade date's rate.")
    unrealised_gain_position: Number = _of_lots("Market value less cost.")
    unrealised_gain_portfolio: Number = _of_lots("Market value less cost.")
    unrealised_gain_reporting: Number = _of_lots("Market value less cost.")
    accrued_income_position: Number = Field(description="Contained in the market value.")
    accrued_income_portfolio: Number = Field(description="At the rate of accrual_date.")
    accrued_income_reporting: Number = Field(description="At the rate of accrual_date.")
    accrual_date: Day = Field(description="Own date of the accrued income.")
