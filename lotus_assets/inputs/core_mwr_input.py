"""core_mwr_input: begin, end and external flows of each period (docs/LOTUS_CORE.md)."""

import itertools
import json
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.inputs import headers
from lotus_assets.inputs.asked_and_answered import misstated_missing_days, other_windows
from lotus_assets.inputs.asking import open_portfolios
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk
from lotus_assets.inputs.rules import (
    Violation,
    epoch_days,
    first_of_payloads,
    outside,
    same_payload,
    window_days,
)
from lotus_assets.sources.lotus_core.canonical import as_array, canonical_text
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.contracts import MWR_INPUT
from lotus_assets.tables.columns import (
    JSON,
    Json,
    Text,
)
from lotus_assets.tables.portfolio_columns import (
    AnswerAsOfDate,
    Currency,
    EndDate,
    FirstHash,
    FirstVersion,
    PeriodBeginValue,
    PeriodEndValue,
    PortfolioId,
    StartDate,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class MwrHeader(headers.Header):
    """mwr-input."""

    start_date: headers.Day
    end_date: headers.Day
    begin_mv: headers.Amount
    end_mv: headers.Amount
    portfolio_close_date: headers.Day | None = None
    currency: headers.Currency
    diagnostics: headers.ReceivedDiagnostics


class CoreMwrInput(TableModel):
    """One row a portfolio, period, last day and data version."""

    portfolio_id: PortfolioId
    period: Text = Field(description="MTD, QTD, YTD, 1Y, 3Y, 5Y or ITD.")
    end_date: EndDate
    data_version: FirstVersion
    as_of_date: AnswerAsOfDate
    start_date: StartDate
    currency: Currency
    begin_mv: PeriodBeginValue
    end_mv: PeriodEndValue
    cash_flows: Json = Field(
        metadata=JSON,
        description="External flows by date: date, amount (a decimal as text, into the portfolio "
        "positive), type.",
    )
    content_hash: FirstHash


TABLE = Table(
    name="core_mwr_input",
    model=CoreMwrInput,
    key=("portfolio_id", "period", "end_date", "data_version"),
    version=None,
    description="Money-weighted inputs of portfolios as lotus-core's mwr-input gave them.",
)


def rows(chunk: Chunk) -> pd.DataFrame:
    """A row for each mwr-input payload; index: the payload."""
    headers = [answer.payload.header for answer in chunk.received]
    return pd.DataFrame(
        {
            "portfolio_id": [answer.asked.subject for answer in chunk.received],
            "period": [answer.asked.variant for answer in chunk.received],
            "end_date": [pd.Timestamp(header["end_date"]) for header in headers],
            "data_version": [answer.data_version for answer in chunk.received],
            "as_of_date": [pd.Timestamp(answer.as_of) for answer in chunk.received],
            "start_date": [pd.Timestamp(header["start_date"]) for header in headers],
            "currency": [header["currency"] for header in headers],
            "begin_mv": [float(header["begin_mv"]) for header in headers],
            "end_mv": [float(header["end_mv"]) for header in headers],
            "cash_flows": _flows(chunk),
            "content_hash": [answer.payload.content_hash for answer in chunk.received],
        },
        index=np.arange(len(headers)),
        columns=TABLE.columns,
    )


def _flows(chunk: Chunk) -> list[str]:
    """The flows of each payload as JSON, amounts as the decimals that came."""
    flows = pd.DataFrame(
        {
            "date": chunk.rows["date"].cast("string").to_pylist(),
            "amount": canonical_text(as_array(chunk.rows["amount"])).to_pylist(),
            "type": chunk.rows["type"].to_pylist(),
        }
    )
    starts = np.searchsorted(chunk.payload_numbers, np.arange(len(chunk.received) + 1))
    records = flows.to_dict("records")
    return [json.dumps(records[start:stop]) for start, stop in itertools.pairwise(starts)]


def flows_of(texts: pd.Series) -> pd.DataFrame:
    """Flows of several rows of the table, a row each: window (the row's number), date, amount,
    type."""
    listed = json.loads("[" + ",".join(texts) + "]")
    counts = [len(flows) for flows in listed]
    frame = pd.DataFrame.from_records(
        [flow for flows in listed for flow in flows], columns=["date", "amount", "type"]
    )
    return frame.assign(
        window=np.repeat(np.arange(len(counts)), counts),
        date=pd.to_datetime(frame["date"]),
        amount=frame["amount"].astype(float),
    )


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads whose flows are not in order or not in the period; several a day are allowed."""
    days = epoch_days(chunk.rows["date"])
    first, last = window_days(chunk, "start_date", "end_date")
    is_earlier = (np.diff(days) < 0) & same_payload(chunk.payload_numbers)
    for payload_number, row in first_of_payloads(chunk.payload_numbers[1:], is_earlier):
        yield Violation(payload_number, "order", f"flow {row + 1} comes after a later one")
    yield from outside(chunk, days, first, last)
    yield from other_windows(chunk, "start_date", "end_date")
    # A flow may be dated on a day that was not valued.
    yield from misstated_missing_days(chunk, days, np.zeros(len(days), dtype=bool))


def ask(client: LotusCoreClient, as_of: date, _settings: InputSettings) -> Iterator[Asked]:
    """Every period of every portfolio that has not closed before it began."""
    for entry in open_portfolios(client, as_of):
        for period in PERIOD_NAMES:
            body = {"as_of_date": str(as_of), "period": period}
            yield Asked(entry.portfolio_id, entry.data_version, body, period)


INPUT = InputTable(
    TABLE,
    MWR_INPUT,
    MwrHeader,
    complete=("date", "amount"),
    ask=ask,
    rows=rows,
    violations=violations,
)
