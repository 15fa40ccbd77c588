"""Types that the contracts share: decimals as strings, identifiers, windows, lineage, problems."""

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.sources.lotus_core.wire_format import IDENTIFIER

PRINTABLE = r"^[ -~]{1,64}$"
"""What a system may call itself: printable ASCII."""

DecimalString = Annotated[
    str, Field(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]{0,9}[1-9])?$", max_length=40)
]
"""A decimal in plain notation: at most 10 digits after the point, no trailing zeros, no `-0`."""
Identifier = Annotated[str, Field(pattern=f"^{IDENTIFIER}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def _is_written_as_day(value: object) -> object:
    """Refuse what pydantic takes for a day too: seconds since 1970, and instants at midnight."""
    if type(value) is dt.date or (isinstance(value, str) and len(value) == 10 and value[4] == "-"):
        return value
    raise ValueError("a date is written YYYY-MM-DD")


CalendarDay = Annotated[
    dt.date,
    Field(ge=dt.date(1900, 1, 1), le=dt.date(2200, 12, 31)),
    BeforeValidator(_is_written_as_day),
]
"""A date in a request: ISO 8601, and no other way."""
PLAIN_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
"""A number in ASCII digits, without separators or blanks."""
Whole = Annotated[int, Field(strict=True)]
"""A whole number in a request; its text is none."""


def written_plainly(value: object) -> object:
    """Refuse texts that Python takes for numbers too: `1_000`, ` 1`, digits that are not ASCII."""
    if isinstance(value, str) and re.fullmatch(PLAIN_NUMBER, value) is None:
        raise ValueError("a number is written with digits 0-9, and a point at most: -1234.5")
    return value


class Strict(BaseModel):
    """Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(StrEnum):
    """Named periods that end on the as-of date."""

    MTD, QTD, YTD, ONE_YEAR, THREE_YEARS, FIVE_YEARS, ITD = PERIOD_NAMES


class ExplicitWindow(Strict):
    """An explicit window, both days included."""

    start_date: CalendarDay = Field(description="First day.", examples=["2025-01-01"])
    end_date: CalendarDay = Field(
        description="Last day; clamped to the as-of date.", examples=["2025-03-31"]
    )

    @model_validator(mode="after")
    def _in_order(self) -> "ExplicitWindow":
        if self.end_date < self.start_date:
            raise ValueError("the window is inverted: end_date is before start_date")
        return self


class ValuationPoint(Strict):
    """One day of a portfolio, instrument or position, in the payload's currency."""

    day: int = Field(ge=1, description="1…n in date order, informational.", examples=[1])
    perf_date: dt.date = Field(description="The day.", examples=["2025-03-31"])
    begin_mv: DecimalString = Field(
        description="Value at the beginning: the previous row's end_mv + mgmt_fees, at the "
        "previous row's rate.",
        examples=["1000000"],
    )
    bod_cf: DecimalString = Field(
        description="Flows at the beginning of the day, into it positive.", examples=["50000"]
    )
    eod_cf: DecimalString = Field(
        description="Flows at the end of the day, into it positive.", examples=["0"]
    )
    mgmt_fees: DecimalString = Field(
        description="The day's management fee, 0 or less; in no flow.", examples=["-12.5"]
    )
    end_mv: DecimalString = Field(
        description="Value at the end, before the day's fee.", examples=["1052134.1234567891"]
    )


class ContinuityBreak(Strict):
    """A day whose begin_mv is not what the previous row left."""

    id: str | None = Field(
        description="Instrument or position; null: the portfolio.", examples=["POS-1"]
    )
    date: dt.date = Field(description="The day.", examples=["2025-03-31"])
    amount: DecimalString = Field(
        description="begin_mv less (end_mv + mgmt_fees of the previous row).", examples=["-10.5"]
    )


class Diagnostics(Strict):
    """What is unusual about the data of a payload; nothing of it is an error."""

    missing_business_day_count: Whole = Field(
        description="Business days of the window without a row.", examples=[1]
    )
    missing_business_days: list[dt.date] = Field(
        description="Those days, ascending.", examples=[["2025-02-14"]]
    )
    continuity_breaks: list[ContinuityBreak] = Field(
        description="Breaks of continuity, by date, then id.",
        examples=[[{"id": "POS-1", "date": "2025-03-31", "amount": "-10.5"}]],
    )


class CurrencyContext(Strict):
    """Currencies of a payload."""

    portfolio_currency: Currency = Field(
        description="Currency in which the portfolio is kept.", examples=["EUR"]
    )
    reporting_currency: Currency = Field(
        description="Currency of all rows of the payload.", examples=["EUR"]
    )


class Lineage(Strict):
    """Where a payload comes from; the content hash covers everything but this."""

    generated_by: str = Field(description="Service and version.", examples=["lotus-core/0.1.0"])
    generated_at: dt.datetime = Field(
        description="When it was made, UTC.", examples=["2025-04-01T06:00:00Z"]
    )
    request_fingerprint: str = Field(
        description="SHA-256 of the canonical request (RFC 8785), page token left out.",
        examples=["9f2b…"],
    )
    data_version: str = Field(
        description="Version of the data as of the request's day.", examples=["7"]
    )
    content_hash: str = Field(
        description="SHA-256 of the payload without lineage, as RFC 8785 JSON.",
        examples=["5c1d…"],
    )
    next_page_token: str | None = Field(
        default=None,
        description="Token of the next page; null: this is the last. Send the same request with "
        "it in `page_token`.",
        examples=["eyJhZnRlciI6IlBPUy0xIn0.Z-rX8A.c2lnbmVk"],
    )
