"""The run's one question to GitLab: what changed since it was stored?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, func, not_, select, true

from lotus_assets.engine.delivery.pipelines import CHILD_SOURCE
from lotus_assets.raw import raw_issue, raw_mr, raw_pipeline
from lotus_assets.raw.reading import PROBE_SCOPE, Reading
from lotus_assets.sources.gitlab.marks import EntityMark, ProbedEntity, Stored
from lotus_assets.sources.gitlab.pages import ProjectReference, ReadingWindow
from lotus_assets.sources.warehouse.bookkeeping import (
    read_states,
    read_watermarks,
    write_watermarks,
)
from lotus_assets.sources.warehouse.schema import database_table, ingestion_state
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class ProbedRows:
    """The rows of a table that one probed list holds."""

    table: Table
    condition: ColumnElement[bool] = field(default_factory=true)


_IS_CHILD = database_table(raw_pipeline.TABLE).c.source.is_not_distinct_from(CHILD_SOURCE)
PROBED: dict[ProbedEntity, ProbedRows] = {
    "merge_requests": ProbedRows(raw_mr.TABLE),
    "issues": ProbedRows(raw_issue.TABLE),
    "pipelines": ProbedRows(raw_pipeline.TABLE, not_(_IS_CHILD)),
    "child_pipelines": ProbedRows(raw_pipeline.TABLE, _IS_CHILD),
}


def probe_projects(reading: Reading, references: Sequence[ProjectReference]) -> None:
    """Ask for all readable projects what changed, and keep the answers under this run's id.

    A project that was never collected has changed; its counts are kept all the same.
    """
    overlap = timedelta(minutes=reading.settings.tem_overlap_minutes)
    first = ReadingWindow.first(reading.now, reading.settings.tem_backfill_days)
    with reading.engine.connect() as connection:
        stored = stored_marks(connection, overlap)
    answers: dict[int | str, Any] = {
        probe.project_id: {
            "run_id": reading.run_id,
            "changed": sorted(probe.changed),
            "vanished": sorted(probe.vanished),
            "totals": dict(probe.totals),
            "first_counts": dict(probe.first_counts),
        }
        for probe in reading.source.probe(references, stored, overlap, first.updated_after)
        if probe.unreadable is None
    }
    with reading.engine.begin() as connection:
        write_watermarks(
            connection, PROBE_SCOPE, dict.fromkeys(answers), reading.now, states=answers
        )


def stored_marks(connection: Connection, overlap: timedelta) -> dict[int, Stored]:
    """For each project: what is stored of the entities that the probe asks for."""
    marks: dict[int, dict[ProbedEntity, EntityMark]] = defaultdict(dict)
    for entity, probed in PROBED.items():
        watermarks = read_watermarks(connection, probed.table.name)
        states = read_states(connection, probed.table.name)
        counts = _counts(connection, probed)
        recent = _recent(connection, probed, overlap)
        for scope, watermark in watermarks.items():
            project_id = int(scope)
            count, largest_id = counts.get(project_id, (0, 0))
            marks[project_id][entity] = EntityMark(
                count=count,
                watermark=watermark,
                recent=recent.get(project_id, {}),
                total=(states.get(scope) or {}).get("totals", {}).get(entity),
                largest_id=largest_id,
            )
    return {project_id: Stored(of_project) for project_id, of_project in marks.items()}


def _counts(connection: Connection, probed: ProbedRows) -> dict[int, tuple[int, int]]:
    """By project: rows that have not vanished, and the largest GitLab id of all rows."""
    table, rows = probed.table, database_table(probed.table)
    present = func.count().filter(rows.c.vanished_at.is_(None))
    counted = select(rows.c.project_id, present, func.max(rows.c[table.key[1]]))
    return {
        project_id: (count, largest_id)
        for project_id, count, largest_id in connection.execute(
            counted.where(probed.condition).group_by(rows.c.project_id)
        )
    }


def _recent(
    connection: Connection, probed: ProbedRows, overlap: timedelta
) -> dict[int, dict[int, datetime]]:
    """By project: rows updated at or after the watermark less the overlap."""
    table, rows = probed.table, database_table(probed.table)
    of_project = ingestion_state.c.entity == func.concat(
        f"{table.name}:", cast(rows.c.project_id, Text)
    )
    query = select(rows.c.project_id, rows.c[table.key[1]], rows.c.updated_at).where(
        of_project,
        probed.condition,
        rows.c.vanished_at.is_(None),
        rows.c.updated_at >= ingestion_state.c.last_seen_updated_at - overlap,
    )
    recent: dict[int, dict[int, datetime]] = defaultdict(dict)
    for project_id, key, updated_at in connection.execute(query):
        recent[project_id][key] = updated_at
    return recent
