"""core_risk_free: risk-free returns or rates of a currency (docs/LOTUS_CORE.md)."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pyarrow.compute as pc
from pandera.pandas import Field

from lotus_assets.inputs import headers
from lotus_assets.inputs.asked_and_answered import other_frequencies, other_windows
from lotus_assets.inputs.asking import series_window
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk, days_of, number
from lotus_assets.inputs.rules import (
    Violation,
    epoch_days,
    first_of_payloads,
    missing_values,
    outside,
    same_payload,
    unordered,
    window_days,
)
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.contracts import RISK_FREE
from lotus_assets.tables.columns import Number, Text
from lotus_assets.tables.portfolio_columns import FirstHash, FirstVersion, KnownAsOfDate, TheDay
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

RATES = "annualized_rate_series"


class RiskFreeHeader(headers.Header):
    """risk-free-series."""

    start_date: headers.Day
    end_date: headers.Day
    series_mode: str
    frequency: str


class CoreRiskFree(TableModel):
    """One row a currency, series mode, day and data version in which the value changed."""

    currency: Text = Field(description="The currency.")
    series_mode: Text = Field(description="return_series or annualized_rate_series.")
    series_date: TheDay
    data_version: FirstVersion
    as_of_date: KnownAsOfDate
    value: Number = Field(description="Return of the day, or rate a year: a decimal fraction.")
    day_count: Text = Field(
        nullable=True,
        isin=["ACT/360", "ACT/365", "BUS/252"],
        description="Convention of a rate; NULL for returns.",
    )
    compounding: Text = Field(
        nullable=True,
        isin=["SIMPLE", "COMPOUNDED"],
        description="Convention of a rate; NULL for returns.",
    )
    content_hash: FirstHash


TABLE = Table(
    name="core_risk_free",
    model=CoreRiskFree,
    key=("currency", "series_mode", "series_date", "data_version"),
    version=None,
    description="Risk-free series as lotus-core's risk-free-series gave them, with their "
    "conventions.",
)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Rows of the table from risk-free series, in their order; index: the payload."""
    return pd.DataFrame(
        {
            "currency": chunk.text(lambda answer: answer.asked.subject),
            "series_mode": chunk.text(lambda answer: answer.asked.variant),
            "series_date": days_of(chunk.rows["series_date"]),
            **chunk.provenance(),
            "value": number(chunk.rows["value"]),
            "day_count": chunk.rows["day_count"].to_pandas().to_numpy(dtype=object),
            "compounding": chunk.rows["compounding"].to_pandas().to_numpy(dtype=object),
        },
        index=chunk.payload_numbers,
    )[TABLE.columns]


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads that break a rule of the contract which no single row shows."""
    yield from missing_values(chunk, ("value",))
    days = epoch_days(chunk.rows["series_date"])
    yield from unordered(chunk, days, same_payload(chunk.payload_numbers))
    yield from outside(chunk, days, *window_days(chunk, "start_date", "end_date"))
    yield from other_windows(chunk, "start_date", "end_date")
    yield from other_frequencies(chunk)
    for payload_number, answer in enumerate(chunk.received):
        mode = answer.payload.header["series_mode"]
        if mode != answer.asked.variant:
            detail = f"{answer.asked.variant} was asked for, {mode} came: never relabelled"
            yield Violation(payload_number, "series_mode", detail)
    is_rate = chunk.text(lambda answer: answer.asked.variant) == RATES
    has_both = (chunk.rows["day_count"].is_valid()).to_numpy() & (
        chunk.rows["compounding"].is_valid()
    ).to_numpy()
    has_none = pc.and_(
        chunk.rows["day_count"].is_null(), chunk.rows["compounding"].is_null()
    ).to_numpy()
    is_wrong = (is_rate & ~has_both) | (~is_rate & ~has_none)
    for payload_number, _row in first_of_payloads(chunk.payload_numbers, is_wrong):
        yield Violation(payload_number, "conventions", "rates need conventions, returns have none")


def ask(client: LotusCoreClient, as_of: date, settings: InputSettings) -> Iterator[Asked]:
    """Every stored series, in the mode in which it is stored."""
    for entry in client.risk_free_series(as_of):
        if entry.first_date <= as_of:
            body = {
                **series_window(as_of, entry.first_date, settings),
                "currency": entry.currency,
                "series_mode": entry.series_mode,
            }
            yield Asked(entry.currency, entry.data_version, body, entry.series_mode)


INPUT = InputTable(
    TABLE,
    RISK_FREE,
    RiskFreeHeader,
    complete=("series_date",),
    ask=ask,
    rows=rows,
    violations=violations,
)
