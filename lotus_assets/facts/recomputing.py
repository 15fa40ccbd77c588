"""Facts are worked out anew only for the projects of which something changed.

A project's rows depend on its own rows of the tables that a fact reads, on those of its
*neighbours* (a fork's upstream, where an issue is closed), and on what is *given* to all alike:
rules, people, time zone, code. The mark of a project says all of it in short; where the stored
mark is another one, the project's rows are worked out again. A nightly run does so for all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import dagster as dg
import pandas as pd
from sqlalchemy import Connection

from lotus_assets.engine.delivery.plausible_instants import plausible
from lotus_assets.facts.fact_witness import (
    FactWitness,
    causes_by_project,
    changed_parts,
    joined,
)
from lotus_assets.facts.given import Given, Value
from lotus_assets.facts.marks import CODE, neighbours_of, project_marks
from lotus_assets.filling.computing import write_computed
from lotus_assets.filling.fingerprints import code_fingerprint, digest
from lotus_assets.filling.reports import TableReport
from lotus_assets.graph.computed_assets import COMPUTED_TABLES
from lotus_assets.graph.gated_assets import Lineage, gate_spec, report_rows, table_spec
from lotus_assets.graph.inputs import Inputs, UndeclaredRead, inputs_of
from lotus_assets.graph.layers import FACTS, SWEEP_TAG, is_live
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.sources.warehouse.changes import (
    read_changes,
    read_marks,
    read_rows_marks,
    write_marks,
)
from lotus_assets.sources.warehouse.fact_changes import Basis, read_basis, write_basis
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

Givens = Mapping[str, Any]
"""What is given to all projects alike, by the name of its `Given`."""


@dataclass(frozen=True)
class Recomputation:
    """The projects whose rows are worked out (None: all of them), and all that may be looked at."""

    inputs: Inputs
    givens: Givens
    project_ids: frozenset[int] | None = None
    neighbour_ids: frozenset[int] = frozenset()

    def read(self, table: Table) -> pd.DataFrame:
        """The rows of `table` of these projects, through its model.

        Raises:
            UndeclaredRead: the fact does not read this table.
        """
        return self._read(table, self.project_ids)

    def read_with_neighbours(self, table: Table) -> pd.DataFrame:
        """The rows of these projects and of those whose rows decide theirs."""
        ids = self.project_ids
        return self._read(table, None if ids is None else ids | self.neighbour_ids)

    def plausible(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with NULL for instants that cannot be, as of the start of this run."""
        return plausible(rows, pd.Timestamp(self.inputs.now))

    def given(self, kind: Given[Value]) -> Value:
        """What holds for all projects alike.

        Raises:
            UndeclaredRead: the fact is not given this.
        """
        if kind.name not in self.givens:
            raise UndeclaredRead(self.inputs.step, [kind.name])
        self.inputs.taken.add(kind.name)
        return cast(Value, self.givens[kind.name])

    def _read(self, table: Table, project_ids: frozenset[int] | None) -> pd.DataFrame:
        if project_ids is None:
            return self.inputs.read(table)
        column = database_table(table).c.project_id
        return self.inputs.read(table, column.in_(sorted(project_ids)))


def no_neighbours(_inputs: Inputs) -> pd.DataFrame:
    """A project's rows depend on its own alone."""
    return neighbours_of([])


@dataclass(frozen=True)
class ProjectFact:
    """A fact table by project: how its rows are worked out, and all that they depend on.

    `reads`: the tables whose rows of a project, or of its `neighbours`, decide its rows. `given`:
    what holds for all projects alike. `compute` gets nothing else. `lineage`: from which columns
    of all these tables its own follow.
    """

    table: Table
    compute: Callable[[Recomputation], pd.DataFrame]
    reads: tuple[Table, ...]
    lineage: Lineage
    given: tuple[Given[Any], ...] = ()
    neighbours: Callable[[Inputs], pd.DataFrame] = no_neighbours

    @property
    def sources(self) -> tuple[Table, ...]:
        """All tables that its rows depend on."""
        given_by = (table for kind in self.given for table in kind.tables)
        return tuple(dict.fromkeys((*self.reads, *given_by)))

    def givens(self, inputs: Inputs) -> Givens:
        """What is given to all projects in this run."""
        return {
            kind.name: kind.take(inputs.declaring(self.table.name, kind.tables))
            for kind in self.given
        }

    def shared_mark(self, givens: Givens) -> str:
        """What is given and the code, in short."""
        contents = (kind.content(givens[kind.name]) for kind in self.given)
        return " ".join((code_fingerprint(CODE), *contents))

    def basis(self, givens: Givens) -> Basis:
        """What its rows follow from beside rows, in short, by the name of the cause."""
        given = {
            kind.cause: digest(kind.content(givens[kind.name])) for kind in self.given if kind.cause
        }
        return {"engine": code_fingerprint(CODE), **given}

    @property
    def collected(self) -> frozenset[str]:
        """Names of the collected tables that it reads, itself or by the facts that it reads."""
        names = {table.name for table in self.reads} - COMPUTED_TABLES.keys()
        upstream = (PROJECT_FACTS[name] for name in names & PROJECT_FACTS.keys())
        return frozenset(names - PROJECT_FACTS.keys()).union(*(one.collected for one in upstream))


def recompute(fact: ProjectFact, inputs: Inputs, *, is_full: bool) -> TableReport:
    """Make the fact's table hold what follows from its inputs, and note from what it did.

    `is_full`: for all projects, whatever their marks say.

    Raises:
        GateClosed: too many rows break the contract; neither rows nor marks were written.
        UndeclaredRead: the fact looks at what it does not declare.
    """
    # Marks before rows: what changes in between is worked out again by the next run.
    givens = fact.givens(inputs)
    by_project = inputs.declaring(fact.table.name, fact.reads)
    neighbours = fact.neighbours(by_project)
    own_basis = fact.basis(givens)
    with inputs.connect() as connection:
        changes = read_changes(connection, by_project.declared)
        stored = read_marks(connection, fact.table.name)
        collected = read_changes(connection, fact.collected)
        collected_before = read_rows_marks(connection, fact.table.name)
        bases = read_basis(connection, [*by_project.declared, fact.table.name])
    marks = project_marks(changes, neighbours, fact.shared_mark(givens))
    before = bases.pop(fact.table.name, None)
    basis = joined(bases, own_basis)
    rows_marks = project_marks(collected, neighbours, "")
    causes = causes_by_project(collected_before, rows_marks, changed_parts(before, basis))
    changed = frozenset(
        key for key in marks.keys() | stored.keys() if marks.get(key) != stored.get(key)
    )
    beside = neighbours.loc[neighbours["project_id"].isin(changed), "neighbour_id"]
    asked = Recomputation(by_project, givens, changed, frozenset(beside.tolist()))
    if is_full:
        asked = Recomputation(by_project, givens)
    scope = pd.DataFrame({"project_id": sorted(changed)}, dtype="Int64")

    def note(connection: Connection) -> None:
        written = marks if is_full else {key: marks[key] for key in changed & marks.keys()}
        write_marks(connection, fact.table.name, written, rows_marks, all_projects=is_full)
        write_basis(connection, fact.table.name, basis)

    return write_computed(
        inputs.engine,
        fact.table,
        fact.compute(asked) if is_full or changed else fact.table.empty(),
        run_id=inputs.run_id,
        now=inputs.now,
        quarantine_limit=inputs.settings.quarantine_limit,
        scope=None if is_full else scope,
        witness=FactWitness(inputs.run_id, inputs.now, causes),
        before_commit=note,
    )


PROJECT_FACTS: dict[str, ProjectFact] = {}
"""Every fact table by project, by name: noted as the assets are declared."""


def project_asset(fact: ProjectFact) -> dg.AssetsDefinition:
    """The asset of a fact table by project.

    A live run works out the projects that changed; the nightly one, and one that is started by
    hand, all of them.
    """
    table, upstream = fact.table, [source.name for source in fact.sources]
    PROJECT_FACTS[table.name] = fact

    @asset_step(
        name=table.name,
        specs=[table_spec(table, FACTS, upstream, lineage=fact.lineage)],
        check_specs=[gate_spec(table)],
    )
    def worked_out(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
        inputs = inputs_of(context, environment)
        limit = inputs.settings.quarantine_limit
        is_nightly = context.run.tags.get(SWEEP_TAG) == "true"
        report = recompute(fact, inputs, is_full=is_nightly or not is_live(context))
        yield from report_rows(inputs.engine, [report], limit)

    return worked_out
