"""What lotus-core has as of a day: portfolios, benchmarks, risk-free series, and their versions.

Listed by a server that need not be ours: what it says beyond the contract is left alone.
"""

from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from lotus_assets.sources.lotus_core.answers import Answer
from lotus_assets.sources.lotus_core.errors import BrokenPayload
from lotus_assets.sources.lotus_core.wire_format import IDENTIFIER

Entry = TypeVar("Entry")
Identifier = Annotated[str, Field(pattern=f"^{IDENTIFIER}$")]
"""It becomes a part of an address."""


class CatalogueEntry(BaseModel):
    """What every entry says: `data_version` changes when its answers as of the day do."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    data_version: str


class ListedPortfolio(CatalogueEntry):
    """A portfolio as of the day."""

    portfolio_id: Identifier
    portfolio_currency: str
    calendar_id: str
    open_date: date
    close_date: date | None


class ListedBenchmark(CatalogueEntry):
    """A benchmark as of the day; without a first date it has no returns."""

    benchmark_id: Identifier
    benchmark_currency: str
    calendar_id: str
    first_date: date | None


class ListedRiskFree(CatalogueEntry):
    """A stored series as of the day."""

    currency: str
    series_mode: str
    first_date: date


def entries_of(what: str, field: str, kind: type[Entry], answer: Answer) -> list[Entry]:
    """The entries in an answer's list `field`.

    Raises:
        BrokenPayload: it is not such a list.
    """
    try:
        listed = TypeAdapter(dict[str, object]).validate_json(answer.content)[field]
        return TypeAdapter(list[kind]).validate_python(listed)  # type: ignore[valid-type]
    except (ValidationError, KeyError) as unreadable:
        raise BrokenPayload(what, "stream", str(unreadable), answer.request_id) from unreadable
