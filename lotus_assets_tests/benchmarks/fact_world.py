"""The raw tables of a synthetic organisation at full scale, in a real database.

300 projects, 10,000 merge requests, 60,000 pipelines, 600,000 jobs, 100,000 commits; factor 2
doubles them. Rows go past the gate: their SHAs are short.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from lotus_assets.raw import (
    raw_commit,
    raw_deployment,
    raw_issue,
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
    raw_tag,
    raw_user,
)
from lotus_assets.sources.warehouse.staging import Staging
from lotus_assets.tables.table import Table
from lotus_assets_tests.benchmarks.engine_world import EngineWorld, instants, texts

NOW = datetime(2026, 6, 21, 6, tzinfo=UTC)
"""The day after the 20th, the last of the history's 171 days."""


def complete(table: Table, rows: pd.DataFrame, **values: Any) -> pd.DataFrame:
    """`rows` with the other columns of `table`, from `values` or NULL."""
    filled = rows.assign(**{name: value for name, value in values.items() if name not in rows})
    filled = filled.reindex(columns=table.columns)
    return table.schema.coerce_dtype(filled.astype(object).where(filled.notna(), None))


def raw_tables(world: EngineWorld) -> dict[Table, pd.DataFrame]:
    """Every raw table that the facts read."""
    requests = world.merge_requests
    number = requests["mr_id"].to_numpy()
    created = requests["created_at"]
    on_request = {"project_id": requests["project_id"], "mr_id": requests["mr_id"]}
    each = pd.DataFrame({**on_request, "updated_at": requests["merged_at"]})
    notes = pd.concat(
        [
            each.assign(
                note_id=number * 10 + place,
                author_user_id=(number + place) % 500,
                created_at=created + pd.Timedelta(hours=3 * place + 1),
                is_system=place % 3 == 0,
                system_action="approved" if place % 3 == 0 else None,
            )
            for place in range(8)
        ]
    )
    versions = pd.concat(
        [
            each.assign(
                version_number=place + 1,
                created_at=created + pd.Timedelta(hours=5 * place),
                head_sha=texts("c", number + place * world.project_count),
            )
            for place in range(3)
        ]
    )
    commits = pd.concat(
        [
            each.assign(
                commit_id=texts("c", number + place * world.project_count),
                authored_at=requests["first_commit_at"] + pd.Timedelta(hours=place),
            )
            for place in range(4)
        ]
    )
    issues = pd.DataFrame(
        {
            "project_id": requests["project_id"],
            "issue_id": number,
            "iid": number + 1,
            "created_at": created,
            "updated_at": requests["merged_at"],
            "closed_at": requests["merged_at"],
            "labels": np.where(number % 3 == 0, '["bug", "severity::1"]', "[]"),
        }
    )
    teams = texts("toman/t", world.projects["project_id"].to_numpy() % 10) + "/p"
    projects = world.projects.assign(
        path_with_namespace=texts("", world.projects["project_id"].to_numpy()).radd(teams)
    )
    paths = projects.set_index("project_id")["path_with_namespace"]
    closing = each.assign(
        issue_project_path=requests["project_id"].map(paths),
        issue_iid=number + 1,
        origin="description",
    )
    tags = pd.DataFrame({"project_id": np.arange(world.project_count)}).merge(
        pd.DataFrame({"tag_name": [f"v1.{minor}.0" for minor in range(20)]}), how="cross"
    )
    released = instants(np.arange(len(tags)) % 170 * 86_400)
    users = pd.DataFrame({"user_id": np.arange(500), "username": texts("u", np.arange(500))})
    return {
        raw_project.TABLE: complete(
            raw_project.TABLE,
            projects,
            visibility="private",
            archived=False,
            pending_deletion=False,
            is_empty_repository=False,
        ),
        raw_user.TABLE: complete(raw_user.TABLE, users, state="active", is_bot=False),
        raw_commit.TABLE: complete(raw_commit.TABLE, world.commits, closing="[]"),
        raw_pipeline.TABLE: complete(raw_pipeline.TABLE, world.pipelines),
        raw_job.TABLE: complete(
            raw_job.TABLE, world.jobs.assign(created_at=world.jobs["started_at"]), updated_at=NOW
        ),
        raw_mr.TABLE: complete(
            raw_mr.TABLE,
            requests,
            iid=number + 1,
            author_user_id=number % 500,
            updated_at=requests["merged_at"],
            state="merged",
            target_branch="main",
            approvals_given=1,
            labels="[]",
        ),
        raw_mr_note.TABLE: complete(
            raw_mr_note.TABLE, notes, is_author_bot=False, is_approval_reset=False
        ),
        raw_mr_version.TABLE: complete(raw_mr_version.TABLE, versions),
        raw_mr_commit.TABLE: complete(raw_mr_commit.TABLE, commits),
        raw_deployment.TABLE: complete(raw_deployment.TABLE, world.deployments),
        raw_push_event.TABLE: complete(raw_push_event.TABLE, world.push_events),
        raw_protected_branch.TABLE: complete(
            raw_protected_branch.TABLE, world.projects[["project_id"]], name="main"
        ),
        raw_issue.TABLE: complete(
            raw_issue.TABLE, issues, state="closed", issue_type="issue", reopened_count=0
        ),
        raw_issue_event.TABLE: complete(
            raw_issue_event.TABLE,
            issues.assign(created_at=issues["closed_at"]),
            event_id=issues["issue_id"].astype(str),
            action="closed",
        ),
        raw_mr_closing_issue.TABLE: complete(raw_mr_closing_issue.TABLE, closing),
        raw_tag.TABLE: complete(raw_tag.TABLE, tags, commit_id="c1", tagged_at=released),
        raw_release.TABLE: complete(raw_release.TABLE, tags, released_at=released),
    }


def load(engine: Engine, world: EngineWorld) -> None:
    """Write the tables, as a first collection would."""
    for table, rows in raw_tables(world).items():
        with engine.connect() as connection:
            staging = Staging(connection)
            staging.stage(table, rows)
            staging.promote(table)
            connection.commit()
            staging.discard()


def write_organisation(path: Path, teams: int = 10) -> Path:
    """An org file that puts the projects toman/p0 … under ten teams, a tenth to each."""
    lines = ["org: Toman", "roots: [toman]", "mapping:"]
    lines += [
        f"  - {{prefix: toman/t{team}, business_line: B{team % 4}, team: T{team}}}"
        for team in range(teams)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
