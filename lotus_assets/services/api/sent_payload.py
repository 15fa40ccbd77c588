"""What the inputs of several analytics have in common: payloads sent along, reports to read."""

from typing import Literal

from pydantic import Field

from lotus_assets.services.api.envelope import StatefulInput
from lotus_assets.services.api.valuation_points import Point
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    Currency,
    Diagnostics,
    Identifier,
    Lineage,
    Strict,
)


class SentPayload(Strict):
    """Any payload of lotus-core: whose it is, and what travels with it."""

    portfolio_id: Identifier = Field(
        default="stateless", description="Name of the portfolio.", examples=["PF-001"]
    )
    diagnostics: Diagnostics | None = Field(
        default=None,
        description="What lotus-core said of the data: told by mwr, worked out anew of points.",
    )
    lineage: Lineage | None = Field(
        default=None, description="Where the payload comes from: not used."
    )


class VersionedPayload(SentPayload):
    """A payload that names its contract's version."""

    contract_version: str | None = Field(
        default=None, description="Version of the contract.", examples=["rfc_063_v1"]
    )


class ReportStatelessInput(VersionedPayload):
    """A payload that covers the days of a report."""

    as_of_date: CalendarDay | None = Field(
        default=None,
        description="As of which day; default: report_end_date, else the last day.",
        examples=["2025-03-31"],
    )
    report_start_date: CalendarDay | None = Field(
        default=None,
        description="First day that the input covers; default: the first day.",
        examples=["2025-01-01"],
    )
    report_end_date: CalendarDay | None = Field(
        default=None, description="Last day that the input covers.", examples=["2025-03-31"]
    )
    portfolio_open_date: CalendarDay | None = Field(
        default=None,
        description="First day on which the portfolio was open; default: report_start_date.",
        examples=["2021-01-04"],
    )
    portfolio_close_date: CalendarDay | None = Field(
        default=None,
        description="Last day on which the portfolio was open; default: it is open.",
        examples=["2025-12-31"],
    )


class ReportStatefulInput(StatefulInput):
    """A report to read from lotus-core."""

    reporting_currency: Currency | None = Field(
        default=None,
        description="Currency of all rows; default: the portfolio's.",
        examples=["EUR"],
    )


class SentPortfolio(Strict):
    """The portfolio's own days."""

    metric_basis: Literal["NET"] = Field(
        default="NET", description="Basis: fees are in mgmt_fees.", examples=["NET"]
    )
    valuation_points: list[Point] = Field(
        description="The portfolio's days, in any order, one a date.",
        examples=[[{"perf_date": "2025-01-02", "begin_mv": "1000", "end_mv": "1010"}]],
    )
