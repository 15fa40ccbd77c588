"""parity: 20 merged merge requests a week, read again and compared field by field."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd
from pandera.pandas import Field
from sqlalchemy import func, select

from lotus_assets.checks.parity_comparison import compared
from lotus_assets.checks.parity_sample import SAMPLE_SIZE, iso_week, read_sample, start_of_week
from lotus_assets.checks.rule import Findings, Rule
from lotus_assets.facts import dim_project
from lotus_assets.filling.computing import write_computed
from lotus_assets.filling.reports import TableReport
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.graph.gated_assets import (
    gate_spec,
    report_rows,
    table_spec,
)
from lotus_assets.graph.inputs import Inputs, inputs_of
from lotus_assets.graph.layers import (
    FACTS,
    GITLAB_POOL,
    SWEEP_TAG,
    is_live,
)
from lotus_assets.graph.resources import Environment, GitLab
from lotus_assets.graph.steps import asset_step
from lotus_assets.raw import raw_mr, raw_mr_commit, raw_mr_note
from lotus_assets.sources.gitlab.errors import EntityError
from lotus_assets.sources.gitlab.pages import Payload, ProjectReference
from lotus_assets.sources.gitlab.parity import FIELDS
from lotus_assets.sources.warehouse.copying import records
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Text,
)
from lotus_assets.tables.gitlab_columns import MergeRequestId, MergeRequestIid, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

if TYPE_CHECKING:
    from lotus_assets.sources.gitlab.source import GitLabSource

REQUIRED_SHARE = 0.98
QUALITY_TAG = "lotus/data-quality"
RED = "Data Quality Red"


class Parity(TableModel):
    """One row a week, merge request and field that was compared."""

    iso_week: Text = Field(description="The ISO week that drew the sample: 2026-W14.")
    project_id: ProjectId
    mr_id: MergeRequestId
    iid: MergeRequestIid
    field: Text = Field(description="What was compared: a column of raw_mr, or a count beside it.")
    stored_value: Text = Field(nullable=True, description="What the warehouse holds, as text.")
    gitlab_value: Text = Field(nullable=True, description="What GitLab says now, as text.")
    is_equal: Boolean = Field(
        nullable=True, description="Whether they agree; NULL where they were not compared."
    )
    reason: Text = Field(
        nullable=True,
        description="Why they were not compared: moved, forbidden, error:…; or not_found.",
    )
    run_id: Text = Field(description="Dagster's id of the run that read GitLab.")
    compared_at: Instant = Field(description="When that run read GitLab.")


TABLE = Table(
    name="parity",
    model=Parity,
    key=("iso_week", "project_id", "mr_id", "field"),
    version=None,
    description="The weekly sample of merge requests, stored and read again.",
)
SOURCES = (dim_project.TABLE, raw_mr.TABLE, raw_mr_commit.TABLE, raw_mr_note.TABLE)
STORED = (
    *columns_of(raw_mr.TABLE, *(name for name in FIELDS if name in raw_mr.TABLE.columns)),
    *columns_of(raw_mr_commit.TABLE, "commit_id"),
    *columns_of(raw_mr_note.TABLE, "note_id", "is_system"),
)
LINEAGE = {
    **copied_from(raw_mr.TABLE, "project_id", "iid"),
    "mr_id": (
        *columns_of(raw_mr.TABLE, "mr_id", "state", "merged_at"),
        *columns_of(dim_project.TABLE, "is_measured"),
    ),
    **dict.fromkeys(("stored_value", "is_equal"), STORED),
}


def parity_share(rows: pd.DataFrame) -> float | None:
    """Fields that agree ÷ fields that were compared; None where none was.

    By field, so that one field that is wrong everywhere (one in twenty or so) is below 98 %, as
    is one merge request that is wrong in everything.
    """
    judged = rows["is_equal"].dropna()
    return float(judged.astype(bool).mean()) if len(judged) else None


def judged(rows: pd.DataFrame) -> Findings:
    """The parity of one week's rows against `REQUIRED_SHARE`; every difference is listed."""
    share = parity_share(rows)
    different = rows[rows["is_equal"].eq(False).fillna(False).astype(bool)]
    unread = rows[rows["is_equal"].isna()]
    requests = len(rows.drop_duplicates(["project_id", "mr_id"]))
    summary = f"{requests} merge requests, {len(rows) - len(unread)} fields compared"
    columns = ["iso_week", "project_id", "iid", "field", "stored_value", "gitlab_value", "reason"]
    return Findings(
        different[columns],
        len(different),
        summary=summary
        if share is None
        else f"{summary}: {share:.2%} agree, at least "
        f"{REQUIRED_SHARE:.0%} asked" + ("" if share >= REQUIRED_SHARE else f" ({RED})"),
        figures={
            "parity": share,
            "required": REQUIRED_SHARE,
            "merge_requests": requests,
            "not_compared": unread[columns],
        },
        is_passed=share is None or share >= REQUIRED_SHARE,
    )


def week_of(inputs: Inputs) -> str:
    """The ISO week that is running."""
    return iso_week(inputs.now.astimezone(inputs.settings.zone).date())


def latest_week(inputs: Inputs) -> pd.DataFrame:
    """The rows of the last week that was read."""
    rows = database_table(TABLE)
    newest = select(func.max(rows.c.iso_week)).scalar_subquery()
    return inputs.read(TABLE, rows.c.iso_week == newest)


RULE = Rule(
    name="agrees_with_gitlab",
    table=TABLE,
    description=(
        f"Of {SAMPLE_SIZE} merged merge requests a week, read again one by one, at least "
        f"{REQUIRED_SHARE:.0%} of the fields agree with what is stored. Below that the run is "
        f"tagged {QUALITY_TAG}: {RED}."
    ),
    find=lambda inputs: judged(latest_week(inputs)),
    severity=dg.AssetCheckSeverity.ERROR,
)


def read_again(inputs: Inputs, source: "GitLabSource") -> pd.DataFrame:
    """Rows of `parity` for the sample of the running week; three requests a merge request."""
    week = week_of(inputs)
    begun_at = start_of_week(inputs.now, inputs.settings.zone)
    sample = read_sample(inputs.declaring(TABLE.name, SOURCES), week, begun_at)
    answers: dict[int, Payload] = {}
    refusals: dict[int, str] = {}
    for position, row in enumerate(records(sample)):
        try:
            project = ProjectReference(row["project_id"], row["path"])
            answers[position] = source.merge_request_again(project, row["iid"])
        except EntityError as refused:
            refusals[position] = refused.reason
    parts = [TABLE.empty().drop(columns=["iso_week", "run_id", "compared_at"])]
    if answers:
        parts.append(compared(sample, answers))
    if refusals:
        parts.append(_refused(sample, pd.Series(refusals)))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(iso_week=week, run_id=inputs.run_id, compared_at=pd.Timestamp(inputs.now))
    return rows[TABLE.columns]


def _refused(sample: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    """Merge requests that could not be read; one that GitLab does not know is a difference."""
    rows = sample.loc[reasons.index, ["project_id", "mr_id", "iid"]]
    is_gone = reasons.eq("not_found")
    return rows.assign(
        field="merge_request",
        stored_value="merged",
        gitlab_value=None,
        is_equal=pd.Series(False, index=rows.index, dtype="boolean").where(is_gone),
        reason=reasons,
    )


def is_due(context: dg.AssetExecutionContext, inputs: Inputs) -> bool:
    """Whether this run reads GitLab: once a week at night, again while it is red, or by hand."""
    if not is_live(context):
        return True
    if context.run.tags.get(SWEEP_TAG) != "true":
        return False
    rows = latest_week(inputs.declaring(TABLE.name, [TABLE]))
    return rows.empty or rows["iso_week"].iloc[0] != week_of(inputs) or not judged(rows).is_kept


@asset_step(
    name="parity",
    specs=[table_spec(TABLE, FACTS, [table.name for table in SOURCES], lineage=LINEAGE)],
    check_specs=[gate_spec(TABLE), RULE.spec],
    pool=GITLAB_POOL,
)
def parity(
    context: dg.AssetExecutionContext, environment: Environment, gitlab: GitLab
) -> Iterator[Any]:
    """Read the week's sample again if it is due, and judge the last one that was read."""
    inputs = inputs_of(context, environment)
    limit = inputs.settings.quarantine_limit
    report = TableReport(TABLE)
    if is_due(context, inputs):
        report = write_computed(
            inputs.engine,
            TABLE,
            read_again(inputs, gitlab.source()),
            run_id=inputs.run_id,
            now=inputs.now,
            quarantine_limit=limit,
            scope=pd.DataFrame({"iso_week": [week_of(inputs)]}),
        )
    yield from report_rows(inputs.engine, [report], limit)
    findings = RULE.findings(inputs)
    if not findings.is_kept:
        context.instance.add_run_tags(inputs.run_id, {QUALITY_TAG: RED})
    yield RULE.result(findings)
