"""Durations: what came out negative, zero or not at all, and instants in the wrong order.

A duration that would be negative, or that needs an instant that is missing, is NULL in the facts
and counted here. It is never in a percentile or mean.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Select, case, or_, select

from lotus_assets.checks.rule import Findings, Rule, asset_checks, offenders
from lotus_assets.engine.delivery.durations import SAME_INSTANT
from lotus_assets.engine.delivery.merge_requests import merge_request_duration_faults
from lotus_assets.engine.delivery.plausible_instants import EARLIEST, LONGEST_AHEAD
from lotus_assets.facts import fact_mr
from lotus_assets.graph.inputs import Inputs
from lotus_assets.raw import (
    raw_commit,
    raw_deployment,
    raw_issue,
    raw_job,
    raw_mr,
    raw_mr_commit,
    raw_mr_note,
    raw_pipeline,
    raw_push_event,
    raw_release,
    raw_state_event,
    raw_tag,
)
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


WATCHED_INSTANTS: Mapping[Table, Sequence[str]] = {
    **{table: ("created_at", *later) for table, later in ORDERED_INSTANTS.items()},
    raw_commit.TABLE: ("authored_at", "committed_at"),
    raw_mr_commit.TABLE: ("authored_at",),
    raw_push_event.TABLE: ("created_at",),
    raw_release.TABLE: ("released_at", "created_at"),
    raw_tag.TABLE: ("tagged_at", "committed_at"),
    raw_mr_note.TABLE: ("created_at",),
    raw_state_event.TABLE: ("created_at",),
}
"""Table → the instants that facts are worked out from."""


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


def implausible_instants(table: Table, columns: Sequence[str], now: datetime) -> Select[Any]:
    """Rows of `table` with an instant of before 2005, or more than a day ahead of `now`."""
    rows = database_table(table)
    earliest, latest = EARLIEST.to_pydatetime(), now + LONGEST_AHEAD.to_pytimedelta()
    is_outside = {name: or_(rows.c[name] < earliest, rows.c[name] > latest) for name in columns}
    reason = case(*((condition, f"{name}_implausible") for name, condition in is_outside.items()))
    shown = (rows.c[name] for name in dict.fromkeys((*table.key, *columns)))
    query = select(*shown, reason.label("reason")).where(or_(*is_outside.values()))
    return query.order_by(*(rows.c[name] for name in table.key))


def find_implausible(table: Table, columns: Sequence[str]) -> Callable[[Inputs], Findings]:
    """The search for `implausible_instants` as of the run that asks."""
    return lambda inputs: offenders(implausible_instants, table, columns, inputs.now)(inputs)


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
    *(
        Rule(
            name="instants_are_plausible",
            table=table,
            description=(
                f"Nothing is from before 2005 or the future: {', '.join(columns)}. Such an instant "
                "stays in the raw table; everything else takes it for missing."
            ),
            find=find_implausible(table, columns),
        )
        for table, columns in WATCHED_INSTANTS.items()
    ),
]

durations = asset_checks("check_durations", RULES)
