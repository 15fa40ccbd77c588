"""What the warehouse says of its own quality, read for the page."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from dagster import AssetCheckSeverity
from sqlalchemy import func, select

from lotus_assets.checks import coverage as coverage_check
from lotus_assets.checks import durations, parity, reasons, reconciliation
from lotus_assets.checks.rule import Rule
from lotus_assets.facts import coverage, dim_project
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.step_failures import StepFailure
from lotus_assets.outputs.pages.data_quality import (
    CheckOutcome,
    CoveredProject,
    DataQuality,
    Difference,
    QuarantinedRow,
    StoppedStep,
)
from lotus_assets.outputs.pages.quarantine_words import in_words, key_in_words
from lotus_assets.sources.warehouse.schema import quarantine, table_run
from lotus_assets.tables.table import Table

RULES: tuple[Rule, ...] = (
    *coverage_check.RULES,
    *durations.RULES,
    *reasons.RULES,
    *reconciliation.RULES,
    parity.RULE,
)
"""Every check that is more than a gate."""
READ: tuple[Table, ...] = tuple(
    dict.fromkeys(
        [
            *(coverage.TABLE, dim_project.TABLE, parity.TABLE),
            *(table for rule in RULES for table in (rule.table, *rule.reads)),
        ]
    )
)


def read_quality(
    inputs: Inputs, day: date | None, failures: Sequence[StepFailure] = ()
) -> DataQuality:
    """All that says how far the figures of `day` can be trusted, as it is now.

    `failures` are the steps at which the run stopped that is looking.
    """
    declared = inputs.declaring("pages", READ)
    covered = coverage_check.coverage_of_run(declared)
    sampled = parity.latest_week(declared)
    today = inputs.now.astimezone(inputs.settings.zone).date()
    return DataQuality(
        day=day,
        expected_day=today - timedelta(days=1),
        computed_at=_computed_at(inputs),
        coverage=coverage.coverage_share(covered),
        required_coverage=coverage_check.REQUIRED_SHARE,
        active_projects=int(covered["active"].astype(bool).sum()),
        projects=_projects(covered),
        quarantine=_quarantined(inputs, declared.read(dim_project.TABLE)),
        checks=[_outcome(rule, inputs) for rule in RULES],
        parity=parity.parity_share(sampled),
        required_parity=parity.REQUIRED_SHARE,
        parity_week="" if sampled.empty else str(sampled["iso_week"].iloc[0]),
        differences=_differences(sampled),
        stopped=[_stopped(failure, inputs.run_id) for failure in failures],
    )


def _stopped(failure: StepFailure, run_id: str) -> StoppedStep:
    if failure.is_for_readers:
        return StoppedStep(failure.step, failure.reason)
    return StoppedStep(failure.step, f"A fault of the program: see run {run_id} in Dagster.")


def _computed_at(inputs: Inputs) -> datetime | None:
    newest = select(func.max(table_run.c.finished_at)).where(
        table_run.c.table_name == "metric_daily"
    )
    with inputs.connect() as connection:
        instant: datetime | None = connection.scalar(newest)
    return instant


def _projects(covered: pd.DataFrame) -> list[CoveredProject]:
    told = covered[covered["reason"].notna()].sort_values(
        ["active", "collected", "path"], ascending=[False, True, True]
    )
    return [
        CoveredProject(str(row.path), bool(row.active), bool(row.collected), str(row.reason))
        for row in told.itertuples()
    ]


def _quarantined(inputs: Inputs, projects: pd.DataFrame) -> list[QuarantinedRow]:
    paths = dict(zip(projects["project_id"], projects["path_with_namespace"], strict=True))
    columns = quarantine.c
    query = select(
        columns.table_name,
        columns.project_id,
        columns.reason,
        columns.payload,
        columns.quarantined_at,
    ).order_by(columns.table_name, columns.project_id, columns.quarantine_id)
    with inputs.connect() as connection:
        rows = connection.execute(query).all()
    return [_quarantined_row(row, paths) for row in rows]


def _quarantined_row(row: Any, paths: dict[Any, Any]) -> QuarantinedRow:
    return QuarantinedRow(
        row.table_name,
        str(paths.get(row.project_id, "" if row.project_id is None else row.project_id)),
        key_in_words(row.payload),
        in_words(row.reason, row.payload),
        row.quarantined_at,
    )


def _outcome(rule: Rule, inputs: Inputs) -> CheckOutcome:
    findings = rule.findings(inputs)
    return CheckOutcome(
        rule.table.name,
        rule.name,
        rule.description,
        findings.is_kept,
        rule.severity is AssetCheckSeverity.ERROR,
        findings.total,
        findings.summary,
    )


def _differences(sampled: pd.DataFrame) -> list[Difference]:
    different = sampled[sampled["is_equal"].eq(False).fillna(False).astype(bool)]
    texts = different[["project_id", "iid", "field", "stored_value", "gitlab_value"]]
    return [
        Difference(
            f"project {row.project_id}, !{row.iid}",
            str(row.field),
            str(row.stored_value),
            str(row.gitlab_value),
        )
        for row in texts.astype("string").fillna("").itertuples()
    ]
