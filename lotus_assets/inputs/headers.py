"""What a payload must say beside its rows, contract by contract; unknown fields are left alone."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, Field(allow_inf_nan=False, decimal_places=10)]


class Header(BaseModel):
    """What all headers have in common: a server may say more than the contract asks."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    as_of_date: date


class BreakEntry(BaseModel):
    """A break of continuity that the payload names."""

    id: str | None
    date: date
    amount: Amount


class Diagnostics(BaseModel):
    """What the payload says is unusual about its data."""

    missing_business_day_count: int = Field(ge=0)
    missing_business_days: list[date]
    continuity_breaks: list[BreakEntry]


class CurrencyContext(BaseModel):
    """Currencies of a report."""

    portfolio_currency: Currency
    reporting_currency: Currency


class PerformanceHeader(Header):
    """performance-input."""

    performance_start_date: date
    portfolio_open_date: date
    currency: Currency
    calendar_id: str
    business_days: list[date]
    diagnostics: Diagnostics


class MwrHeader(Header):
    """mwr-input."""

    start_date: date
    end_date: date
    begin_mv: Amount
    end_mv: Amount
    currency: Currency
    diagnostics: Diagnostics


class ReportHeader(Header):
    """What attribution-input and contribution-input have in common."""

    report_start_date: date
    report_end_date: date
    portfolio_data: dict[str, Any]
    currency_context: CurrencyContext
    diagnostics: Diagnostics


class ListedInstrument(BaseModel):
    """An instrument of an attribution input."""

    instrument_id: str
    meta: dict[str, str]


class BenchmarkGroup(BaseModel):
    """A benchmark group of an attribution input."""

    key: dict[str, str]


class AttributionHeader(ReportHeader):
    """attribution-input."""

    group_by_dimensions: list[str]
    benchmark_id: str
    instruments_data: list[ListedInstrument]
    benchmark_groups_data: list[BenchmarkGroup]


class ListedPosition(BaseModel):
    """A position of a contribution input."""

    position_id: str
    meta: dict[str, str]


class ContributionHeader(ReportHeader):
    """contribution-input."""

    positions_data: list[ListedPosition]
    supported_hierarchy_dimensions: list[str]


class Amounts(BaseModel):
    """One amount in three currencies."""

    position: Amount
    portfolio: Amount
    reporting: Amount


class Details(BaseModel):
    """What a position holds."""

    instrument_name: str
    instrument_type: str
    currency: Currency
    dimensions: dict[str, str]


class Valuation(BaseModel):
    """What a position is worth."""

    price: Amount
    market_value: Amounts
    cost: Amounts
    unrealised_gain: Amounts


class Income(BaseModel):
    """What a position has earned and not yet been paid."""

    accrued_income: Amounts
    accrual_date: date


class PositionEntry(BaseModel):
    """A position with the sections that the input asks for."""

    position_id: str
    instrument_id: str
    quantity: Amount
    weight: Amount | None
    held_since: date
    instrument_details: Details
    valuation: Valuation
    income: Income


class PositionsHeader(Header):
    """positions-analytics-input."""

    valuation_date: date | None
    total_market_value: Amount
    position_count: int = Field(ge=0)
    positions: list[PositionEntry]
    currency_context: CurrencyContext
    diagnostics: Diagnostics


class AssignmentHeader(Header):
    """benchmark-assignment."""

    benchmark_id: str
    effective_from: date
    effective_to: date | None


class BenchmarkReturnsHeader(Header):
    """benchmark return-series."""

    start_date: date
    end_date: date
    frequency: str
    currency: Currency
    calendar_id: str
    diagnostics: Diagnostics


class RiskFreeHeader(Header):
    """risk-free-series."""

    start_date: date
    end_date: date
    series_mode: str
    frequency: str
