"""Benchmarks and risk-free series: the three endpoints of version rfc_062_v1."""

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import Field

from lotus_assets.services.lotus_core.contracts.shared import (
    PRINTABLE,
    CalendarDay,
    Currency,
    DecimalString,
    Diagnostics,
    ExplicitWindow,
    Identifier,
    Lineage,
    Strict,
)


class Frequency(StrEnum):
    """Length of one observation."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"


class SeriesMode(StrEnum):
    """What the values of a risk-free series are."""

    RETURN_SERIES = "return_series"
    ANNUALIZED_RATE_SERIES = "annualized_rate_series"


class ReferenceRequest(Strict):
    """What every request of version rfc_062_v1 says."""

    as_of_date: CalendarDay = Field(description="As of which day.", examples=["2025-03-31"])
    consumer_system: str | None = Field(
        default=None,
        pattern=PRINTABLE,
        description="System that asks, for the record.",
        examples=["lotus-performance"],
    )


class BenchmarkAssignmentRequest(ReferenceRequest):
    """Which benchmark a portfolio is held against on a day."""


class BenchmarkAssignmentResponse(Strict):
    """The assignment in effect; of several the latest effective_from, recorded_at, version, id."""

    portfolio_id: Identifier = Field(description="The portfolio.", examples=["PF-001"])
    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    benchmark_id: Identifier = Field(description="The benchmark.", examples=["BM-BALANCED-EUR"])
    assignment_id: Identifier = Field(description="The assignment.", examples=["AS-1"])
    assignment_version: int = Field(description="Its version.", examples=[1])
    effective_from: dt.date = Field(description="First day.", examples=["2021-01-04"])
    effective_to: dt.date | None = Field(
        description="Last day; null: open.", examples=["2025-12-31"]
    )
    recorded_at: dt.datetime = Field(
        description="From when it was known, UTC.", examples=["2021-01-03T23:00:00Z"]
    )
    contract_version: Literal["rfc_062_v1"] = Field(
        description="Version of the contract.", examples=["rfc_062_v1"]
    )
    lineage: Lineage = Field(description="Where the payload comes from.")


class BenchmarkReturnsRequest(ReferenceRequest):
    """Returns of a benchmark in its own currency, or in another."""

    currency: Currency | None = Field(
        default=None,
        description="Currency of the returns; default: the benchmark's. Converted by the rules for "
        "portfolios: a rate is carried forward for 7 days at most.",
        examples=["EUR"],
    )

    window: ExplicitWindow = Field(
        description="The window.",
        examples=[{"start_date": "2025-01-01", "end_date": "2025-03-31"}],
    )
    frequency: Frequency = Field(
        description="DAILY, or days linked to weeks (ISO), months, quarters, years.",
        examples=["DAILY"],
    )


class BenchmarkPoint(Strict):
    """One observation of a benchmark."""

    series_date: dt.date = Field(
        description="The day; of longer observations the last one with a return.",
        examples=["2025-03-31"],
    )
    benchmark_return: DecimalString = Field(
        description="Return of the observation, a decimal fraction.", examples=["0.0125"]
    )


class BenchmarkReturnsResponse(Strict):
    """A benchmark's return series."""

    benchmark_id: Identifier = Field(description="The benchmark.", examples=["BM-BALANCED-EUR"])
    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    start_date: dt.date = Field(description="First day of the window.", examples=["2025-01-01"])
    end_date: dt.date = Field(
        description="Last day of the window, clamped to the as-of date.", examples=["2025-03-31"]
    )
    frequency: Frequency = Field(description="As asked.", examples=["DAILY"])
    currency: Currency = Field(
        description="Currency of the returns: as asked, else the benchmark's.", examples=["EUR"]
    )
    calendar_id: Identifier = Field(description="Its calendar.", examples=["TARGET"])
    points: list[BenchmarkPoint] = Field(
        description="Observations, ascending.",
        examples=[[{"series_date": "2025-03-31", "benchmark_return": "0.0125"}]],
    )
    contract_version: Literal["rfc_062_v1"] = Field(
        description="Version of the contract.", examples=["rfc_062_v1"]
    )
    diagnostics: Diagnostics = Field(description="Missing business days by its calendar.")
    lineage: Lineage = Field(description="Where the payload comes from.")


class RiskFreeRequest(ReferenceRequest):
    """Risk-free returns or rates of a currency."""

    currency: Currency = Field(description="The currency.", examples=["EUR"])
    series_mode: SeriesMode = Field(
        description="What the values are; a mode that is not stored is refused.",
        examples=["annualized_rate_series"],
    )
    window: ExplicitWindow = Field(
        description="The window.",
        examples=[{"start_date": "2025-01-01", "end_date": "2025-03-31"}],
    )
    frequency: Frequency = Field(
        description="DAILY; returns can also be linked to longer observations, rates cannot.",
        examples=["DAILY"],
    )


class RiskFreePoint(Strict):
    """One observation of a risk-free series."""

    series_date: dt.date = Field(description="The day.", examples=["2025-03-31"])
    value: DecimalString = Field(
        description="Return of the observation, or rate a year: a decimal fraction.",
        examples=["0.0225"],
    )
    day_count: Literal["ACT/360", "ACT/365", "BUS/252"] | None = Field(
        description="Convention of a rate; null for returns.", examples=["ACT/360"]
    )
    compounding: Literal["SIMPLE", "COMPOUNDED"] | None = Field(
        description="Convention of a rate; null for returns.", examples=["SIMPLE"]
    )


class RiskFreeResponse(Strict):
    """A risk-free series."""

    currency: Currency = Field(description="The currency.", examples=["EUR"])
    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    start_date: dt.date = Field(description="First day of the window.", examples=["2025-01-01"])
    end_date: dt.date = Field(
        description="Last day of the window, clamped to the as-of date.", examples=["2025-03-31"]
    )
    series_mode: SeriesMode = Field(description="As stored.", examples=["annualized_rate_series"])
    frequency: Frequency = Field(description="As asked.", examples=["DAILY"])
    points: list[RiskFreePoint] = Field(
        description="Observations, ascending.",
        examples=[
            [
                {
                    "series_date": "2025-03-31",
                    "value": "0.0225",
                    "day_count": "ACT/360",
                    "compounding": "SIMPLE",
                }
            ]
        ],
    )
    contract_version: Literal["rfc_062_v1"] = Field(
        description="Version of the contract.", examples=["rfc_062_v1"]
    )
    lineage: Lineage = Field(description="Where the payload comes from.")
