"""`attribution-input` and `contribution-input`: a portfolio and its parts."""

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from lotus_assets.services.lotus_core.contracts.portfolio import CoreRequest
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    Currency,
    CurrencyContext,
    DecimalString,
    Diagnostics,
    Identifier,
    Lineage,
    Strict,
    ValuationPoint,
    Whole,
)

DEFAULT_PAGE_SIZE = 500
LARGEST_PAGE_SIZE = 2000


class ReportRequest(CoreRequest):
    """A report's window, its currency, and paging."""

    report_start_date: CalendarDay = Field(description="First day.", examples=["2025-01-01"])
    report_end_date: CalendarDay = Field(
        description="Last day; clamped to the as-of date.", examples=["2025-03-31"]
    )
    as_of_date: CalendarDay | None = Field(
        default=None,
        description="As of which day; default: report_end_date.",
        examples=["2025-03-31"],
    )
    reporting_currency: Currency | None = Field(
        default=None,
        description="Currency of all rows; default: the portfolio's.",
        examples=["EUR"],
    )
    page_size: Whole = Field(
        default=DEFAULT_PAGE_SIZE,
        ge=1,
        le=LARGEST_PAGE_SIZE,
        description="Instruments or positions a page.",
        examples=[500],
    )
    page_token: str | None = Field(
        default=None,
        max_length=2000,
        description="lineage.next_page_token of the page before, with the same request.",
        examples=["eyJhZnRlciI6IlBPUy0xIn0.Z-rX8A.c2lnbmVk"],
    )

    @model_validator(mode="after")
    def _in_order(self) -> "ReportRequest":
        if self.report_end_date < self.report_start_date:
            raise ValueError("the window is inverted: report_end_date is before report_start_date")
        if self.as_of_date is not None and self.as_of_date < self.report_start_date:
            raise ValueError("the window is inverted: as_of_date is before report_start_date")
        return self


class AttributionInputRequest(ReportRequest):
    """Portfolio, instruments and benchmark groups of a window."""

    group_by_dimensions: list[Identifier] = Field(
        min_length=1,
        max_length=10,
        description="Dimensions that groups are made of, outermost first.",
        examples=[["asset_class", "sector"]],
    )

    @model_validator(mode="after")
    def _no_repetition(self) -> "AttributionInputRequest":
        if len(set(self.group_by_dimensions)) < len(self.group_by_dimensions):
            raise ValueError("group_by_dimensions names a dimension twice")
        return self


class ContributionInputRequest(ReportRequest):
    """Portfolio and positions of a window."""

    hierarchy: list[Identifier] = Field(
        default=[],
        max_length=10,
        description="Dimensions that `meta` must hold; default: all that are supported.",
        examples=[["asset_class"]],
    )

    @model_validator(mode="after")
    def _no_repetition(self) -> "ContributionInputRequest":
        if len(set(self.hierarchy)) < len(self.hierarchy):
            raise ValueError("hierarchy names a dimension twice")
        return self


class PortfolioData(Strict):
    """The portfolio's own days."""

    metric_basis: Literal["NET"] = Field(
        description="Basis of the report: fees are in mgmt_fees.", examples=["NET"]
    )
    valuation_points: list[ValuationPoint] = Field(
        description="The portfolio's days, ascending.",
    )


class InstrumentData(Strict):
    """One instrument's days."""

    instrument_id: Identifier = Field(description="The instrument.", examples=["INS-1"])
    meta: dict[str, str] = Field(
        description="Its dimensions, all requested ones; `Unclassified` where it has none.",
        examples=[{"asset_class": "Equity", "currency": "USD"}],
    )
    valuation_points: list[ValuationPoint] = Field(description="Its days, ascending.")


class PositionData(Strict):
    """One position's days."""

    position_id: Identifier = Field(description="The position.", examples=["POS-1"])
    meta: dict[str, str] = Field(
        description="instrument_id and dimensions of what it holds; `Unclassified` where a "
        "requested one has no value.",
        examples=[{"instrument_id": "INS-1", "asset_class": "Equity"}],
    )
    valuation_points: list[ValuationPoint] = Field(description="Its days, ascending.")


class GroupObservation(Strict):
    """A benchmark group's day."""

    date: dt.date = Field(description="The day.", examples=["2025-03-31"])
    weight_bop: DecimalString = Field(
        description="Weight at the start of the day, drifted since the rebalance.",
        examples=["0.5123"],
    )
    return_base: DecimalString = Field(
        description="Return in the reporting currency.", examples=["0.0125"]
    )
    return_local: DecimalString = Field(
        description="Return in local currencies.", examples=["0.01"]
    )
    return_fx: DecimalString = Field(
        description="Currency return: (1 + return_base) ÷ (1 + return_local) - 1.",
        examples=["0.0024752475"],
    )


class BenchmarkGroup(Strict):
    """A group of the benchmark."""

    key: dict[str, str] = Field(
        description="Its place in each requested dimension.", examples=[{"asset_class": "Equity"}]
    )
    observations: list[GroupObservation] = Field(description="Its days, ascending.")


class ReportResponse(Strict):
    """What attribution and contribution inputs have in common."""

    portfolio_id: Identifier = Field(description="The portfolio.", examples=["PF-001"])
    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    report_start_date: dt.date = Field(
        description="First day, clamped to the open date.", examples=["2025-01-01"]
    )
    report_end_date: dt.date = Field(
        description="Last day, clamped to the as-of date.", examples=["2025-03-31"]
    )
    portfolio_data: PortfolioData = Field(description="The portfolio's own days (on every page).")
    currency_context: CurrencyContext = Field(description="Currencies of the payload.")
    contract_version: Literal["rfc_063_v1"] = Field(
        description="Version of the contract.", examples=["rfc_063_v1"]
    )
    diagnostics: Diagnostics = Field(description="What is unusual about the data of this page.")
    lineage: Lineage = Field(description="Where the payload comes from, and the next page.")


class AttributionInputResponse(ReportResponse):
    """What attribution needs; instruments are paged, the rest is on every page."""

    group_by_dimensions: list[Identifier] = Field(
        description="The requested dimensions.", examples=[["asset_class"]]
    )
    benchmark_id: Identifier = Field(
        description="The benchmark assigned on report_end_date.", examples=["BM-BALANCED-EUR"]
    )
    instruments_data: list[InstrumentData] = Field(description="Instruments by id.")
    benchmark_groups_data: list[BenchmarkGroup] = Field(
        description="Groups by key; over the groups of a date the weights sum to 1.",
    )


class ContributionInputResponse(ReportResponse):
    """What contribution needs; positions are paged, the rest is on every page."""

    positions_data: list[PositionData] = Field(description="Positions by id.")
    supported_hierarchy_dimensions: list[Identifier] = Field(
        description="Dimensions that a hierarchy can be made of.",
        examples=[["asset_class", "currency", "instrument_type"]],
    )
