"""Facts are worked out anew only for the projects of which something changed.

A project's rows depend on its own rows of the tables that a fact reads, on those of its
*neighbours* (a fork's upstream, where an issue is closed), and on what is *given* to all alike:
rules, people, time zone, code. The mark of a project says all of it in short; where the stored
mark is another one, the project's rows are worked out again. A nightly run does so for all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Connection

from lotus_assets.facts.marks import CODE, neighbours_of, project_marks
from lotus_assets.filling.computing import write_computed
from lotus_assets.filling.fingerprints import code_fingerprint
from lotus_assets.filling.reports import TableReport
from lotus_assets.graph.computed_assets import Inputs, inputs_of
from lotus_assets.graph.gated_assets import (
    gate_spec,
    report_rows,
    table_spec,
)
from lotus_assets.graph.layers import FACTS, SWEEP_TAG, is_live
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.sources.rules_file import Rules, read_rules
from lotus_assets.sources.warehouse.changes import read_changes, read_marks, write_marks
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class Recomputation:
    """The projects whose rows are worked out; None means all of them."""

    inputs: Inputs
    project_ids: frozenset[int] | None = None
    neighbour_ids: frozenset[int] = frozenset()

    def read(self, table: Table) -> pd.DataFrame:
        """The rows of `table` of these projects, through its model."""
        return self._read(table, self.project_ids)

    def read_with_neighbours(self, table: Table) -> pd.DataFrame:
        """The rows of these projects and of those whose rows decide theirs."""
        ids = self.project_ids
        return self._read(table, None if ids is None else ids | self.neighbour_ids)

    def _read(self, table: Table, project_ids: frozenset[int] | None) -> pd.DataFrame:
        if project_ids is None:
            return self.inputs.read(table)
        column = database_table(table).c.project_id
        return self.inputs.read(table, column.in_(sorted(project_ids)))


@dataclass(frozen=True)
class ProjectFact:
    """A fact table by project: how its rows are worked out, and all that they depend on.

    `reads`: the tables whose rows of a project, or of its `neighbours`, decide its rows. `given`:
    what holds for all projects alike, as text; `given_by` are the tables that it is taken from.
    """

    table: Table
    compute: Callable[[Recomputation], pd.DataFrame]
    reads: tuple[Table, ...]
    given: Callable[[Inputs], str] = lambda _inputs: ""
    given_by: tuple[Table, ...] = ()
    neighbours: Callable[[Inputs], pd.DataFrame] = lambda _inputs: neighbours_of([])


def rules_of(inputs: Inputs) -> Rules:
    """The rules of this run."""
    return read_rules(inputs.settings.tem_rules_file)


def recompute(fact: ProjectFact, inputs: Inputs, *, everything: bool) -> TableReport:
    """Make the fact's table hold what follows from its inputs, and note from what it did.

    `everything`: for all projects, whatever their marks say.

    Raises:
        GateClosed: too many rows break the contract; neither rows nor marks were written.
    """
    # Marks before rows: what changes in between is worked out again by the next run.
    neighbours = fact.neighbours(inputs)
    with inputs.connect() as connection:
        changes = read_changes(connection, [table.name for table in fact.reads])
        stored = read_marks(connection, fact.table.name)
    marks = project_marks(changes, neighbours, f"{code_fingerprint(CODE)} {fact.given(inputs)}")
    changed = frozenset(
        key for key in marks.keys() | stored.keys() if marks.get(key) != stored.get(key)
    )
    beside = neighbours.loc[neighbours["project_id"].isin(changed), "neighbour_id"]
    asked = Recomputation(inputs, changed, frozenset(beside.tolist()))
    if everything:
        asked = Recomputation(inputs)
    scope = pd.DataFrame({"project_id": sorted(changed)}, dtype="Int64")

    def note(connection: Connection) -> None:
        written = marks if everything else {key: marks[key] for key in changed & marks.keys()}
        write_marks(connection, fact.table.name, written, all_projects=everything)

    return write_computed(
        inputs.engine,
        fact.table,
        fact.compute(asked) if everything or changed else fact.table.empty(),
        run_id=inputs.run_id,
        now=inputs.now,
        quarantine_limit=inputs.settings.tem_quarantine_limit,
        scope=None if everything else scope,
        before_commit=note,
    )


def project_asset(fact: ProjectFact) -> dg.AssetsDefinition:
    """The asset of a fact table by project.

    A live run works out the projects that changed; the nightly one, and one that is started by
    hand, all of them.
    """
    table = fact.table

    @asset_step(
        name=table.name,
        specs=[table_spec(table, FACTS, [read.name for read in (*fact.reads, *fact.given_by)])],
        check_specs=[gate_spec(table)],
    )
    def worked_out(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
        inputs = inputs_of(context, environment, is_daily=False)
        limit = inputs.settings.tem_quarantine_limit
        is_nightly = context.run.tags.get(SWEEP_TAG) == "true"
        report = recompute(fact, inputs, everything=is_nightly or not is_live(context))
        yield from report_rows(inputs.engine, [report], limit)

    return worked_out
