"""The layout's files about instruments, markets and benchmarks (FILE_LAYOUT.md)."""

import pandas as pd
import pandera.pandas as pa

from lotus_assets.services.lotus_core.loading.book_models import (
    CURRENCY,
    FIRST_DAY,
    LAST_DAY,
    LayoutModel,
)
from lotus_assets.services.lotus_core.loading.column_types import Amount, Day, Flag, Text
from lotus_assets.sources.lotus_core.wire_format import IDENTIFIER

OWN_DIMENSIONS = ["currency", "instrument_type"]
"""Dimensions that every instrument has by itself."""


class Instruments(LayoutModel):
    """`instruments`: securities, cash, futures, indices."""

    instrument_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The instrument.")
    instrument_name: Text = pa.Field(description="Its name.")
    instrument_type: Text = pa.Field(
        str_matches=f"^{IDENTIFIER}$", description="For example EQUITY, BOND, CASH, INDEX."
    )
    instrument_currency: Text = pa.Field(
        str_matches=f"^{CURRENCY}$", description="Currency of its prices and of positions in it."
    )


class InstrumentDimensions(LayoutModel):
    """`instrument_dimensions`: what groups and hierarchies are made of."""

    instrument_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The instrument.")
    dimension: Text = pa.Field(
        str_matches=f"^{IDENTIFIER}$",
        notin=OWN_DIMENSIONS,
        description="For example asset_class, sector, region.",
    )
    dimension_value: Text = pa.Field(str_length={"min_value": 1}, description="Its value.")


class FxRates(LayoutModel):
    """`fx_rates`: exchange rates by day."""

    base_currency: Text = pa.Field(str_matches=f"^{CURRENCY}$", description="One unit of it …")
    quote_currency: Text = pa.Field(str_matches=f"^{CURRENCY}$", description="… in this one.")
    rate_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="The day.")
    rate: Amount = pa.Field(gt=0, description="Units of the quote currency for one of the base.")

    @pa.dataframe_check(error="base_currency and quote_currency are the same")
    @classmethod
    def _two_currencies(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        return frame["base_currency"] != frame["quote_currency"]


class Benchmarks(LayoutModel):
    """`benchmarks`: what portfolios are held against."""

    benchmark_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The benchmark.")
    benchmark_name: Text = pa.Field(description="Its name.")
    benchmark_currency: Text = pa.Field(
        str_matches=f"^{CURRENCY}$", description="Currency of its return series."
    )
    calendar_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="Business days.")


class BenchmarkConstituents(LayoutModel):
    """`benchmark_constituents`: weights from the start of a rebalancing day."""

    benchmark_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The benchmark.")
    effective_date: Day = pa.Field(
        ge=FIRST_DAY, le=LAST_DAY, description="Weights hold from its start."
    )
    constituent_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="An instrument.")
    weight: Amount = pa.Field(description="Fraction; they sum to 1 over a benchmark's day.")


class ConstituentReturns(LayoutModel):
    """`constituent_returns`: daily returns in the instrument's own currency."""

    constituent_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="An instrument.")
    return_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="The day.")
    return_local: Amount = pa.Field(ge=-1, description="Return in its own currency, a fraction.")


class RiskFreeRates(LayoutModel):
    """`risk_free_rates`: risk-free returns or rates, with their conventions."""

    risk_free_currency: Text = pa.Field(str_matches=f"^{CURRENCY}$", description="Currency.")
    series_mode: Text = pa.Field(
        isin=["return_series", "annualized_rate_series"], description="What the value is."
    )
    rate_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="The day.")
    value: Amount = pa.Field(description="Return of the day or rate a year, a fraction.")
    day_count: Text = pa.Field(
        isin=["ACT/360", "ACT/365", "BUS/252"], nullable=True, description="Of rates."
    )
    compounding: Text = pa.Field(
        isin=["SIMPLE", "COMPOUNDED"], nullable=True, description="Of rates."
    )

    @pa.dataframe_check(error="rates need day_count and compounding, returns have neither")
    @classmethod
    def _conventions_of_rates(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        is_rate = frame["series_mode"] == "annualized_rate_series"
        has_both = frame["day_count"].notna() & frame["compounding"].notna()
        has_none = frame["day_count"].isna() & frame["compounding"].isna()
        return has_both.where(is_rate, has_none)


class Calendars(LayoutModel):
    """`calendars`: days that are business days, and days that are not."""

    calendar_id: Text = pa.Field(str_matches=f"^{IDENTIFIER}$", description="The calendar.")
    calendar_date: Day = pa.Field(ge=FIRST_DAY, le=LAST_DAY, description="The day.")
    is_business_day: Flag = pa.Field(description="Whether it is a business day.")
