"""Facts that say why a number of theirs is missing or doubtful, counted by reason.

The facts name what is wrong with their input in a column, reasons joined by `;`
(`engine.reasons`). What is in the nature of things (a merge not yet deployed) is counted and does
not fail the check.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, Text, cast, func, not_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, array

from lotus_assets.checks.rule import Findings, Rule, asset_checks, offenders
from lotus_assets.facts import (
    fact_branch,
    fact_deployment,
    fact_flaky_job,
    fact_git_hygiene,
    fact_issue,
    fact_lead_time,
    fact_mr,
    fact_pipeline,
    fact_release,
)
from lotus_assets.graph.inputs import Inputs
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

SEPARATOR = ";"


def reason_counts(table: Table, column: str) -> Select[Any]:
    """(reason, rows) of every single reason in `column`."""
    rows = database_table(table)
    reason = func.string_to_table(rows.c[column], SEPARATOR).table_valued("reason").render_derived()
    return (
        select(reason.c.reason, func.count().label("rows"))
        .select_from(rows)
        .join(reason, true())
        .group_by(reason.c.reason)
        .order_by(reason.c.reason)
    )


def unexpected_rows(table: Table, column: str, expected: Sequence[str]) -> Select[Any]:
    """Rows of `table` with a reason in `column` that is not among `expected`."""
    rows = database_table(table)
    given = func.string_to_array(rows.c[column], SEPARATOR, type_=ARRAY(Text))
    allowed = cast(array(expected, type_=Text), ARRAY(Text))
    return (
        select(*(rows.c[name] for name in dict.fromkeys([*table.key, "project_id", column])))
        .where(not_(given.contained_by(allowed)))
        .order_by(*(rows.c[name] for name in table.key))
    )


def reasons_of(table: Table, column: str, expected: Sequence[str]) -> Callable[[Inputs], Findings]:
    """A rule's search: counts of all reasons, and the rows with an unexpected one."""
    search = offenders(unexpected_rows, table, column, expected)

    def find(inputs: Inputs) -> Findings:
        unexpected = search(inputs)
        counts = inputs.rows(reason_counts(table, column))
        by_reason = {str(reason): int(rows) for reason, rows in counts}
        summary = ", ".join(f"{reason} {rows:,}" for reason, rows in by_reason.items())
        figures = {"reasons": by_reason}
        return replace(unexpected, summary=summary or "no reasons", figures=figures)

    return find


def unverified_pushes(table: Table, column: str) -> Select[Any]:
    """Rows of `table` that count pushes of which nobody can tell whether they were forced."""
    rows = database_table(table)
    return (
        select(*(rows.c[name] for name in dict.fromkeys([*table.key, "project_id", column])))
        .where(rows.c[column] > 0)
        .order_by(*(rows.c[name] for name in table.key))
    )


def _reason_rule(
    table: Table, means: str, expected: Sequence[str] = (), column: str = "reason"
) -> Rule:
    besides = f" Of no concern: {', '.join(expected)}." if expected else ""
    return Rule(
        name=f"has_no_{column}",
        table=table,
        description=f"{means} The result counts the rows of {column}, by reason.{besides}",
        find=reasons_of(table, column, expected),
    )


def _push_rule(table: Table, column: str) -> Rule:
    return Rule(
        name="pushes_are_verified",
        table=table,
        description=(
            "Of every push the commit graph tells whether it was forced. Others are not counted "
            "as forced; GitLab no longer gives their old heads."
        ),
        find=offenders(unverified_pushes, table, column),
    )


RULES = [
    _reason_rule(fact_pipeline.TABLE, "Times of pipelines agree; else durations are NULL."),
    _reason_rule(
        fact_pipeline.TABLE,
        "Jobs wait for each other without a cycle; else the critical path is NULL.",
        column="critical_path_reason",
    ),
    _reason_rule(
        fact_deployment.TABLE,
        "Commit and times of production deployments are known; else rollback or its time is NULL.",
    ),
    _reason_rule(
        fact_lead_time.TABLE,
        "What closed issues can be followed to its deployment; else lead time is NULL or, after "
        "a deployment of an unknown commit, may be too long.",
        expected=("not_deployed", "before_first_deployment"),
    ),
    _reason_rule(fact_release.TABLE, "Releases have a tag and a date."),
    _reason_rule(
        fact_branch.TABLE,
        "Branches are not merged before they begin; else their time to live is NULL.",
        expected=("creation_unknown", "end_unknown"),
    ),
    _reason_rule(
        fact_issue.TABLE,
        "Issues are not closed before they are opened.",
        expected=("closed_at_missing",),
    ),
    _reason_rule(
        fact_mr.TABLE,
        "Who reviewed and approved merge requests is known, and when; else figures are NULL.",
        expected=("deleted_user", "review_after_merge"),
    ),
    _reason_rule(fact_flaky_job.TABLE, "Jobs that ran have a start; else they count on no day."),
    _push_rule(fact_mr.TABLE, "unverified_push_count"),
    _push_rule(fact_git_hygiene.TABLE, "unverified_pushes_protected"),
]

reasons = asset_checks("check_reasons", RULES)
