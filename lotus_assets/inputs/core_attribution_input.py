"""core_attribution_input: days of a portfolio, its instruments and its benchmark's groups
(docs/LOTUS_CORE.md)."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandera.pandas import Field
from pydantic import BaseModel

from lotus_assets.engine.performance.formulas.identities import is_off_currency
from lotus_assets.engine.performance.frames.node_keys import group_key
from lotus_assets.engine.performance.frames.part_names import GROUP, INSTRUMENT, PORTFOLIO
from lotus_assets.inputs import headers
from lotus_assets.inputs.asked_and_answered import other_dimensions, unordered_parts
from lotus_assets.inputs.asking import open_portfolios, report_window
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk, number
from lotus_assets.inputs.report_rows import (
    point_columns,
    report_breaks,
    report_violations,
)
from lotus_assets.inputs.rules import (
    DetectedBreak,
    Violation,
    epoch_days,
    first_of_payloads,
    sums_other_than_one,
)
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.contracts import ATTRIBUTION_INPUT
from lotus_assets.sources.lotus_core.wire_format import OBSERVATION
from lotus_assets.tables.columns import Number, Text
from lotus_assets.tables.portfolio_columns import (
    FirstHash,
    FirstVersion,
    KnownAsOfDate,
    PortfolioId,
    ReportingCurrency,
    TheDay,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class ListedInstrument(BaseModel):
    """An instrument of an attribution input."""

    instrument_id: str
    meta: dict[str, str]


class ListedGroup(BaseModel):
    """A benchmark group of an attribution input."""

    key: dict[str, str]


class AttributionHeader(headers.ReportHeader):
    """attribution-input."""

    group_by_dimensions: list[str]
    benchmark_id: str
    instruments_data: list[ListedInstrument]
    benchmark_groups_data: list[ListedGroup]


class CoreAttributionInput(TableModel):
    """One row a portfolio, instrument or benchmark group, day, and data version."""

    portfolio_id: PortfolioId
    part: Text = Field(isin=[PORTFOLIO, INSTRUMENT, GROUP], description="What the row is about.")
    id: Text = Field(
        description="The instrument; of a benchmark group its key as JSON, dimensions outermost "
        "first, as in attribution.group_key; empty for the portfolio's own days."
    )
    perf_date: TheDay
    data_version: FirstVersion
    as_of_date: KnownAsOfDate
    currency: ReportingCurrency
    begin_mv: Number = Field(nullable=True, description="Market value at the day's beginning.")
    bod_cf: Number = Field(nullable=True, description="Flows at the day's beginning.")
    eod_cf: Number = Field(nullable=True, description="Flows at the day's end.")
    mgmt_fees: Number = Field(nullable=True, le=0, description="Fee of the day, 0 or less.")
    end_mv: Number = Field(nullable=True, description="Market value before the day's fee.")
    weight_bop: Number = Field(
        nullable=True, description="Group: weight at the start of the day, drifted."
    )
    return_base: Number = Field(
        nullable=True, ge=-1, description="Group: return in the reporting currency."
    )
    return_local: Number = Field(
        nullable=True, ge=-1, description="Group: return in local currencies."
    )
    return_fx: Number = Field(nullable=True, ge=-1, description="Group: currency return.")
    content_hash: FirstHash


TABLE = Table(
    name="core_attribution_input",
    model=CoreAttributionInput,
    key=("portfolio_id", "part", "id", "perf_date", "data_version"),
    version=None,
    description="Days of portfolios, instruments and benchmark groups as lotus-core's "
    "attribution-input gave them; the instruments' dimensions stand in core_payload.header.",
)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Rows of the table from attribution-input payloads, in their order; index: the payload."""
    columns = {
        **point_columns(chunk),
        "id": _ids(chunk),
        **{name: number(chunk.rows[name]) for name in OBSERVATION},
    }
    return pd.DataFrame(columns, index=chunk.payload_numbers)[TABLE.columns]


def _ids(chunk: Chunk) -> NDArray[np.object_]:
    """Instruments as they are; groups by their key, because their place in a list may change.

    A lotus-core may send a key's dimensions in any order: which is outermost its list says.
    """
    ids: NDArray[np.object_] = (
        pc.fill_null(chunk.rows["id"], "").to_pandas().to_numpy(dtype=object).copy()
    )
    is_group = pc.equal(chunk.rows["part"], GROUP).to_numpy()
    headers = [answer.payload.header for answer in chunk.received]
    keys = [
        group_key(header["group_by_dimensions"], group["key"])
        for header in headers
        for group in header["benchmark_groups_data"]
    ]
    counts = [len(header["benchmark_groups_data"]) for header in headers]
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    places = offsets[chunk.payload_numbers[is_group]] + ids[is_group].astype(np.int64)
    ids[is_group] = np.array(keys, dtype=object)[places]
    return ids


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads that break a rule of the contract which no single row shows."""
    yield from report_violations(chunk)
    yield from unordered_parts(chunk, "instruments_data", "instrument_id")
    yield from other_dimensions(chunk)
    is_group = pc.equal(chunk.rows["part"], GROUP).to_numpy()
    for name in ("weight_bop", "return_base"):
        is_missing = chunk.rows[name].is_null().to_numpy() & is_group
        for payload_number, _row in first_of_payloads(chunk.payload_numbers, is_missing):
            yield Violation(payload_number, "missing_value", f"{name} of a benchmark group is null")
    yield from _currency_returns(chunk)
    without = np.setdiff1d(np.arange(len(chunk.received)), chunk.payload_numbers[is_group])
    for payload_number in without.tolist():
        yield Violation(payload_number, "benchmark_groups", "no benchmark group has a day")
    days = epoch_days(chunk.rows["perf_date"])
    yield from sums_other_than_one(chunk, days, chunk.rows["weight_bop"], is_group)


def _currency_returns(chunk: Chunk) -> Iterator[Violation]:
    """`currency_returns`: (1 + return_local)(1 + return_fx) = 1 + return_base, to 1e-9."""
    names = ("return_base", "return_local", "return_fx")
    base, local, fx = (
        number(chunk.rows[name]).to_numpy(np.float64, na_value=np.nan) for name in names
    )
    is_off = is_off_currency(base, local, fx)
    for payload_number, row in first_of_payloads(chunk.payload_numbers, is_off):
        detail = f"return_local and return_fx of {_ids(chunk)[row]} do not make return_base"
        yield Violation(payload_number, "currency_returns", detail)


def breaks(chunk: Chunk) -> Iterator[DetectedBreak]:
    """Breaks of continuity within the portfolio's and each instrument's days."""
    yield from report_breaks(chunk)


def ask(client: LotusCoreClient, as_of: date, settings: InputSettings) -> Iterator[Asked]:
    """Instruments and benchmark groups of the report window."""
    dimensions = list(settings.lotus_core_group_by)
    for entry in open_portfolios(client, as_of):
        body = {**report_window(entry, as_of, settings), "group_by_dimensions": dimensions}
        yield Asked(entry.portfolio_id, entry.data_version, body)


INPUT = InputTable(
    TABLE,
    ATTRIBUTION_INPUT,
    AttributionHeader,
    complete=("part", "perf_date"),
    ask=ask,
    rows=rows,
    violations=violations,
    breaks=breaks,
)
