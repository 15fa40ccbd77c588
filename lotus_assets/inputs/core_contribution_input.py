"""core_contribution_input: days of a portfolio and of each of its positions (RFC 063 §5.4)."""

from collections.abc import Iterator

import pandas as pd
import pyarrow.compute as pc
from pandera.pandas import DataFrameModel, Field

from lotus_assets.inputs.asked_and_answered import unordered_parts
from lotus_assets.inputs.payload_chunk import Chunk
from lotus_assets.inputs.report_rows import (
    point_columns,
    report_breaks,
    report_violations,
)
from lotus_assets.inputs.rules import ContinuityBreak, Violation
from lotus_assets.sources.lotus_core.contracts import PORTFOLIO, POSITION
from lotus_assets.tables.columns import Day, Number, Text
from lotus_assets.tables.table import Table


class CoreContributionInput(DataFrameModel):
    """One row a portfolio or position, day and data version in which its figures changed."""

    portfolio_id: Text = Field(description="The portfolio.")
    part: Text = Field(isin=[PORTFOLIO, POSITION], description="What the row is about.")
    position_id: Text = Field(description="The position; empty for the portfolio's own days.")
    perf_date: Day = Field(description="The day.")
    data_version: Text = Field(
        description="As-of day and version of the data that the row first came with."
    )
    as_of_date: Day = Field(description="Earliest as-of day whose answer is known to hold the row.")
    currency: Text = Field(description="Currency of the amounts: the reporting currency.")
    begin_mv: Number = Field(description="Market value at the beginning of the day.")
    bod_cf: Number = Field(description="Flows at the day's beginning, into it positive.")
    eod_cf: Number = Field(description="Flows at the day's end, into it positive.")
    mgmt_fees: Number = Field(le=0, description="Management fee of the day, 0 or less.")
    end_mv: Number = Field(description="Market value at the end of the day, before its fee.")
    content_hash: Text = Field(
        str_length=64, description="Hash of the payload that the row first came in: core_payload."
    )

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True


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
    return pd.DataFrame(columns, index=chunk.owners)[TABLE.columns]


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads that break a rule of the contract which no single row shows."""
    yield from report_violations(chunk)
    yield from unordered_parts(chunk, "positions_data", "position_id")


def breaks(chunk: Chunk) -> Iterator[ContinuityBreak]:
    """Breaks of continuity within the portfolio's and each position's days."""
    yield from report_breaks(chunk)
