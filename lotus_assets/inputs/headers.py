"""What a payload must say beside its rows, contract by contract; unknown fields are left alone."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetPydanticSchema
from pydantic_core import core_schema


def _written(pattern: str) -> GetPydanticSchema:
    """A text of this pattern first, whatever else pydantic would take for the type."""
    text = core_schema.str_schema(pattern=pattern, max_length=40, strict=True)
    return GetPydanticSchema(lambda kind, schema: core_schema.chain_schema([text, schema(kind)]))


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
AnyDay = Annotated[date, _written(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Day = Annotated[
    date,
    Field(ge=date(1900, 1, 1), le=date(2200, 12, 31)),
    _written(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
]
"""A day that the tables can hold: their instants reach from 1677 to 2262."""
Amount = Annotated[Decimal, _written(r"^-?[0-9]+(\.[0-9]{1,10})?$")]
Count = Annotated[int, Field(ge=0, strict=True)]


class Header(BaseModel):
    """What all headers have in common: a server may say more than the contract asks."""

    # Built when first used: whoever imports the definitions imports these models.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    as_of_date: Day


class ReceivedBreak(BaseModel):
    """A break of continuity that the payload names."""

    id: str | None
    date: Day
    amount: Amount


class ReceivedDiagnostics(BaseModel):
    """What the payload says is unusual about its data."""

    missing_business_day_count: Count
    missing_business_days: list[Day]
    continuity_breaks: list[ReceivedBreak]


class ReceivedCurrencies(BaseModel):
    """Currencies of a report."""

    portfolio_currency: Currency
    reporting_currency: Currency


class PerformanceHeader(Header):
    """performance-input."""

    performance_start_date: Day
    portfolio_open_date: Day
    currency: Currency
    calendar_id: str
    business_days: list[Day]
    diagnostics: ReceivedDiagnostics


class MwrHeader(Header):
    """mwr-input."""

    start_date: Day
    end_date: Day
    begin_mv: Amount
    end_mv: Amount
    currency: Currency
    diagnostics: ReceivedDiagnostics


class ReportHeader(Header):
    """What attribution-input and contribution-input have in common."""

    report_start_date: Day
    report_end_date: Day
    portfolio_data: dict[str, Any]
    currency_context: ReceivedCurrencies
    diagnostics: ReceivedDiagnostics


class ListedInstrument(BaseModel):
    """An instrument of an attribution input."""

    instrument_id: str
    meta: dict[str, str]


class ListedGroup(BaseModel):
    """A benchmark group of an attribution input."""

    key: dict[str, str]


class AttributionHeader(ReportHeader):
    """attribution-input."""

    group_by_dimensions: list[str]
    benchmark_id: str
    instruments_data: list[ListedInstrument]
    benchmark_groups_data: list[ListedGroup]


class ListedPosition(BaseModel):
    """A position of a contribution input."""

    position_id: str
    meta: dict[str, str]


class ContributionHeader(ReportHeader):
    """contribution-input."""

    positions_data: list[ListedPosition]
    supported_hierarchy_dimensions: list[str]


class ReceivedAmounts(BaseModel):
    """One amount in three currencies."""

    position: Amount
    portfolio: Amount
    reporting: Amount


class ReceivedDetails(BaseModel):
    """What a position holds."""

    instrument_name: str
    instrument_type: str
    currency: Currency
    dimensions: dict[str, str]


class ReceivedValuation(BaseModel):
    """What a position is worth."""

    price: Amount
    market_value: ReceivedAmounts
    cost: ReceivedAmounts
    unrealised_gain: ReceivedAmounts


class ReceivedIncome(BaseModel):
    """What a position has earned and not yet been paid."""

    accrued_income: ReceivedAmounts
    accrual_date: Day


class PositionEntry(BaseModel):
    """A position with the sections that the input asks for."""

    position_id: str
    instrument_id: str
    quantity: Amount
    weight: Amount | None
    held_since: Day
    instrument_details: ReceivedDetails
    valuation: ReceivedValuation
    income: ReceivedIncome


class PositionsHeader(Header):
    """positions-analytics-input."""

    valuation_date: Day | None
    total_market_value: Amount
    position_count: Count
    positions: list[PositionEntry]
    currency_context: ReceivedCurrencies
    diagnostics: ReceivedDiagnostics


class AssignmentHeader(Header):
    """benchmark-assignment; for some lotus-core one that is open ends in the year 9999."""

    benchmark_id: str
    effective_from: AnyDay
    effective_to: AnyDay | None


class BenchmarkReturnsHeader(Header):
    """benchmark return-series."""

    start_date: Day
    end_date: Day
    frequency: str
    currency: Currency
    calendar_id: str
    diagnostics: ReceivedDiagnostics


class RiskFreeHeader(Header):
    """risk-free-series."""

    start_date: Day
    end_date: Day
    series_mode: str
    frequency: str
