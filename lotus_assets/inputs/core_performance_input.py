"""core_performance_input: a portfolio's days as lotus-core gave them (docs/LOTUS_CORE.md)."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.performance.formulas.daily_returns import MONEY
from lotus_assets.inputs import headers
from lotus_assets.inputs.asked_and_answered import other_starts
from lotus_assets.inputs.asking import open_portfolios
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk, capital_signs, days_of, number
from lotus_assets.inputs.rules import (
    DetectedBreak,
    Violation,
    as_of_days,
    continuity_breaks,
    epoch_days,
    is_among,
    outside,
    positive_fees,
    same_payload,
    unlisted_business_days,
    unordered,
    window_days,
)
from lotus_assets.sources.lotus_core import contracts, json_form
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.tables.columns import (
    Boolean,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.portfolio_columns import (
    DayBeginValue,
    DayEndValue,
    DayFees,
    FirstHash,
    FirstVersion,
    KnownAsOfDate,
    PortfolioId,
    TheDay,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class PerformanceHeader(headers.Header):
    """performance-input."""

    performance_start_date: headers.Day
    portfolio_open_date: headers.Day
    portfolio_close_date: headers.Day | None = None
    currency: headers.Currency
    calendar_id: str
    business_days: list[headers.Day]
    diagnostics: headers.ReceivedDiagnostics


class CorePerformanceInput(TableModel):
    """One row a portfolio, day and data version in which the day's figures changed."""

    portfolio_id: PortfolioId
    perf_date: TheDay
    data_version: FirstVersion
    as_of_date: KnownAsOfDate
    currency: Text = Field(description="Currency of the amounts: the portfolio's.")
    begin_mv: DayBeginValue
    bod_cf: Number = Field(description="External flows at the day's beginning, into it positive.")
    eod_cf: Number = Field(description="External flows at the day's end, into it positive.")
    mgmt_fees: DayFees
    end_mv: DayEndValue
    capital_sign: Integer = Field(
        isin=[-1, 0, 1],
        description="Sign of begin_mv + bod_cf, decided on the decimals received.",
    )
    is_business_day: Boolean = Field(description="A business day of the portfolio's calendar.")
    content_hash: FirstHash


TABLE = Table(
    name="core_performance_input",
    model=CorePerformanceInput,
    key=("portfolio_id", "perf_date", "data_version"),
    version=None,
    description="Daily valuations of portfolios as lotus-core's performance-input gave them.",
)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Rows of the table from performance-input payloads, in their order; index: the payload."""
    table = chunk.rows
    return pd.DataFrame(
        {
            "portfolio_id": chunk.text(lambda answer: answer.asked.subject),
            "perf_date": days_of(table["perf_date"]),
            **chunk.provenance(),
            "currency": chunk.text(lambda answer: answer.payload.header["currency"]),
            **{name: number(table[name]) for name in MONEY},
            "capital_sign": capital_signs(table),
            "is_business_day": _business(chunk),
        },
        index=chunk.payload_numbers,
    )[TABLE.columns]


def _business(chunk: Chunk) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether a row's day is among its own payload's business days."""
    days = epoch_days(chunk.rows["perf_date"])
    business_days = [
        np.array(answer.payload.header["business_days"], dtype="datetime64[D]").astype(np.int64)
        + payload_number * 1_000_000
        for payload_number, answer in enumerate(chunk.received)
    ]
    listed = np.concatenate(business_days) if business_days else np.array([], dtype=np.int64)
    return is_among(days + chunk.payload_numbers * 1_000_000, np.sort(listed))


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads that break a rule of the contract which no single row shows."""
    days = epoch_days(chunk.rows["perf_date"])
    first, last = window_days(chunk, "performance_start_date", "as_of_date")
    yield from unordered(chunk, days, same_payload(chunk.payload_numbers))
    yield from outside(chunk, days, first, np.minimum(last, as_of_days(chunk)))
    yield from positive_fees(chunk, days)
    yield from other_starts(chunk)
    yield from unlisted_business_days(chunk, days, as_of_days(chunk))


def breaks(chunk: Chunk) -> Iterator[DetectedBreak]:
    """Breaks of continuity between a portfolio's days."""
    days = epoch_days(chunk.rows["perf_date"])
    series = np.full(len(days), "", dtype=object)
    yield from continuity_breaks(chunk, days, same_payload(chunk.payload_numbers), series)


def ask(client: LotusCoreClient, as_of: date, settings: InputSettings) -> Iterator[Asked]:
    """The longest lookback that the contract has."""
    for entry in open_portfolios(client, as_of):
        body = {"as_of_date": str(as_of), "lookback_days": settings.lotus_core_lookback_days}
        yield Asked(entry.portfolio_id, entry.data_version, body, last_day=entry.close_date)


INPUT = InputTable(
    TABLE,
    contracts.PERFORMANCE_INPUT,
    PerformanceHeader,
    complete=tuple(json_form.POINT),
    ask=ask,
    rows=rows,
    violations=violations,
    breaks=breaks,
)
