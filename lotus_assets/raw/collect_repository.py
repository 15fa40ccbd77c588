"""Commits, branches and tags: from a bare clone without trees; line counts from REST.

Refs, default branch and old heads are the watermark: where they are what they were when commits
were last stored, nothing is read. What the clone holds says nothing about what was stored.
"""

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd
from sqlalchemy import Connection, func, select, union, update

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw import (
    raw_branch,
    raw_commit,
    raw_deployment,
    raw_mr,
    raw_mr_commit,
    raw_mr_version,
    raw_project,
    raw_push_event,
    raw_tag,
)
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.raw.standing_refs import PUSHES, last_push, stand_still
from lotus_assets.sources.gitlab.lists.commit_statistics import COMMIT_STATISTICS
from lotus_assets.sources.gitlab.pages import Payload, ProjectReference, ReadingWindow
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import concatenate


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """Everything that the refs and the old heads of one project reach."""
    reference = reading.references[project_id]
    state, push = reading.states.get(project_id), last_push(reading, project_id)
    heads = _old_heads(reading, project_id)
    if state is not None and stand_still(reading, project_id, state, push, heads):
        return
    known = None if state is None else {key: state[key] for key in state if key != PUSHES}
    repository = reading.source.repository(reference, known=known, heads=heads)
    if repository is None:
        yield Batch(frames={}, state={**(known or {}), PUSHES: push})
        return
    project = pd.DataFrame({"project_id": pd.array([project_id], dtype="Int64")})
    vanished = list(repository.vanished_commits)
    gone = pd.DataFrame(
        {
            "project_id": pd.array([project_id] * len(vanished), dtype="Int64"),
            "commit_id": pd.array(vanished, dtype="str"),
        }
    )
    yield Batch(
        frames={
            raw_branch.TABLE: raw_branch.rows(repository.branches.payloads),
            raw_tag.TABLE: raw_tag.rows(repository.tags.payloads),
        },
        complete=(
            CompleteList(raw_branch.TABLE, project),
            CompleteList(raw_tag.TABLE, project),
            CompleteList(raw_commit.TABLE, project if repository.is_complete else gone),
        ),
        state={**repository.watermark, PUSHES: push},
    )
    counted = _counted_commits(reading, project_id)
    commits = concatenate(
        raw_commit.TABLE, [raw_commit.rows(page.payloads) for page in repository.commits]
    )
    statistics = _statistics(reading, reference, commits[~commits["commit_id"].isin(counted)])
    yield Batch(frames={raw_commit.TABLE: raw_commit.with_statistics(commits, statistics)})


def _statistics(
    reading: Reading, reference: ProjectReference, uncounted: pd.DataFrame
) -> pd.DataFrame:
    """Line counts of new commits, in the time that they span and not before the backfill."""
    first = pd.Timestamp(reading.now - timedelta(days=reading.settings.tem_backfill_days))
    times = uncounted.loc[uncounted["committed_at"] >= first, "committed_at"]
    payloads: list[Payload] = []
    if not times.empty:
        window = ReadingWindow(times.min().to_pydatetime(), times.max().to_pydatetime())
        for page in reading.source.pages(COMMIT_STATISTICS, reference, window):
            payloads += page.payloads
    return pd.DataFrame(payloads, columns=["project_id", "commit_id", "additions", "deletions"])


def _old_heads(reading: Reading, project_id: int) -> list[str]:
    """Commits that facts ask about and that a ref need not reach any more.

    Heads of merge requests and of their versions, deployed commits, and the tips of branches that
    push events name: forced away since, or of a branch that was deleted.
    """
    pushes = database_table(raw_push_event.TABLE)
    heads = [
        database_table(raw_mr_version.TABLE).c.head_sha,
        database_table(raw_mr.TABLE).c.head_sha,
        database_table(raw_deployment.TABLE).c.sha,
    ]
    wanted = [
        select(head).where(head.table.c.project_id == project_id, head.isnot(None))
        for head in heads
    ]
    wanted += [
        select(tip).where(
            pushes.c.project_id == project_id, pushes.c.ref_type == "branch", tip.isnot(None)
        )
        for tip in (pushes.c.commit_from, pushes.c.commit_to)
    ]
    with reading.engine.connect() as connection:
        return sorted(connection.scalars(union(*wanted)).all())


def _counted_commits(reading: Reading, project_id: int) -> set[str]:
    commits = database_table(raw_commit.TABLE)
    with reading.engine.connect() as connection:
        return set(
            connection.scalars(
                select(commits.c.commit_id).where(
                    commits.c.project_id == project_id,
                    func.coalesce(commits.c.additions, commits.c.deletions).isnot(None),
                )
            )
        )


def fill_authors(connection: Connection) -> None:
    """`raw_commit.author_user_id`: Git names an address, and GitLab whose it is.

    It does so for the commits of merge requests; the latest word on an address speaks for all
    commits by it, in whatever project.
    """
    named, commits = database_table(raw_mr_commit.TABLE), database_table(raw_commit.TABLE)
    owner = (
        select(named.c.author_email_hash, named.c.author_user_id)
        .distinct(named.c.author_email_hash)
        .where(named.c.author_email_hash.isnot(None), named.c.author_user_id.isnot(None))
        .order_by(
            named.c.author_email_hash, named.c.updated_at.desc(), named.c.author_user_id.desc()
        )
        .subquery()
    )
    connection.execute(
        update(commits)
        .values(author_user_id=owner.c.author_user_id)
        .where(
            commits.c.author_email_hash == owner.c.author_email_hash,
            commits.c.author_user_id.is_distinct_from(owner.c.author_user_id),
        )
    )


collect_repository = collection_asset(
    "collect_repository",
    (raw_commit.TABLE, raw_branch.TABLE, raw_tag.TABLE),
    read,
    deps=(
        raw_project.TABLE.name,
        raw_mr_version.TABLE.name,
        raw_push_event.TABLE.name,
        raw_deployment.TABLE.name,
    ),
    is_daily=False,
    after_promote=fill_authors,
)
