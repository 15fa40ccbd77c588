"""What a command's runs did, for the person who started it, as the warehouse has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select

from lotus_assets.facts.coverage import TABLE as COVERAGE
from lotus_assets.facts.coverage import coverage_share
from lotus_assets.filling.restatement import TABLE as RESTATEMENT
from lotus_assets.sources.warehouse.copying import read_table, records
from lotus_assets.sources.warehouse.schema import (
    database_table,
    export_file,
    quarantine,
    table_run,
)
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class TableSummary:
    """One table: rows that it holds now, and what the run did to them."""

    name: str
    rows: int
    new: int
    changed: int
    vanished: int
    quarantined: int


@dataclass(frozen=True)
class QuarantineSummary:
    """One reason for which rows of one table are in quarantine, as the run found them."""

    table: str
    reason: str
    rows: int


@dataclass(frozen=True)
class ProjectSummary:
    """A project that was not collected whole, or only as far as it goes, and why."""

    path: str
    is_active: bool
    is_collected: bool
    reason: str


@dataclass(frozen=True)
class RunSummary:
    """All of it. `coverage` is a share of active projects, None when there are none; `restated`
    counts exported figures that say something else since."""

    run_ids: tuple[str, ...]
    tables: tuple[TableSummary, ...]
    quarantine: tuple[QuarantineSummary, ...]
    projects: int
    active_projects: int
    coverage: float | None
    listed_projects: tuple[ProjectSummary, ...]
    restated: int
    exports: tuple[str, ...]


def run_summary(engine: Engine, run_ids: Sequence[str], tables: Mapping[str, Table]) -> RunSummary:
    """The summary of runs, tables in the order in which they were filled.

    `tables` are those of the graph by name; a table of the runs that is not among them is left
    out.
    """
    with engine.connect() as connection:
        covered = read_table(connection, COVERAGE, database_table(COVERAGE).c.run_id.in_(run_ids))
        listed = covered[covered["reason"].notna()]
        return RunSummary(
            run_ids=tuple(run_ids),
            tables=_tables(connection, run_ids, tables),
            quarantine=_quarantine(connection, run_ids),
            projects=len(covered),
            active_projects=int(covered["active"].sum()),
            coverage=coverage_share(covered),
            listed_projects=tuple(
                ProjectSummary(row["path"], row["active"], row["collected"], row["reason"])
                for row in records(listed)
            ),
            restated=_restated(connection, run_ids),
            exports=tuple(
                connection.scalars(
                    select(export_file.c.path)
                    .where(export_file.c.run_id.in_(run_ids))
                    .order_by(export_file.c.path)
                )
            ),
        )


def _tables(
    connection: Connection, run_ids: Sequence[str], tables: Mapping[str, Table]
) -> tuple[TableSummary, ...]:
    done = connection.execute(select(table_run).where(table_run.c.run_id.in_(run_ids))).mappings()
    by_name = {row["table_name"]: row for row in done}
    filled = [name for name in tables if name in by_name]
    return tuple(
        TableSummary(
            name=name,
            rows=connection.scalar(select(func.count()).select_from(database_table(tables[name])))
            or 0,
            new=by_name[name]["rows_new"],
            changed=by_name[name]["rows_changed"],
            vanished=by_name[name]["rows_vanished"],
            quarantined=by_name[name]["rows_quarantined"],
        )
        for name in sorted(filled, key=lambda name: run_ids.index(by_name[name]["run_id"]))
    )


def _quarantine(connection: Connection, run_ids: Sequence[str]) -> tuple[QuarantineSummary, ...]:
    rows = connection.execute(
        select(quarantine.c.table_name, quarantine.c.reason, func.count())
        .where(quarantine.c.last_seen_run_id.in_(run_ids))
        .group_by(quarantine.c.table_name, quarantine.c.reason)
        .order_by(quarantine.c.table_name, quarantine.c.reason)
    )
    return tuple(QuarantineSummary(*row) for row in rows)


def _restated(connection: Connection, run_ids: Sequence[str]) -> int:
    stored = database_table(RESTATEMENT)
    query = select(func.count()).select_from(stored).where(stored.c.run_id.in_(run_ids))
    return connection.scalar(query) or 0
