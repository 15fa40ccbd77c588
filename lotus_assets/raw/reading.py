"""How a collection of the raw layer reads: which projects, which window, what is known already."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg
from sqlalchemy import Connection, Engine

from lotus_assets.filling.collection_run import CollectionRun
from lotus_assets.filling.side_by_side import Batch, Unreadable
from lotus_assets.graph.gated_assets import (
    gate_spec,
    report_rows,
    table_spec,
)
from lotus_assets.graph.input_checks import Lacking, input_result, input_spec
from lotus_assets.graph.layers import (
    DAYS,
    GITLAB_POOL,
    RAW_GITLAB,
    SINGLE_RUN,
    SWEEP_TAG,
    is_live,
)
from lotus_assets.graph.resources import Environment, GitLab
from lotus_assets.graph.steps import asset_step
from lotus_assets.graph.written_days import mark_written
from lotus_assets.raw import raw_project
from lotus_assets.raw.days_read import DaysRead
from lotus_assets.settings import Settings
from lotus_assets.sources.gitlab.email_hash import redacted
from lotus_assets.sources.gitlab.errors import EntityError
from lotus_assets.sources.gitlab.marks import PROBED
from lotus_assets.sources.gitlab.pages import ProjectReference, ReadingWindow
from lotus_assets.sources.gitlab.project_lists import GraphQLList, ProjectList
from lotus_assets.sources.warehouse.bookkeeping import (
    Period,
    read_collected_periods,
    read_states,
    read_watermarks,
)
from lotus_assets.sources.warehouse.copying import read_table, records
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

if TYPE_CHECKING:
    from lotus_assets.sources.gitlab.source import GitLabSource

PROBE_SCOPE = "probe"
"""`ingestion_state` entities `probe:<project>` hold what the run's probe found."""


@dataclass(frozen=True)
class Reading:
    """What one collection needs in order to read one project after the other."""

    source: "GitLabSource"
    engine: Engine
    settings: Settings
    now: datetime
    run_id: str
    progress: Callable[[str], None]
    days: tuple[datetime, datetime] | None
    is_sweep: bool
    references: Mapping[int, ProjectReference]
    watermarks: Mapping[int, datetime] = field(default_factory=dict)
    states: Mapping[int, Any] = field(default_factory=dict)
    probes: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    days_read: DaysRead | None = None

    def window(self, project_id: int, listed: ProjectList) -> ReadingWindow | None:
        """What to read of a list of a project; None when the run's probe found nothing new.

        The days of a backfill; else the first collection; else from the watermark, with overlap.
        """
        if self.days is not None:
            return ReadingWindow.between(*self.days)
        watermark = self.watermarks.get(project_id)
        if watermark is None:
            return self._first_window(project_id, listed)
        if listed.name in PROBED and not self.has_changed(project_id, listed):
            return None
        return ReadingWindow.since(watermark, timedelta(minutes=self.settings.tem_overlap_minutes))

    def period(self, project_id: int) -> Period:
        """The time over which a project is whole once this collection has read it."""
        if self.days is not None:
            start, end = self.days
            return Period(start, min(end, self.now))
        first = reaching_back_to(self.now, self.settings)
        return Period(self.watermarks.get(project_id, first), self.now)

    def share(self, listed: GraphQLList) -> None:
        """Let projects with few entities of a list ask for them together, in a first collection."""
        windows = [
            (reference, window)
            for project_id, reference in self.references.items()
            if 0 < (self.first_count(project_id, listed.name) or 0) <= listed.few
            and reference.has(listed.feature)
            and (window := self.window(project_id, listed)) is not None
        ]
        self.source.share(listed, windows)

    def first_count(self, project_id: int, name: str) -> int | None:
        """How many of a list a first collection will read, as the run's probe counted them.

        `<list>_open`: those that it reads besides because they are open. None: nobody knows.
        """
        count: int | None = self.probes.get(project_id, {}).get("first_counts", {}).get(name)
        return count

    def _first_window(self, project_id: int, listed: ProjectList) -> ReadingWindow:
        """The first collection's; without what the probe found nothing in."""
        window = ReadingWindow.first(self.now, self.settings.tem_backfill_days)
        has_open = self.first_count(project_id, f"{listed.name}_open") != 0
        is_empty = self.first_count(project_id, listed.name) == 0
        return replace(window, has_open=has_open, is_empty=is_empty)

    def may_have_vanished(self, project_id: int, listed: ProjectList) -> bool:
        """Whether rows are to be looked for that GitLab no longer has.

        When the run's probe counted fewer than are stored; and in a sweeping run wherever
        anything moved, because among many moves one deletion can hide from the count.
        """
        has_moved = self.is_sweep and self.has_changed(project_id, listed)
        return has_moved or listed.name in self.probes.get(project_id, {}).get("vanished", ())

    def has_changed(self, project_id: int, listed: ProjectList) -> bool:
        """What was not probed may have changed."""
        return listed.name in self.probes.get(project_id, {}).get("changed", (listed.name,))


Read = Callable[[Reading, int], Iterator[Batch]]


def reaching_back_to(now: datetime, settings: Settings) -> datetime:
    """How far back a first collection reads."""
    return now - timedelta(days=settings.tem_backfill_days)


def read_references(connection: Connection) -> dict[int, ProjectReference]:
    """Projects to be read: those that are there, not archived and not pending deletion."""
    known = database_table(raw_project.TABLE)
    rows = read_table(
        connection,
        raw_project.TABLE,
        known.c.vanished_at.is_(None),
        known.c.archived.isnot(True),
        known.c.pending_deletion.isnot(True),
    )
    return {
        row["project_id"]: ProjectReference(
            project_id=row["project_id"],
            path=row["path_with_namespace"],
            default_branch=row["default_branch"],
            is_empty=bool(row["is_empty_repository"]),
            has_issues=row["issues_enabled"] is not False,
            has_merge_requests=row["merge_requests_enabled"] is not False,
            has_pipelines=row["jobs_enabled"] is not False,
        )
        for row in records(rows)
    }


def as_unreadable(project_id: int, error: Exception) -> Unreadable | None:
    """An error that costs one project its entity; None for those that end the run."""
    if isinstance(error, EntityError):
        # GitLab's own words may name somebody.
        return Unreadable(project_id, error.reason, redacted(str(error)) or "")
    return None


class Collection(NamedTuple):
    """A collection by project; one that is not daily reads all that GitLab has, however old."""

    name: str
    is_daily: bool


COLLECTED_BY: dict[str, Collection] = {}
"""The collection that fills each table, by the table's name: noted as assets are declared."""


def collection_asset(
    name: str,
    tables: Sequence[Table],
    read: Read,
    *,
    deps: Sequence[str],
    is_daily: bool,
    is_by_project: bool = True,
    shared: Sequence[GraphQLList] = (),
    after_promote: Callable[[Connection], None] = lambda _connection: None,
) -> dg.AssetsDefinition:
    """The assets of `tables`, filled together by `read` because GitLab gives them together.

    The first table carries the watermark. `read` yields the batches of one project (0: of the
    whole organisation, without `is_by_project`). Small projects share requests for the lists
    `shared`.
    """
    partitions = DAYS if is_daily else None
    if is_by_project:
        COLLECTED_BY.update({table.name: Collection(name, is_daily) for table in tables})

    @asset_step(
        name=name,
        specs=[table_spec(table, RAW_GITLAB, deps, partitions) for table in tables],
        check_specs=[
            *(gate_spec(table) for table in tables),
            *(input_spec(table.name) for table in tables if is_by_project),
        ],
        partitions_def=partitions,
        backfill_policy=SINGLE_RUN if is_daily else None,
        pool=GITLAB_POOL,
    )
    def collect(
        context: dg.AssetExecutionContext, environment: Environment, gitlab: GitLab
    ) -> Iterator[Any]:
        settings = environment.settings
        reading = _reading(context, environment, gitlab, name, tables[0], is_by_project)
        run = CollectionRun(
            engine=environment.engine,
            name=name,
            tables=tuple(tables),
            run_id=context.run.run_id,
            now=settings.now(),
            quarantine_limit=settings.quarantine_limit,
            parallelism=settings.tem_max_parallelism,
            moves_watermark=not is_daily or is_live(context),
            unreadable=as_unreadable,
            period=reading.period,
            progress=context.log.info,
            after_promote=after_promote,
        )
        for listed in shared:
            reading.share(listed)
        projects = {key: reference.path for key, reference in reading.references.items()}
        reports = run.collect(
            projects or ({} if is_by_project else {0: "all"}),
            lambda project_id: read(reading, project_id),
        )
        if reading.days_read is not None:
            mark_written(context, reports, reading.days_read.new_days(run.now, settings))
        yield from report_rows(
            environment.engine, list(reports.values()), settings.quarantine_limit
        )
        if is_by_project:
            lacking: Lacking = {} if projects else {raw_project.TABLE.name: ()}
            yield from (input_result(table.name, lacking) for table in tables)

    return collect


def first_tables(collections: Sequence[dg.AssetsDefinition]) -> tuple[str, ...]:
    """The table that each collection fills first: it is there when the collection has ended."""
    return tuple(next(iter(assets.specs)).key.to_user_string() for assets in collections)


def _reading(
    context: dg.AssetExecutionContext,
    environment: Environment,
    gitlab: GitLab,
    name: str,
    first: Table,
    is_by_project: bool,
) -> Reading:
    settings = environment.settings
    daily = context.assets_def.partitions_def is not None
    days = None
    if daily and not is_live(context):
        window = context.partition_time_window
        days = (window.start, window.end)
    with environment.engine.connect() as connection:
        watermarks = read_watermarks(connection, first.name)
        states = read_states(connection, first.name)
        probes = read_states(connection, PROBE_SCOPE)
        references = read_references(connection) if is_by_project else {}
        periods = read_collected_periods(connection)
    days_read = None
    if daily and is_live(context):
        of_collection = periods[periods["collection"].eq(name)]
        days_read = DaysRead.of(of_collection, reaching_back_to(settings.now(), settings))
        days_read.check_own(context.partition_keys, settings)
    return Reading(
        source=gitlab.source(),
        engine=environment.engine,
        settings=settings,
        now=settings.now(),
        run_id=context.run.run_id,
        progress=context.log.info,
        days=days,
        is_sweep=context.run.tags.get(SWEEP_TAG) == "true",
        references=references,
        watermarks=_by_project(watermarks),
        states=_by_project(states),
        probes={
            key: probe
            for key, probe in _by_project(probes).items()
            if probe.get("run_id") == context.run.run_id
        },
        days_read=days_read,
    )


def _by_project(scoped: Mapping[str, Any]) -> dict[int, Any]:
    return {int(scope): value for scope, value in scoped.items() if scope.isdigit()}
