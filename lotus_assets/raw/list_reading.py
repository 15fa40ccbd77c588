"""Lists of a project as batches: the rows of a window, and what GitLab no longer has.

That is found by its ids, marked, and never deleted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd
from sqlalchemy import select

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading
from lotus_assets.sources.gitlab.project_lists import GraphQLList, ProjectList
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

PageRows = Callable[[Payloads], Mapping[Table, pd.DataFrame]]
"""What a page holds, table by table, that of the listed entity first."""


def read_window(
    reading: Reading,
    project_id: int,
    listed: ProjectList,
    page_rows: PageRows,
    children: Sequence[Table] = (),
    *,
    is_empty: bool = False,
) -> Iterator[Batch]:
    """What is new or moved in a list of one project, page by page.

    `children` are tables whose rows of one listed entity come complete with it. With `is_empty`
    it is known that there is nothing, and nothing is asked.
    """
    window = reading.window(project_id, listed)
    if window is None:
        return
    if is_empty:
        window = replace(window, is_empty=True)
    yield Batch(frames={}, updated_at=window.updated_after)
    for page in reading.source.pages(listed, reading.references[project_id], window):
        frames = page_rows(page.payloads)
        yield Batch(frames, complete_lists(frames, children), updated_at=page.updated_at)


def complete_lists(
    frames: Mapping[Table, pd.DataFrame], children: Sequence[Table]
) -> tuple[CompleteList, ...]:
    """Says of each of `children` that it holds all rows of the first table's."""
    parent = next(iter(frames))
    return tuple(
        CompleteList(child, frames[parent][[*parent.key, "updated_at"]], version="updated_at")
        for child in children
    )


def still_there(
    reading: Reading, project_id: int, lists: Sequence[GraphQLList], table: Table
) -> Iterator[Batch]:
    """A complete list of those stored rows that none of a table's `lists` holds any more.

    GitLab's own counts go with it, in the same transaction: the next probe compares with them.
    A row that moved meanwhile is not touched, because it is staged or newer.
    """
    if reading.days is not None:
        return
    counted = reading.probes.get(project_id, {}).get("totals", {})
    totals = {listed.name: counted[listed.name] for listed in lists if listed.name in counted}
    if totals:
        yield Batch(frames={}, state={"totals": totals})
    if project_id not in reading.watermarks:
        return
    if not any(reading.may_have_vanished(project_id, listed) for listed in lists):
        return
    rows = database_table(table)
    key = rows.c[table.key[1]]
    # Before the listing: what another run adds while it lasts is new, not gone.
    with reading.engine.connect() as connection:
        stored = connection.scalars(
            select(key).where(rows.c.project_id == project_id, rows.c.vanished_at.is_(None))
        ).all()
    present: set[int] = set()
    for listed in lists:
        for identifiers in reading.source.identifiers(listed, reading.references[project_id]):
            present.update(identifiers)
    gone = sorted(set(stored) - present)
    parents = pd.DataFrame({"project_id": project_id, table.key[1]: gone}, dtype="Int64")
    yield Batch(frames={}, complete=(CompleteList(table, parents),))
