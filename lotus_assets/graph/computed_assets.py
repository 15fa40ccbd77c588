"""Assets that are worked out from other tables: read, compute, gate, commit, report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd

from lotus_assets.filling.computing import write_computed
from lotus_assets.filling.reports import TableReport
from lotus_assets.graph.gated_assets import Lineage, gate_spec, report_rows, table_spec
from lotus_assets.graph.inputs import Inputs, inputs_of
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.sources.warehouse.replacement import Witness, looks_away
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class ComputedTable:
    """A table that is worked out whole: from which tables, and how.

    `compute` gives all its rows, or all rows of `scope`. `reads` are the tables that it gets;
    `after` are tables of which it reads no row, but how the run that filled them went. `witness`
    sees what is replaced. `lineage`: from which columns of these tables its own follow.
    """

    table: Table
    compute: Callable[[Inputs], pd.DataFrame]
    reads: tuple[Table, ...]
    lineage: Lineage = field(default_factory=dict)
    after: tuple[str, ...] = ()
    scope: Callable[[Inputs], pd.DataFrame] | None = None
    witness: Callable[[Inputs], Witness] = lambda _inputs: looks_away

    def write(self, inputs: Inputs) -> TableReport:
        """Make the table hold what follows from its inputs.

        Raises:
            GateClosed: too many rows break the contract; nothing was changed but `quarantine`.
            UndeclaredRead: `compute` reads a table that is not in `reads`.
        """
        return write_computed(
            inputs.engine,
            self.table,
            self.compute(inputs.declaring(self.table.name, self.reads)),
            run_id=inputs.run_id,
            now=inputs.now,
            quarantine_limit=inputs.settings.quarantine_limit,
            scope=self.scope(inputs) if self.scope else None,
            witness=self.witness(inputs),
        )


COMPUTED_TABLES: dict[str, ComputedTable] = {}
"""Every table that is worked out whole, by name: noted as the assets are declared."""


def computed_asset(computed: ComputedTable, group: str) -> dg.AssetsDefinition:
    """The asset of a table that is worked out whole; its dependencies are what it declares."""
    table = computed.table
    COMPUTED_TABLES[table.name] = computed
    dependencies = [*(source.name for source in computed.reads), *computed.after]

    @asset_step(
        name=table.name,
        specs=[
            table_spec(table, group, dict.fromkeys(dependencies), lineage=computed.lineage),
        ],
        check_specs=[gate_spec(table)],
    )
    def worked_out(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
        inputs = inputs_of(context, environment)
        report = computed.write(inputs)
        yield from report_rows(inputs.engine, [report], inputs.settings.quarantine_limit)

    return worked_out
