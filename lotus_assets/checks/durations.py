"""Durations: what came out negative, zero or not at all, and instants in the wrong order.

A duration that would be negative, or that needs an instant that is missing, is NULL in the facts
and counted here. It is never in a percentile or mean.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Select, case, or_, select

from lotus_assets.checks.rule import Findings, Rule, asset_checks, offenders
from lotus_assets.engine.delivery.durations import SAME_INSTANT
from lotus_assets.engine.delivery.merge_requests import merge_request_duration_faults
from lotus_assets.facts import fact_mr
from lotus_assets.graph.inputs import Inputs
from lotus_assets.raw import raw_deployment, raw_issue, raw_job, raw_mr, raw_pipeline
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

NEGATIVE = "negative"

ORDERED_INSTANTS: Mapping[Table, Sequence[str]] = {
    raw_mr.TABLE: ("merged_at", "closed_at"),
    raw_pipeline.TABLE: ("started_at", "finished_at"),
    raw_job.TABLE: ("started_at", "finished_at"),
    raw_deployment.TABLE: ("finished_at",),
    raw_issue.TABLE: ("closed_at",),
}
"""Table → the instants that cannot lie before its row's `created_at`."""


def unmeasured(faults: pd.DataFrame) -> Findings:
    """Faults as `duration_faults` gives them, judged: a missing instant is no contradiction.

    A merge request without review has none to measure; what contradicts itself is wrong somewhere.
    """
    negative = faults[faults["fault"] == NEGATIVE]
    counts = (faults["duration"] + ": " + faults["fault"]).value_counts().sort_index()
    return Findings(
        negative,
        len(negative),
        summary=f"{len(negative)} negative durations are NULL, {len(faults) - len(negative)} "
        "others for want of an instant",
        figures={"unmeasured": {str(name): int(number) for name, number in counts.items()}},
    )


def merge_requests_measured(inputs: Inputs) -> Findings:
    """The durations of `fact_mr` that are NULL, by measure and fault."""
    return unmeasured(merge_request_duration_faults(inputs.read(fact_mr.TABLE)))


def disordered_instants(table: Table, later: Sequence[str]) -> Select[Any]:
    """Rows of `table` of which an instant of `later` lies before `created_at`.

    Instants compare within one second: GraphQL gives whole seconds.
    """
    rows = database_table(table)
    is_before = {
        name: rows.c[name] < rows.c.created_at - SAME_INSTANT.to_pytimedelta() for name in later
    }
    reason = case(
        *((condition, f"{name}_before_created_at") for name, condition in is_before.items())
    )
    shown = (rows.c[name] for name in (*table.key, "created_at", *later))
    query = select(*shown, reason.label("reason")).where(or_(*is_before.values()))
    if "vanished_at" in rows.c:
        query = query.where(rows.c.vanished_at.is_(None))
    return query.order_by(*(rows.c[name] for name in table.key))


def zero_durations(table: Table, column: str) -> Select[Any]:
    """Rows of `table` whose duration `column` is exactly 0."""
    rows = database_table(table)
    shown = dict.fromkeys([*table.key, "project_id", column])
    return (
        select(*(rows.c[name] for name in shown))
        .where(rows.c[column] == 0)
        .order_by(*(rows.c[name] for name in table.key))
    )


RULES = [
    Rule(
        name="durations_are_not_negative",
        table=fact_mr.TABLE,
        description=(
            "No cycle time, review wait or code review would be negative. Those that would are "
            "NULL; the result counts them, and those without an instant, by measure."
        ),
        find=merge_requests_measured,
    ),
    Rule(
        name="cycle_time_is_not_zero",
        table=fact_mr.TABLE,
        # Code review may be zero: who approves without a comment begins and ends it at once.
        description=(
            "No merge request was merged in the second of its first commit. Such a cycle time "
            "counts as 0; it is real for scripts, and a sign of rewritten dates otherwise."
        ),
        find=offenders(zero_durations, fact_mr.TABLE, "cycle_time_hours"),
    ),
    *(
        Rule(
            name="instants_are_in_order",
            table=table,
            description=(
                f"Nothing lies before its creation: {', '.join(later)}. Durations over such "
                "instants are NULL."
            ),
            find=offenders(disordered_instants, table, later),
        )
        for table, later in ORDERED_INSTANTS.items()
    ),
]

durations = asset_checks("check_durations", RULES)
