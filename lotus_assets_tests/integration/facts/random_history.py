"""Random rows of the raw tables: few projects and names, so that rows meet and contradict.

Late reviews, reopened issues, rewritten branches, unknown SHAs, cycles, forks, closing references
across projects, contradictory times: all of it comes about by chance. What breaks a raw contract
is left out, as the gate would.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from sqlalchemy import Engine

from lotus_assets.raw import (
    raw_branch,
    raw_commit,
    raw_deployment,
    raw_issue,
    raw_issue_closing_mr,
    raw_issue_event,
    raw_job,
    raw_mr,
    raw_mr_closing_issue,
    raw_mr_commit,
    raw_mr_note,
    raw_mr_version,
    raw_pipeline,
    raw_project,
    raw_protected_branch,
    raw_push_event,
    raw_release,
    raw_state_event,
    raw_tag,
    raw_user,
)
from lotus_assets.sources.warehouse.staging import Staging
from lotus_assets.tables.table import Table, gate

PROJECTS = (1, 2, 3)
START = pd.Timestamp("2026-03-01T00:00Z")
HOURS = 40 * 24
"""The history: 40 days, with the spring clock change of 29 March among them."""
SHAS = [character * 40 for character in "abcdef"]
REFS = ["main", "feature", "fix/rollback", "v1.0.0", "latest"]

TABLES: tuple[Table, ...] = tuple(
    module.TABLE
    for module in (
        *(raw_commit, raw_mr, raw_mr_commit, raw_mr_note, raw_mr_version, raw_mr_closing_issue),
        *(raw_pipeline, raw_job, raw_deployment, raw_release, raw_tag, raw_push_event),
        *(raw_branch, raw_protected_branch, raw_issue, raw_issue_event, raw_issue_closing_mr),
        *(raw_state_event, raw_project, raw_user),
    )
)

Value = Callable[[Generator], Any]


def one_of(*values: Any) -> Value:
    return lambda random: values[random.integers(len(values))]


def instant(random: Generator) -> pd.Timestamp:
    return START + pd.Timedelta(hours=int(random.integers(HOURS)))


def sometimes(value: Value, share: float = 0.5) -> Value:
    return lambda random: value(random) if random.random() < share else None


def parents(random: Generator) -> str:
    chosen = random.choice(SHAS, size=random.integers(0, 3), replace=False)
    return "[" + ", ".join(f'"{sha}"' for sha in chosen) + "]"


NAMES: Mapping[str, Value] = {
    "parent_ids": parents,
    "labels": one_of("[]", '["bug"]', '["severity::1"]', '["bug", "escaped"]', '["urgent"]'),
    "needs": one_of(None, "[]", '["build"]', '["test", "lint"]'),
    "closing": one_of("[]", '["#1"]', '["toman/p2#1", "#2"]', '["TOMAN/P3#3"]'),
    "name": one_of("build", "test", "deploy", "main", "*"),
    "stage_index": one_of(0, 1, 2, None),
    "kind": one_of("build", "build", "build", "bridge"),
    "source": one_of("push", "push", "schedule", "parent_pipeline"),
    "tag_name": one_of("v1.0.0", "latest"),
    "branch": one_of("main", "feature"),
    "ref_type": one_of("branch", "branch", "tag"),
    "default_branch": one_of("main", "main", "main", "trunk"),
    "environment": one_of("production", "prod/eu", "staging"),
    "job_name": one_of("deploy", "rollback", None),
    "environment_tier": one_of("production", None, "staging"),
    "system_action": one_of("approved", "unapproved", "commit", None),
    "username": one_of("ada", "bo", "merge-bot", "cy"),
    "author_name": one_of("ada", "bo", "merge-bot", None),
    "source_branch": one_of("feature", "fix/rollback"),
    "target_branch": one_of("main"),
    "issue_type": one_of("issue", "incident", "task"),
    "archived": one_of(False, False, False, True),
    "pending_deletion": one_of(False),
    "approvals_required": one_of(None, 0, 1, 2),
    "reopened_count": one_of(0, 0, 1, 2),
    "version_number": one_of(1, 2, 3),
    "issue_iid": one_of(1, 2, 3),
    "duration_sec": one_of(None, 0, 5, 60, 600),
    "visibility": one_of("private"),
    "issue_project_path": one_of("toman/p1", "toman/p2", "Toman/P3", "elsewhere/x"),
    "vanished_at": sometimes(instant, 0.15),
    "finished_at": sometimes(instant, 0.8),
    "released_at": sometimes(instant, 0.8),
}
SEVERAL = {"job_id": 12, "note_id": 8, "event_id": 8}
"""Ids of which a project has more than three."""


def row(random: Generator, table: Table, step: int) -> dict[str, Any]:
    """One row; `updated_at` grows with the step, so that later rows win."""
    project = int(random.choice(PROJECTS))

    def identifier(name: str, owner: int = project) -> int:
        return owner * 100 + int(random.integers(1, SEVERAL.get(name, 3) + 1))

    def drawn(name: str) -> Any:
        column = table.schema.columns[name]
        allowed = [
            check.statistics["allowed_values"] for check in column.checks if "isin" in str(check)
        ]
        if name == "project_id":
            return project
        if name in NAMES and not (name == "name" and table is raw_project.TABLE):
            return NAMES[name](random)
        if allowed:
            return sorted(allowed[0])[random.integers(len(allowed[0]))]
        if name.endswith("sha") or name in ("commit_id", "commit_from", "commit_to"):
            found = str(random.choice(SHAS))
            return None if column.nullable and random.random() < 0.3 else found
        if name.endswith("user_id"):
            return int(random.integers(1, 4))
        if name.endswith("_id"):
            return identifier(name)
        if name.endswith("_at"):
            return instant(random) if not column.nullable or random.random() < 0.7 else None
        if str(column.dtype) == "boolean":
            return bool(random.integers(2))
        if str(column.dtype) == "Int64":
            return int(random.integers(0, 4))
        return None if column.nullable else "x"

    values = {name: drawn(name) for name in table.columns}
    values |= _consistent(random, table, values, project, identifier)
    if table.version is not None:
        values["updated_at"] = START + pd.Timedelta(days=100, hours=step)
    return values


def _consistent(
    random: Generator,
    table: Table,
    values: Mapping[str, Any],
    project: int,
    identifier: Callable[..., int],
) -> dict[str, Any]:
    if table is raw_project.TABLE:
        moved = random.random() < 0.1
        path = f"toman/{'moved' if moved else 'p'}{project}"
        return {"path_with_namespace": path, "updated_at": None, "vanished_at": None}
    if table is raw_user.TABLE:
        return {"user_id": int(random.integers(1, 4)), "state": "active"}
    if table is raw_mr.TABLE:
        state = values["state"]
        merged_at = instant(random) if state in ("merged", "locked") else None
        closed_at = instant(random) if state == "closed" else None
        source = [project, project, project, int(random.choice(PROJECTS)), None]
        return {
            "merged_at": merged_at,
            "closed_at": closed_at,
            "iid": values["mr_id"] % 100,
            "source_project_id": source[random.integers(len(source))],
        }
    if table is raw_issue.TABLE:
        return {"iid": values["issue_id"] % 100}
    if table is raw_state_event.TABLE:
        target = "issue_id" if values["target_type"] == "issue" else "mr_id"
        return {"target_id": identifier(target)}
    if table is raw_issue_event.TABLE:
        return {"event_id": str(identifier("event_id"))}
    if table is raw_issue_closing_mr.TABLE:
        owner = int(random.choice(PROJECTS))
        return {"mr_project_id": owner, "mr_id": identifier("mr_id", owner)}
    return {}


def write(engine: Engine, drawn: list[tuple[Table, int]], step: int) -> None:
    """Upsert one row a (table, seed), table by table as a collection does."""
    for table in {table: None for table, _ in drawn}:
        seeds = [seed for of_table, seed in drawn if of_table is table]
        rows = pd.DataFrame(
            [row(np.random.default_rng(seed), table, step) for seed in seeds],
            columns=table.columns,
        )
        good = gate(table, rows).good
        with engine.connect() as connection:
            staging = Staging(connection)
            staging.stage(table, good)
            staging.promote(table)
            connection.commit()
            staging.discard()
