"""What GitLab no longer has: found by its ids, marked, and never deleted."""

from collections.abc import Iterator

import pandas as pd
from sqlalchemy import select

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw.reading import Reading
from lotus_assets.sources.gitlab.marks import ProbedEntity
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


def still_there(
    reading: Reading, project_id: int, entity: ProbedEntity, table: Table
) -> Iterator[Batch]:
    """A complete list of those stored rows that GitLab does not list any more.

    GitLab's own count goes with it, in the same transaction: the next probe compares with it.
    A row that moved meanwhile is not touched, because it is staged or newer.
    """
    if reading.days is not None:
        return
    total = reading.probes.get(project_id, {}).get("totals", {}).get(entity)
    if total is not None:
        yield Batch(frames={}, state={"total": total})
    if project_id not in reading.watermarks:
        return
    if not reading.may_have_vanished(project_id, entity):
        return
    rows = database_table(table)
    key = rows.c[table.key[1]]
    # Before the listing: what another run adds while it lasts is new, not gone.
    with reading.engine.connect() as connection:
        stored = connection.scalars(
            select(key).where(rows.c.project_id == project_id, rows.c.vanished_at.is_(None))
        ).all()
    listed: set[int] = set()
    for identifiers in reading.source.identifiers(reading.references[project_id], entity):
        listed.update(identifiers)
    gone = sorted(set(stored) - listed)
    parents = pd.DataFrame({"project_id": project_id, table.key[1]: gone}, dtype="Int64")
    yield Batch(frames={}, complete=(CompleteList(table, parents),))
