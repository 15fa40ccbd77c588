"""The run's one question to GitLab: what changed since it was stored?"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Text, cast, func, select

from lotus_assets.raw import raw_issue, raw_mr, raw_pipeline
from lotus_assets.raw.reading import PROBE_SCOPE, Reading
from lotus_assets.sources.gitlab.pages import ProjectReference
from lotus_assets.sources.gitlab.probe import Mark, ProbedEntity, Stored
from lotus_assets.sources.warehouse.bookkeeping import write_watermarks
from lotus_assets.sources.warehouse.schema import database_table, ingestion_state
from lotus_assets.table import Table

PROBED: dict[ProbedEntity, Table] = {
    "merge_requests": raw_mr.TABLE,
    "issues": raw_issue.TABLE,
    "pipelines": raw_pipeline.TABLE,
}


def probe_projects(reading: Reading, references: Sequence[ProjectReference]) -> None:
    """Ask for all readable projects what changed, and keep the answers under this run's id.

    Nothing is asked for a backfill (it reads its days anyhow) or before the first collection.
    """
    overlap = timedelta(minutes=reading.settings.tem_overlap_minutes)
    with reading.engine.connect() as connection:
        stored = stored_marks(connection, overlap)
    known = [reference for reference in references if reference.project_id in stored]
    found: dict[int | str, Any] = {
        probe.project_id: {
            "run_id": reading.run_id,
            "changed": sorted(probe.changed),
            "vanished": sorted(probe.vanished),
        }
        for probe in reading.source.probe(known, stored)
        if probe.unreadable is None
    }
    with reading.engine.begin() as connection:
        write_watermarks(connection, PROBE_SCOPE, dict.fromkeys(found), reading.now, states=found)


def stored_marks(connection: Connection, overlap: timedelta) -> dict[int, Stored]:
    """For each project: count, watermark and recent rows of what the probe asks for."""
    marks: dict[int, dict[ProbedEntity, Mark]] = defaultdict(dict)
    for entity, table in PROBED.items():
        rows = database_table(table)
        identifier = rows.c[table.key[1]]
        watermark = ingestion_state.c.last_seen_updated_at
        of_project = ingestion_state.c.entity == func.concat(
            f"{table.name}:", cast(rows.c.project_id, Text)
        )
        counts = select(rows.c.project_id, watermark, func.count()).where(
            of_project, watermark.isnot(None), rows.c.vanished_at.is_(None)
        )
        recent = select(rows.c.project_id, identifier, rows.c.updated_at).where(
            of_project, rows.c.vanished_at.is_(None), rows.c.updated_at >= watermark - overlap
        )
        seen: dict[int, dict[int, datetime]] = defaultdict(dict)
        for project_id, key, updated_at in connection.execute(recent):
            seen[project_id][key] = updated_at
        for project_id, instant, count in connection.execute(
            counts.group_by(rows.c.project_id, watermark)
        ):
            marks[project_id][entity] = Mark(count, instant, seen[project_id])
        empty = select(ingestion_state.c.entity, watermark).where(
            ingestion_state.c.entity.startswith(f"{table.name}:", autoescape=True),
            watermark.isnot(None),
        )
        for name, instant in connection.execute(empty):
            project_id = int(name.partition(":")[2])
            marks[project_id].setdefault(entity, Mark(0, instant))
    return {project_id: Stored(found) for project_id, found in marks.items()}
