"""What the headers of payloads have in common: types, and parts; unknown fields are left alone."""

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


class ReportHeader(Header):
    """What attribution-input and contribution-input have in common."""

    report_start_date: Day
    report_end_date: Day
    portfolio_data: dict[str, Any]
    currency_context: ReceivedCurrencies
    diagnostics: ReceivedDiagnostics
