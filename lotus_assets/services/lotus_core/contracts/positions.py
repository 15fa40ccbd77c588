"""`positions-analytics-input`: what a portfolio holds on a day."""

import datetime as dt
from enum import StrEnum
from typing import Final, Literal

from pydantic import Field, model_validator

from lotus_assets.services.lotus_core.contracts.portfolio import CoreRequest
from lotus_assets.services.lotus_core.contracts.report import DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    Currency,
    CurrencyContext,
    DecimalString,
    Diagnostics,
    Identifier,
    Lineage,
    Period,
    Strict,
    ValuationPoint,
    Whole,
)

LOTS_INCOMPLETE: Final = "LOTS_INCOMPLETE"
"""Why a position has no cost: its open lots do not make up its quantity."""


class Section(StrEnum):
    """Parts of a position's row; BASE is always there."""

    BASE = "BASE"
    INSTRUMENT_DETAILS = "INSTRUMENT_DETAILS"
    VALUATION = "VALUATION"
    INCOME = "INCOME"
    PERFORMANCE = "PERFORMANCE"


class PositionsInputRequest(CoreRequest):
    """Positions on a day, in sections."""

    as_of_date: CalendarDay = Field(description="As of which day.", examples=["2025-03-31"])
    sections: list[Section] = Field(
        min_length=1,
        max_length=5,
        description="Parts of the rows; BASE is always there.",
        examples=[["BASE", "VALUATION"]],
    )
    performance_periods: list[Period] = Field(
        default=[],
        max_length=7,
        description="Periods of the section PERFORMANCE, each once.",
        examples=[["YTD"]],
    )
    reporting_currency: Currency | None = Field(
        default=None, description="Default: the portfolio's.", examples=["EUR"]
    )
    page_size: Whole = Field(
        default=DEFAULT_PAGE_SIZE,
        ge=1,
        le=LARGEST_PAGE_SIZE,
        description="Positions a page.",
        examples=[500],
    )
    page_token: str | None = Field(
        default=None,
        max_length=2000,
        description="lineage.next_page_token of the page before, with the same request.",
        examples=["eyJhZnRlciI6IlBPUy0xIn0.Z-rX8A.c2lnbmVk"],
    )

    @model_validator(mode="after")
    def _periods_of_performance(self) -> "PositionsInputRequest":
        if len(set(self.performance_periods)) < len(self.performance_periods):
            raise ValueError("performance_periods names a period twice")
        if len(set(self.sections)) < len(self.sections):
            raise ValueError("sections names a section twice")
        if self.performance_periods and Section.PERFORMANCE not in self.sections:
            raise ValueError("performance_periods need the section PERFORMANCE")
        if Section.PERFORMANCE in self.sections and not self.performance_periods:
            raise ValueError("the section PERFORMANCE needs performance_periods")
        return self


class Amounts(Strict):
    """One amount in three currencies."""

    position: DecimalString = Field(description="In the position's currency.", examples=["1100"])
    portfolio: DecimalString = Field(description="In the portfolio's currency.", examples=["1000"])
    reporting: DecimalString = Field(description="In the reporting currency.", examples=["1000"])


class InstrumentDetails(Strict):
    """Section INSTRUMENT_DETAILS."""

    instrument_name: str = Field(description="Its name.", examples=["Sample Equity Fund"])
    instrument_type: str = Field(description="Its type.", examples=["FUND"])
    currency: Currency = Field(description="The position's currency.", examples=["USD"])
    dimensions: dict[str, str] = Field(
        description="What it is classified as.", examples=[{"asset_class": "Equity"}]
    )


class Valuation(Strict):
    """Section VALUATION; values are after the day's fee."""

    price: DecimalString = Field(
        description="Per unit, in the position's currency.", examples=["11"]
    )
    market_value: Amounts = Field(description="Converted at the as-of day's rate.")
    cost: Amounts | None = Field(
        description="Of the open lots, each at its trade date's rate; null where cost_reason says "
        "why."
    )
    unrealised_gain: Amounts | None = Field(
        description="market_value less cost; null where the cost is."
    )
    cost_reason: Literal["LOTS_INCOMPLETE"] | None = Field(
        default=None,
        description="LOTS_INCOMPLETE: the open lots do not make up the quantity; null: they do.",
        examples=["LOTS_INCOMPLETE"],
    )


class Income(Strict):
    """Section INCOME."""

    accrued_income: Amounts = Field(
        description="Contained in market_value; converted at the rate of its own date."
    )
    accrual_date: dt.date = Field(description="Its own date.", examples=["2025-03-31"])


class PeriodPerformance(Strict):
    """What the return of one period needs, in the reporting currency."""

    period: Period = Field(description="The period.", examples=["YTD"])
    requested_start_date: dt.date = Field(
        description="Before it was clamped.", examples=["2025-01-01"]
    )
    start_date: dt.date = Field(
        description="Clamped to the portfolio's open date.", examples=["2025-01-01"]
    )
    end_date: dt.date = Field(description="The as-of day.", examples=["2025-03-31"])
    clamped: bool = Field(description="Whether it was clamped.", examples=[False])
    valuation_points: list[ValuationPoint] = Field(
        description="The position's days of the period, ascending."
    )


class PositionRow(Strict):
    """One position; sections that were not asked for are absent."""

    position_id: Identifier = Field(description="The position.", examples=["POS-1"])
    instrument_id: Identifier = Field(description="What it holds.", examples=["INS-1"])
    quantity: DecimalString = Field(description="Units; negative: short.", examples=["100"])
    weight: DecimalString | None = Field(
        description="Market value ÷ total_market_value; null where that is 0.", examples=["0.25"]
    )
    held_since: dt.date = Field(
        description="First day of the holding that is still open.", examples=["2023-05-02"]
    )
    instrument_details: InstrumentDetails | None = Field(
        default=None, description="Section INSTRUMENT_DETAILS."
    )
    valuation: Valuation | None = Field(default=None, description="Section VALUATION.")
    income: Income | None = Field(default=None, description="Section INCOME.")
    performance: list[PeriodPerformance] | None = Field(
        default=None, description="Section PERFORMANCE, one entry a period as asked."
    )


class PositionsInputResponse(Strict):
    """What a portfolio holds; a portfolio without positions has an empty list and 0."""

    portfolio_id: Identifier = Field(description="The portfolio.", examples=["PF-001"])
    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    valuation_date: dt.date | None = Field(
        description="Last day with a valuation; null: there is none.", examples=["2025-03-31"]
    )
    total_market_value: DecimalString = Field(
        description="Of all positions (not only this page's), in the reporting currency, after "
        "fees.",
        examples=["1000000"],
    )
    position_count: int = Field(description="All positions, not only this page's.", examples=[1])
    positions: list[PositionRow] = Field(description="Positions by id.")
    currency_context: CurrencyContext = Field(description="Currencies of the payload.")
    contract_version: Literal["rfc_063_v1"] = Field(
        description="Version of the contract.", examples=["rfc_063_v1"]
    )
    diagnostics: Diagnostics = Field(
        description="Missing business days between the valuation and the as-of day."
    )
    lineage: Lineage = Field(description="Where the payload comes from, and the next page.")
