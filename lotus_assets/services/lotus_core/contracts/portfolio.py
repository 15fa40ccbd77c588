"""`performance-input` and `mwr-input`: days, values and flows."""

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from lotus_assets.services.lotus_core.contracts.shared import (
    PRINTABLE,
    CalendarDay,
    Currency,
    DecimalString,
    Diagnostics,
    ExplicitWindow,
    Identifier,
    Lineage,
    Period,
    Strict,
    ValuationPoint,
    Whole,
)

DEFAULT_LOOKBACK_DAYS = 400


class CoreRequest(Strict):
    """What every request of version rfc_063_v1 says."""

    consumer_system: str = Field(
        pattern=PRINTABLE,
        description="System that asks, for the record.",
        examples=["lotus-performance"],
    )


class PerformanceInputRequest(CoreRequest):
    """Daily valuations of a portfolio up to a day."""

    as_of_date: CalendarDay = Field(
        description="As of which day; also the last day of the window.", examples=["2025-03-31"]
    )
    lookback_days: Whole | None = Field(
        default=None,
        ge=30,
        le=2000,
        description="Calendar days of the window, the as-of day included; 400 where neither it "
        "nor a window is given.",
        examples=[400],
    )
    window: ExplicitWindow | None = Field(
        default=None,
        description="In place of lookback_days, of any length.",
        examples=[{"start_date": "2025-01-01", "end_date": "2025-03-31"}],
    )

    @model_validator(mode="after")
    def _one_window(self) -> "PerformanceInputRequest":
        if self.window is not None and self.lookback_days is not None:
            raise ValueError("give lookback_days or window, not both")
        return self


class PerformanceInputResponse(Strict):
    """What a time-weighted return needs."""

    portfolio_id: Identifier = Field(description="The portfolio.", examples=["PF-001"])
    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    performance_start_date: dt.date = Field(
        description="First day of the returned window on which the portfolio was open.",
        examples=["2024-02-26"],
    )
    portfolio_open_date: dt.date = Field(
        description="First day on which the portfolio was open.", examples=["2021-01-04"]
    )
    portfolio_close_date: dt.date | None = Field(
        default=None,
        description="Last day on which the portfolio was open; absent while it is.",
        examples=["2025-12-31"],
    )
    currency: Currency = Field(
        description="Currency of all rows: the portfolio's.", examples=["EUR"]
    )
    calendar_id: Identifier = Field(
        description="Calendar of its business days.", examples=["TARGET"]
    )
    business_days: list[dt.date] = Field(
        description="Business days from performance_start_date to the end of the window.",
        examples=[["2025-03-28", "2025-03-31"]],
    )
    valuation_points: list[ValuationPoint] = Field(
        description="The portfolio's days, ascending.",
        examples=[
            [
                {
                    "day": 1,
                    "perf_date": "2025-03-31",
                    "begin_mv": "1000000",
                    "bod_cf": "0",
                    "eod_cf": "0",
                    "mgmt_fees": "-12.5",
                    "end_mv": "1000612.5",
                }
            ]
        ],
    )
    pas_contract_version: Literal["rfc_063_v1"] = Field(
        description="Version of the contract.", examples=["rfc_063_v1"]
    )
    consumer_system: str = Field(description="As asked.", examples=["lotus-performance"])
    diagnostics: Diagnostics = Field(description="What is unusual about the data.")
    lineage: Lineage = Field(description="Where the payload comes from.")


class MwrInputRequest(CoreRequest):
    """Market values and external flows of a window or a period."""

    as_of_date: CalendarDay = Field(description="As of which day.", examples=["2025-03-31"])
    window: ExplicitWindow | None = Field(
        default=None,
        description="The window; exactly one of window and period.",
        examples=[{"start_date": "2025-01-01", "end_date": "2025-03-31"}],
    )
    period: Period | None = Field(
        default=None, description="A named period up to the as-of date.", examples=["YTD"]
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "MwrInputRequest":
        if (self.window is None) == (self.period is None):
            raise ValueError("give exactly one of window and period")
        return self


class CashFlow(Strict):
    """An external flow."""

    date: dt.date = Field(description="Its day.", examples=["2025-02-03"])
    amount: DecimalString = Field(description="Into the portfolio positive.", examples=["50000"])
    type: Literal["external_flow"] = Field(
        description="Its kind: only external flows travel.", examples=["external_flow"]
    )


class MwrInputResponse(Strict):
    """What a money-weighted return needs."""

    portfolio_id: Identifier = Field(description="The portfolio.", examples=["PF-001"])
    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    start_date: dt.date = Field(
        description="First day of the window, clamped to the open date.", examples=["2025-01-01"]
    )
    end_date: dt.date = Field(
        description="Last day of the window, clamped to the as-of date.", examples=["2025-03-31"]
    )
    begin_mv: DecimalString = Field(
        description="Value at the beginning of start_date, after fees.", examples=["1000000"]
    )
    end_mv: DecimalString = Field(
        description="Value at the end of end_date, after fees.", examples=["1061234.5"]
    )
    cash_flows: list[CashFlow] = Field(
        description="External flows of the window by date, one a day: the net of its flows, at "
        "that day's rate.",
        examples=[[{"date": "2025-02-03", "amount": "50000", "type": "external_flow"}]],
    )
    portfolio_close_date: dt.date | None = Field(
        default=None,
        description="Last day on which the portfolio was open; absent while it is.",
        examples=["2025-12-31"],
    )
    currency: Currency = Field(description="Currency of all amounts.", examples=["EUR"])
    contract_version: Literal["rfc_063_v1"] = Field(
        description="Version of the contract.", examples=["rfc_063_v1"]
    )
    diagnostics: Diagnostics = Field(description="What is unusual about the data.")
    lineage: Lineage = Field(description="Where the payload comes from.")
