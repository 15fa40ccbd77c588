"""core_benchmark_returns: daily returns of benchmarks (docs/LOTUS_CORE.md)."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from pandera.pandas import Field

from lotus_assets.inputs import headers
from lotus_assets.inputs.asked_and_answered import (
    misstated_missing_days,
    other_frequencies,
    other_windows,
)
from lotus_assets.inputs.asking import open_portfolios, series_window
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk, days_of, number
from lotus_assets.inputs.rules import (
    Violation,
    epoch_days,
    missing_values,
    outside,
    same_payload,
    unordered,
    window_days,
)
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.contracts import BENCHMARK_ASSIGNMENT, BENCHMARK_RETURNS
from lotus_assets.tables.columns import Number, Text
from lotus_assets.tables.portfolio_columns import FirstHash, FirstVersion, KnownAsOfDate, TheDay
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class BenchmarkReturnsHeader(headers.Header):
    """benchmark return-series."""

    start_date: headers.Day
    end_date: headers.Day
    frequency: str
    currency: headers.Currency
    calendar_id: str
    diagnostics: headers.ReceivedDiagnostics


class AssignmentHeader(headers.Header):
    """benchmark-assignment; for some lotus-core one that is open ends in the year 9999."""

    benchmark_id: str
    effective_from: headers.AnyDay
    effective_to: headers.AnyDay | None


class CoreBenchmarkReturns(TableModel):
    """One row a benchmark, currency, day and data version in which the day's return changed."""

    benchmark_id: Text = Field(description="The benchmark.")
    series_date: TheDay
    data_version: FirstVersion
    as_of_date: KnownAsOfDate
    currency: Text = Field(description="Currency of the returns: that of portfolios, or its own.")
    benchmark_return: Number = Field(ge=-1, description="Return of the day, a decimal fraction.")
    content_hash: FirstHash


TABLE = Table(
    name="core_benchmark_returns",
    model=CoreBenchmarkReturns,
    key=("benchmark_id", "currency", "series_date", "data_version"),
    version=None,
    description="Benchmark returns as lotus-core's return-series gave them, in the currencies of "
    "the portfolios; the portfolios' assignments stand in core_payload, contract "
    "benchmark-assignment.",
)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Rows of the table from benchmark return series, in their order; index: the payload."""
    return pd.DataFrame(
        {
            "benchmark_id": chunk.text(lambda answer: answer.asked.subject),
            "series_date": days_of(chunk.rows["series_date"]),
            **chunk.provenance(),
            "currency": chunk.text(lambda answer: answer.payload.header["currency"]),
            "benchmark_return": number(chunk.rows["benchmark_return"]),
        },
        index=chunk.payload_numbers,
    )[TABLE.columns]


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads that break a rule of the contract which no single row shows."""
    yield from missing_values(chunk, ("benchmark_return",))
    days = epoch_days(chunk.rows["series_date"])
    yield from unordered(chunk, days, same_payload(chunk.payload_numbers))
    yield from outside(chunk, days, *window_days(chunk, "start_date", "end_date"))
    yield from other_windows(chunk, "start_date", "end_date")
    yield from other_frequencies(chunk)
    for payload_number, answer in enumerate(chunk.received):
        currency = answer.payload.header["currency"]
        if currency != answer.asked.body.get("currency", currency):
            detail = f"{answer.asked.body['currency']} was asked for, {currency} came"
            yield Violation(payload_number, "currency", detail)
    yield from misstated_missing_days(chunk, days, np.ones(len(days), dtype=bool))


def ask(client: LotusCoreClient, as_of: date, settings: InputSettings) -> Iterator[Asked]:
    """Daily returns of every benchmark that has been set up by the day.

    In its own currency, and in every other that a portfolio has: which portfolio is held against
    which benchmark is asked for beside them.
    """
    others = sorted({entry.portfolio_currency for entry in open_portfolios(client, as_of)})
    for entry in client.benchmarks(as_of):
        if entry.first_date is not None and entry.first_date <= as_of:
            window = series_window(as_of, entry.first_date, settings)
            for currency in sorted({entry.benchmark_currency, *others}):
                body = {**window, "currency": currency}
                yield Asked(entry.benchmark_id, entry.data_version, body, currency)


def ask_for_assignments(
    client: LotusCoreClient, as_of: date, _settings: InputSettings
) -> Iterator[Asked]:
    """Which benchmark every portfolio is held against on the day."""
    for entry in open_portfolios(client, as_of):
        yield Asked(entry.portfolio_id, entry.data_version, {"as_of_date": str(as_of)})


ASSIGNMENT = InputTable(
    TABLE,
    BENCHMARK_ASSIGNMENT,
    AssignmentHeader,
    complete=(),
    ask=ask_for_assignments,
    rows=lambda _chunk: TABLE.empty(),
    violations=lambda _chunk: (),
)
"""Has no rows: all that it says is kept in core_payload; what it breaks counts here."""
INPUT = InputTable(
    TABLE,
    BENCHMARK_RETURNS,
    BenchmarkReturnsHeader,
    complete=("series_date",),
    ask=ask,
    rows=rows,
    violations=violations,
    also=(ASSIGNMENT,),
    variant="currency",
)
