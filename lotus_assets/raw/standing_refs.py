"""Whether a project's refs can have moved since they were read: Git is not asked where none can.

Every push leaves an event (of many refs at once a single one; `PostReceive` and
`Git::ProcessRefChangesService` of GitLab's sources), and a merge request's head that is pushed to
another project moves the merge request. The nightly run asks all the same: a repository that is
cleaned up or restored leaves no event.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import exists, func, select

from lotus_assets.raw import raw_push_event
from lotus_assets.raw.reading import Reading
from lotus_assets.sources.gitlab.lists.merge_requests import MERGE_REQUESTS
from lotus_assets.sources.gitlab.repository_mark import is_but_for_refs
from lotus_assets.sources.warehouse.schema import collection_outcome, database_table

PUSHES = "pushes"
"""Key of the last push event beside a repository's watermark."""
EVENTS = "collect_events"


def last_push(reading: Reading, project_id: int) -> int | None:
    """The largest id of the project's push events, 0 without any; None if this run read no list of
    them to its end.
    """
    events = database_table(raw_push_event.TABLE)
    was_read = exists().where(
        collection_outcome.c.run_id == reading.run_id,
        collection_outcome.c.project_id == project_id,
        collection_outcome.c.collection == EVENTS,
        collection_outcome.c.reason.is_(None),
    )
    last = select(func.coalesce(func.max(events.c.event_id), 0)).where(
        events.c.project_id == project_id
    )
    with reading.engine.connect() as connection:
        if not connection.scalar(select(was_read)):
            return None
        return connection.scalar(last)


def stand_still(
    reading: Reading,
    project_id: int,
    state: Mapping[str, Any],
    push: int | None,
    heads: Collection[str],
) -> bool:
    """Whether the refs are those of the watermark `state`, where the last push was `push`."""
    return (
        push is not None
        and push == state.get(PUSHES)
        and not reading.is_sweep
        and not reading.has_changed(project_id, MERGE_REQUESTS)
        and is_but_for_refs(state, reading.references[project_id].default_branch, heads)
    )
