"""Reading projects side by side, one project a thread.

A bounded queue between the readers and the database keeps memory flat: readers wait when the
database is slower.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from queue import Full, Queue
from threading import Event
from typing import Any

import pandas as pd

from lotus_assets.tables.table import Table

QUEUE_LENGTH = 16
"""Batches that wait between the readers and the database."""


@dataclass(frozen=True)
class CompleteList:
    """Says that the rows of `table` in a batch are all there are of some parents.

    `parents` holds the key columns that name them (a project's branches: project_id), and with
    `version` that column too. What is stored of these parents beside the batch has vanished.
    """

    table: Table
    parents: pd.DataFrame
    version: str | None = None


@dataclass(frozen=True)
class Batch:
    """Rows of one or more tables that one or more pages of a project gave.

    `outcomes` says of projects, in a collection of the whole organisation, which were read whole
    (None) and why the others were not.
    """

    frames: Mapping[Table, pd.DataFrame]
    complete: tuple[CompleteList, ...] = ()
    updated_at: datetime | None = None
    state: Any = None
    outcomes: Mapping[int, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Unreadable:
    """A project of which this collection could not be read, with the coverage reason."""

    project_id: int
    reason: str
    detail: str


Reader = Callable[[int], Iterator[Batch]]
"""Yields the batches of one project; raises what `unreadable` understands or ends the run."""


@dataclass(frozen=True)
class Finished:
    """All batches of a project have been handed over."""

    project_id: int


@dataclass(frozen=True)
class _Broken:
    error: Exception


def read_side_by_side(
    projects: Mapping[int, str],
    read: Reader,
    parallelism: int,
    unreadable: Callable[[int, Exception], Unreadable | None],
) -> Iterator[tuple[int, Batch] | Finished | Unreadable]:
    """Batches of many projects as they come, a project a thread; its end comes last.

    An error that `unreadable` does not turn into a reason stops all readers and is raised.
    """
    queue: Queue[tuple[int, Batch] | Finished | Unreadable | _Broken] = Queue(QUEUE_LENGTH)
    stopped, broken = Event(), Event()

    def hand_over(item: tuple[int, Batch] | Finished | Unreadable | _Broken) -> None:
        while not stopped.is_set():
            with suppress(Full):
                queue.put(item, timeout=0.2)
                return

    def read_one(project_id: int) -> None:
        # A token that was refused once is not tried with every other project.
        if broken.is_set():
            return
        try:
            for batch in read(project_id):
                hand_over((project_id, batch))
                if stopped.is_set():
                    return
            hand_over(Finished(project_id))
        except Exception as error:  # every error must reach the caller's thread
            reason = unreadable(project_id, error)
            if reason is None:
                broken.set()
            hand_over(reason or _Broken(error))

    pool = ThreadPoolExecutor(parallelism, thread_name_prefix="collect")
    for project_id in projects:
        pool.submit(read_one, project_id)
    remaining = len(projects)
    try:
        while remaining:
            item = queue.get()
            if isinstance(item, _Broken):
                raise item.error
            if not isinstance(item, tuple):
                remaining -= 1
            yield item
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
