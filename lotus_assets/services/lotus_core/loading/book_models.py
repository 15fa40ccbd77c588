"""The layout's files about portfolios: their contract, column by column (FILE_LAYOUT.md)."""

import datetime as dt

import pandas as pd
import pandera.pandas as pa

from lotus_assets.services.lotus_core.loading.column_types import (
    Amount,
    Day,
    Instant,
    Text,
    Whole,
)
from lotus_assets.sources.lotus_core.wire_format import IDENTIFIER
from lotus_assets.tables.table_model import TableModel

CURRENCY = r"[A-Z]{3}"
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
"""Own days of rows: those as of which can be asked."""
LAST_INSTANT = dt.datetime(2201, 1, 1, tzinfo=dt.UTC)
"""A row is known by then: one that is not would close its entity's past for ever."""


class LayoutModel(TableModel):
    """What every file has in common: known columns only, and when each row was known."""

    recorded_at: Instant = pa.Field(
        lt=LAST_INSTANT, description="Instant from which the row was known."
    )


class Portfolios(LayoutModel):
    """`portfolios`: who they are and when they were open."""

    portfolio_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The portfolio.")
    portfolio_name: Text = pa.Field(description="Its name.")
    portfolio_currency: Text = pa.Field(
        str_matches=f"^{CURRENCY}$", description="Currency in which it is kept (ISO 4217)."
    )
    calendar_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="Business days.")
    open_date: Day = pa.Field(
        ge=FIRST_DAY, le=LAST_DAY, description="First day on which it was open."
    )
    close_date: Day = pa.Field(nullable=True, description="Last day on which it was open.")

    @pa.dataframe_check(error="close_date is before open_date")
    @classmethod
    def _closes_after_it_opens(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        return frame["close_date"].isna() | (frame["close_date"] >= frame["open_date"])


class Positions(LayoutModel):
    """`positions`: what each position of a portfolio holds."""

    portfolio_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The portfolio.")
    position_id: Text = pa.Field(
        str_matches=f"^{IDENTIFIER}$", description="The position, unique within the portfolio."
    )
    instrument_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="What is held.")


class PositionValuations(LayoutModel):
    """`position_valuations`: a position's day, in its instrument's currency."""

    portfolio_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The portfolio.")
    position_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The position.")
    valuation_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="The day.")
    quantity: Amount = pa.Field(description="Units at the close; negative: short.")
    price: Amount = pa.Field(description="Price per unit.")
    market_value: Amount = pa.Field(
        description="Value at the close after the day's fee, accrued income included."
    )
    begin_mv: Amount = pa.Field(
        nullable=True, description="Value at the beginning; NULL: the previous row's close."
    )
    bod_cf: Amount = pa.Field(description="Flows into the position at the day's beginning.")
    eod_cf: Amount = pa.Field(description="Flows into the position at the day's end.")
    mgmt_fees: Amount = pa.Field(le=0, description="Fee paid out of this position, 0 or less.")
    accrued_income: Amount = pa.Field(description="Accrued income within the market value.")
    accrual_date: Day = pa.Field(nullable=True, description="Own date of the accrued income.")


class Lots(LayoutModel):
    """`lots`: what is left of each purchase, and what it cost."""

    portfolio_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The portfolio.")
    position_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The position.")
    lot_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The purchase.")
    effective_date: Day = pa.Field(
        ge=FIRST_DAY, le=LAST_DAY, description="From when the row holds."
    )
    trade_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="Day of the purchase.")
    quantity: Amount = pa.Field(description="Units left.")
    cost: Amount = pa.Field(description="Cost of the units left, instrument's currency.")


class ExternalFlows(LayoutModel):
    """`external_flows`: what crosses a portfolio's border."""

    portfolio_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The portfolio.")
    flow_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The flow.")
    flow_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="Its day.")
    amount: Amount = pa.Field(description="Into the portfolio positive.")
    flow_currency: Text = pa.Field(str_matches=f"^{CURRENCY}$", description="Its currency.")
    timing: Text = pa.Field(isin=["BOD", "EOD"], description="Beginning or end of the day.")
    flow_type: Text = pa.Field(
        isin=["subscription", "withdrawal", "transfer_in_kind"], description="Its kind."
    )


class Fees(LayoutModel):
    """`fees`: management fees beside those in the positions' rows, and the cash that paid them."""

    portfolio_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The portfolio.")
    fee_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The fee.")
    fee_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="Its day.")
    amount: Amount = pa.Field(le=0, description="0 or less.")
    fee_currency: Text = pa.Field(str_matches=f"^{CURRENCY}$", description="Its currency.")
    position_id: Text = pa.Field(
        nullable=True,
        str_matches=f"^{IDENTIFIER}$",
        description="Cash position that paid it; NULL: the only one in its currency.",
    )


class BenchmarkAssignments(LayoutModel):
    """`benchmark_assignments`: which benchmark a portfolio is held against, and when."""

    portfolio_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The portfolio.")
    assignment_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The assignment.")
    benchmark_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The benchmark.")
    effective_from: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="First day.")
    effective_to: Day = pa.Field(nullable=True, description="Last day; NULL: open.")
    version: Whole = pa.Field(ge=1, description="Version of the assignment.")

    @pa.dataframe_check(error="effective_to is before effective_from")
    @classmethod
    def _ends_after_it_begins(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        return frame["effective_to"].isna() | (frame["effective_to"] >= frame["effective_from"])
