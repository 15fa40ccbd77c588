"""The envelope of every request and answer: see docs/API.md."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from lotus_assets.services.api.diagnostic_codes import DIAGNOSTICS, MEANINGS, known_code
from lotus_assets.services.lotus_core.contracts.shared import (
    PRINTABLE,
    CalendarDay,
    Identifier,
    Strict,
)

Stateless = TypeVar("Stateless", bound=BaseModel)
Stateful = TypeVar("Stateful", bound=BaseModel)
Result = TypeVar("Result", bound=BaseModel)


class InputMode(StrEnum):
    """Where an operation's input comes from."""

    STATELESS = "stateless"
    STATEFUL = "stateful"


class StatefulInput(Strict):
    """What every stateful request names; read from lotus-core's contracts."""

    portfolio_id: Identifier = Field(description="The portfolio.", examples=["PF-001"])
    as_of_date: CalendarDay = Field(
        description="As of which day the portfolio is looked at.", examples=["2025-03-31"]
    )
    consumer_system: str = Field(
        default="lotus-performance",
        pattern=PRINTABLE,
        description="System that asks, passed on to lotus-core for the record.",
        examples=["lotus-performance"],
    )


class AnalysisRequest(Strict, Generic[Stateless, Stateful]):
    """A request with exactly one of its two inputs, the one that `input_mode` names."""

    input_mode: InputMode = Field(
        description="`stateless`: the input is sent along; `stateful`: it is read from lotus-core.",
        examples=["stateful"],
    )
    stateless_input: Stateless | None = Field(
        default=None, description="The input itself, for `stateless`.", examples=[None]
    )
    stateful_input: Stateful | None = Field(
        default=None, description="Whose input to read, for `stateful`."
    )

    @model_validator(mode="after")
    def _exactly_the_named_input(self) -> "AnalysisRequest[Stateless, Stateful]":
        given = {
            InputMode.STATELESS: self.stateless_input is not None,
            InputMode.STATEFUL: self.stateful_input is not None,
        }
        if [mode for mode, is_given in given.items() if is_given] != [self.input_mode]:
            raise ValueError(
                f"input_mode is {self.input_mode}: give {self.input_mode}_input, and only that"
            )
        return self


class UpstreamRequest(Strict):
    """A request as it was sent to lotus-core: sent again, it has the same answer."""

    method: Literal["POST"] = Field(description="Method.", examples=["POST"])
    path: str = Field(
        description="Path below LOTUS_CORE_URL.",
        examples=["/integration/portfolios/PF-001/performance-input"],
    )
    body: dict[str, Any] = Field(
        description="Body, as JSON.",
        examples=[{"consumer_system": "lotus-assets", "as_of_date": "2025-03-31"}],
    )
    content_hash: str = Field(
        description="SHA-256 of the body as RFC 8785 JSON.", examples=["77b0…"]
    )


class UsedInput(Strict):
    """One input that an answer was made of."""

    contract: str = Field(
        description="Contract it keeps, or `request` for an input that was sent along.",
        examples=["performance-input"],
    )
    subject: str = Field(
        description="Portfolio, benchmark or series that it is about.", examples=["PF-001"]
    )
    content_hash: str = Field(
        description="SHA-256 of its content (of several pages: of their hashes).",
        examples=["5c1d…"],
    )
    page_hashes: list[str] = Field(description="Content hash of each page.", examples=[["5c1d…"]])
    data_version: str | None = Field(
        description="lotus-core's version of the data; null for an input that was sent along.",
        examples=["7"],
    )
    request: UpstreamRequest | None = Field(
        description="What lotus-core was asked for it (of several pages: for the first); null for "
        "an input that was sent along."
    )


class Meta(Strict):
    """What an answer was calculated with."""

    engine_version: str = Field(description="Version of the engines.", examples=["0.1.0"])
    input_fingerprint: str = Field(
        description="SHA-256 over the content hashes of the inputs.", examples=["9f2b…"]
    )
    calculation_hash: str = Field(
        description="SHA-256 over operation, engine version, request and inputs: the same "
        "calculation has the same one.",
        examples=["1a7e…"],
    )


class CalculationLineage(Strict):
    """Where an answer comes from."""

    calculation_id: str = Field(
        description="Name of the calculation: GET /lineage/{calculation_id}.", examples=["1a7e…"]
    )
    generated_at: dt.datetime = Field(
        description="When it was made, UTC.", examples=["2025-04-01T06:00:00Z"]
    )
    href: str = Field(
        description="Where this is kept, with the request; the tables are below it.",
        examples=["/lineage/1a7e…"],
    )
    inputs: list[UsedInput] = Field(description="Every input, in the order in which it was used.")
    details: list[str] = Field(
        description="Names of the tables behind the answer: GET "
        "/lineage/{calculation_id}/details/{name}.",
        examples=[["days"]],
    )


class Diagnostic(Strict):
    """Something that is unusual about the input, or about how it was used; never an error."""

    code: Annotated[str, AfterValidator(known_code)] = Field(
        description=f"What kind it is:\n\n{MEANINGS}",
        examples=["MISSING_BUSINESS_DAY"],
        json_schema_extra={"enum": list(DIAGNOSTICS)},
    )
    detail: str = Field(description="What, where.", examples=["2025-02-14"])


class AnalysisAnswer(BaseModel, Generic[Result]):
    """An answer; `results` are the operation's own."""

    model_config = ConfigDict(extra="forbid")

    results: Result = Field(description="What was asked for.")
    meta: Meta = Field(description="What it was calculated with.")
    diagnostics: list[Diagnostic] = Field(
        description="What is unusual about the input.",
        examples=[[{"code": "MISSING_BUSINESS_DAY", "detail": "2025-02-14"}]],
    )
    lineage: CalculationLineage = Field(description="Where it comes from.")


Document = dict[str, Any]
"""JSON as Python has it."""
