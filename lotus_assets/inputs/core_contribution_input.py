"""core_contribution_input: days of a portfolio and its positions (docs/LOTUS_CORE.md)."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pyarrow.compute as pc
from pandera.pandas import Field
from pydantic import BaseModel

from lotus_assets.engine.performance.frames.part_names import PORTFOLIO, POSITION
from lotus_assets.inputs import headers
from lotus_assets.inputs.asked_and_answered import unordered_parts
from lotus_assets.inputs.asking import open_portfolios, report_window
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk
from lotus_assets.inputs.position_flows import unbalanced_flows
from lotus_assets.inputs.report_rows import (
    point_columns,
    report_breaks,
    report_violations,
)
from lotus_assets.inputs.rules import DetectedBreak, Violation
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.contracts import CONTRIBUTION_INPUT
from lotus_assets.tables.columns import Number, Text
from lotus_assets.tables.portfolio_columns import (
    DayBeginValue,
    DayEndValue,
    DayFees,
    FirstHash,
    FirstVersion,
    KnownAsOfDate,
    PortfolioId,
    ReportingCurrency,
    TheDay,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class ListedPosition(BaseModel):
    """A position of a contribution input."""

    position_id: str
    meta: dict[str, str]


class ContributionHeader(headers.ReportHeader):
    """contribution-input."""

    positions_data: list[ListedPosition]
    supported_hierarchy_dimensions: list[str]


class CoreContributionInput(TableModel):
    """One row a portfolio or position, day and data version in which its figures changed."""

    portfolio_id: PortfolioId
    part: Text = Field(isin=[PORTFOLIO, POSITION], description="What the row is about.")
    position_id: Text = Field(description="The position; empty for the portfolio's own days.")
    perf_date: TheDay
    data_version: FirstVersion
    as_of_date: KnownAsOfDate
    currency: ReportingCurrency
    begin_mv: DayBeginValue
    bod_cf: Number = Field(description="Flows at the day's beginning, into it positive.")
    eod_cf: Number = Field(description="Flows at the day's end, into it positive.")
    mgmt_fees: DayFees
    end_mv: DayEndValue
    content_hash: FirstHash


TABLE = Table(
    name="core_contribution_input",
    model=CoreContributionInput,
    key=("portfolio_id", "part", "position_id", "perf_date", "data_version"),
    version=None,
    description="Daily valuations by position as lotus-core's contribution-input gave them; the "
    "positions' dimensions stand in core_payload.header.",
)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Rows of the table from contribution-input payloads, in their order; index: the payload."""
    ids = pc.fill_null(chunk.rows["id"], "").to_pandas().to_numpy(dtype=object)
    columns = {**point_columns(chunk), "position_id": ids}
    return pd.DataFrame(columns, index=chunk.payload_numbers)[TABLE.columns]


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads that break a rule of the contract which no single row shows."""
    yield from report_violations(chunk)
    yield from unordered_parts(chunk, "positions_data", "position_id")
    yield from unbalanced_flows(chunk)


def breaks(chunk: Chunk) -> Iterator[DetectedBreak]:
    """Breaks of continuity within the portfolio's and each position's days."""
    yield from report_breaks(chunk)


def ask(client: LotusCoreClient, as_of: date, settings: InputSettings) -> Iterator[Asked]:
    """Positions of the report window, with every dimension that is supported."""
    for entry in open_portfolios(client, as_of):
        body = report_window(entry, as_of, settings)
        yield Asked(entry.portfolio_id, entry.data_version, body)


INPUT = InputTable(
    TABLE,
    CONTRIBUTION_INPUT,
    ContributionHeader,
    complete=("part", "perf_date"),
    ask=ask,
    rows=rows,
    violations=violations,
    breaks=breaks,
)
