"""From a rule to asset checks: what it finds becomes a result with the failing rows in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec

import dagster as dg
import pandas as pd
from sqlalchemy import Select, func

from lotus_assets.filling.reports import REASON_ROWS
from lotus_assets.graph.gated_assets import frame_metadata
from lotus_assets.graph.inputs import Inputs, inputs_of
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import tried_once_more
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class Findings:
    """What a rule found: how many rows break it, and the first of them.

    `figures` are shown beside the rows (a share, a count by reason) and do not decide. `is_passed`
    None: nothing was found.
    """

    rows: pd.DataFrame
    total: int
    summary: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    is_passed: bool | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the rule is kept."""
        return self.total == 0 if self.is_passed is None else self.is_passed


Arguments = ParamSpec("Arguments")


@dataclass(frozen=True)
class Rule:
    """One asset check of the table `table`.

    `reads` are the other tables that it looks at: it is asked when all of them are up to date, and
    gets no others.
    """

    name: str
    table: Table
    description: str
    find: Callable[[Inputs], Findings]
    reads: Sequence[Table] = ()
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN

    @property
    def key(self) -> dg.AssetCheckKey:
        """Asset and name."""
        return dg.AssetCheckKey(dg.AssetKey(self.table.name), self.name)

    @property
    def spec(self) -> dg.AssetCheckSpec:
        """The check as the graph shows it. None blocks: the gate of the table did that already."""
        others = [table.name for table in self.reads if table is not self.table]
        return dg.AssetCheckSpec(
            self.name,
            asset=self.table.name,
            description=self.description,
            additional_deps=others,
        )

    def findings(self, inputs: Inputs) -> Findings:
        """What breaks the rule.

        Raises:
            UndeclaredRead: it looks at a table that is not in `reads`.
        """
        step = f"{self.table.name}: {self.name}"
        return self.find(inputs.declaring(step, (self.table, *self.reads)))

    def result(self, findings: Findings) -> dg.AssetCheckResult:
        """The check's result, with the first failing rows in its metadata."""
        counted = f"{findings.total:,} row{'' if findings.total == 1 else 's'}"
        return dg.AssetCheckResult(
            asset_key=self.table.name,
            check_name=self.name,
            passed=findings.is_kept,
            severity=self.severity,
            description=findings.summary or f"{counted} found",
            metadata={
                "rows": findings.total,
                **{name: as_metadata(value) for name, value in findings.figures.items()},
                "failing_rows": as_metadata(findings.rows.head(REASON_ROWS)),
            },
        )


def as_metadata(value: Any) -> dg.MetadataValue:
    """A number as such; frames and mappings as JSON that the UI unfolds."""
    if isinstance(value, pd.DataFrame):
        return frame_metadata(value)
    if isinstance(value, bool):
        return dg.MetadataValue.bool(value)
    if isinstance(value, int):
        return dg.MetadataValue.int(value)
    if isinstance(value, float):
        return dg.MetadataValue.float(value)
    return dg.MetadataValue.json(value)


def asset_checks(name: str, rules: Sequence[Rule]) -> dg.AssetChecksDefinition:
    """All `rules` in one step, each a check of its own; any of them can be asked alone."""
    by_key = {rule.key: rule for rule in rules}

    @dg.multi_asset_check(name=name, specs=[rule.spec for rule in rules], can_subset=True)
    @tried_once_more
    def check_rules(
        context: dg.AssetCheckExecutionContext, environment: Environment
    ) -> Iterator[dg.AssetCheckResult]:
        inputs = inputs_of(context, environment)
        for key in sorted(context.selected_asset_check_keys, key=str):
            rule = by_key[key]
            yield rule.result(rule.findings(inputs))

    return check_rules


def offenders(
    query: Callable[Arguments, Select[Any]], *arguments: Arguments.args, **named: Arguments.kwargs
) -> Callable[[Inputs], Findings]:
    """A rule whose failing rows are those that `query(…)` gives; all are counted, few are read.

    The query is made when the rule is asked, not when the graph is imported.
    """

    def find(inputs: Inputs) -> Findings:
        total = func.count().over().label("total")
        counted = query(*arguments, **named).add_columns(total).limit(REASON_ROWS)
        rows = pd.DataFrame([row._mapping for row in inputs.rows(counted)])
        if rows.empty:
            return Findings(rows, 0)
        return Findings(rows.drop(columns="total"), int(rows["total"].iloc[0]))

    return find
