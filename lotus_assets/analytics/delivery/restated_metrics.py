"""Restated metrics: values of exported days that a run changes, and why.

A value is restated when its day was exported before, daily or weekly, and it says something else
now. That NULL becomes a number counts, and that a row vanishes; a row that comes was never given
out. The causes are found by what the value follows from: the changed rows are placed as they stood
and as they stand, so only those are named that count otherwise in that slice on that day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.analytics.delivery.metric import Metric
from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.analytics.delivery.moved_rows import (
    CELL,
    Placing,
    Snapshot,
    moved_projects,
    moved_rows,
    named,
    snapshot,
)
from lotus_assets.analytics.delivery.placed_metrics import Facts
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.facts import dim_project
from lotus_assets.filling.fingerprints import digest
from lotus_assets.filling.restatement import (
    CAUSES,
    NAMED,
    reasons_text,
    row_keys,
    write_restatements,
)
from lotus_assets.sources.warehouse.fact_changes import Basis, ExportedDay, first_changes_since
from lotus_assets.sources.warehouse.replacement import Replacement

REASON = ["cell", "cause", "name"]
"""Of a restated value: why, and what changed by name (NULL where nothing has one)."""
TABLES = {metric.table.name: metric.table for metric in CATALOGUE}


def metric_basis(code: str) -> Basis:
    """What the metrics of a day follow from beside rows: the code, and each one's definition."""
    return {"engine": code, "definitions": {one.key: _definition(one) for one in CATALOGUE}}


def _definition(metric: Metric) -> str:
    words = [metric.definition, metric.over, metric.empty, metric.unit, int(metric.window)]
    return digest([*words, metric.table.name, metric.column])[:16]


@dataclass(frozen=True)
class MetricWitness:
    """Notes which exported values a run changes, in the transaction that changes them.

    `facts` and `periods` are what the run's values follow from, `basis` is what else they do.
    """

    exported: Mapping[date, ExportedDay]
    basis: Basis
    facts: Facts
    periods: pd.DataFrame
    timezone: str
    run_id: str
    now: datetime

    def __call__(self, replacement: Replacement) -> None:
        """Write the restatements."""
        values = self._restated(replacement)
        if values.empty:
            return
        reasons = pd.concat([*self._reasons(replacement, values)], ignore_index=True)
        restated = pd.DataFrame(
            {
                "figure": values["metric"],
                "figure_date": values["date"],
                "subject": _subjects(values),
                "row_key": row_keys(values, replacement.table.key),
                "old_value": values["old_value"],
                "new_value": values["new_value"],
                "is_vanished": values["is_vanished"],
            }
        ).join(gathered(reasons, values.index))
        write_restatements(
            replacement.connection,
            restated,
            table=replacement.table,
            run_id=self.run_id,
            at=self.now,
        )

    def _restated(self, replacement: Replacement) -> pd.DataFrame:
        if not self.exported:
            return pd.DataFrame()
        values = replacement.differing(["value"], ["projects_left_out", "reason"])
        is_given_out = values["date"].isin(self.exported.keys())
        is_nothing = values["is_vanished"].astype(bool) & values["old_value"].isna()
        values = values[is_given_out & ~is_nothing].reset_index(drop=True)
        return values.assign(date=pd.to_datetime(values["date"]).astype("datetime64[s]"))

    def _reasons(self, replacement: Replacement, values: pd.DataFrame) -> Iterator[pd.DataFrame]:
        yield of_code(values, self.exported, self.basis)
        yield of_collection(values)
        seen = values["date"].map(lambda day: self.exported[day.date()].seen_change)
        for change, some in values[seen.notna()].groupby(seen.dropna().astype(int)):
            changes = first_changes_since(replacement.connection, int(change))
            yield from self._of_rows(some, changes)

    def _of_rows(self, values: pd.DataFrame, changes: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """Reasons that the changes of facts and projects give."""
        projects = self.facts[dim_project.TABLE.name]
        of_projects = changes[changes["table_name"] == dim_project.TABLE.name]
        moved = snapshot(dim_project.TABLE, of_projects, self.facts)
        if len(of_projects):
            yield _in_cells(moved_projects(moved), values, LEVELS)
        placing = Placing(
            sorted({day.date() for day in values["date"]}), self.timezone, self.periods
        )
        before = _with(projects, moved)
        for name, of_table in changes.groupby("table_name"):
            metrics = [one for one in CATALOGUE if one.table.name == name]
            metrics = [one for one in metrics if one.key in set(values["metric"])]
            if metrics:
                rows = snapshot(TABLES[str(name)], of_table, self.facts)
                yield from self._of_table(metrics, rows, of_table, before, placing, values)

    def _of_table(
        self,
        metrics: list[Metric],
        rows: Snapshot,
        changes: pd.DataFrame,
        projects_before: pd.DataFrame,
        placing: Placing,
        values: pd.DataFrame,
    ) -> Iterator[pd.DataFrame]:
        table = metrics[0].table
        if rows.before.empty and rows.after.empty:
            return
        before = placing.cells(table, rows.before, projects_before, metrics)
        projects = self.facts[dim_project.TABLE.name]
        after = placing.cells(table, rows.after, projects, metrics)
        names = named(table, rows, self.facts)
        for chosen in after:
            moved = moved_rows(before[chosen], after[chosen])
            causes = changes["cause"].reindex(moved["number"]).to_numpy(dtype=object)
            name = names.reindex(moved["number"]).to_numpy(dtype=object) + " "
            moved = moved.assign(cause=causes, name=name + moved["how"].to_numpy(dtype=object))
            keys = [one.key for one in metrics if one.selection == chosen]
            yield _in_cells(moved, values[values["metric"].isin(keys)], CELL)


def _with(projects: pd.DataFrame, moved: Snapshot) -> pd.DataFrame:
    """The projects as they stood: those that changed since by what they were."""
    ids = set(moved.before["project_id"]) | set(moved.after["project_id"])
    unchanged = projects[~projects["project_id"].isin(ids)]
    parts = [frame for frame in (unchanged, moved.before) if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else projects.iloc[:0]


def _in_cells(reasons: pd.DataFrame, values: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    cells = values[on].rename_axis("cell").reset_index()
    joined = cells.merge(reasons, on=on)
    return joined.assign(cause=joined["cause"].str.split("; ")).explode("cause")[REASON]


def of_code(
    values: pd.DataFrame, exported: Mapping[date, ExportedDay], basis: Basis
) -> pd.DataFrame:
    """Reasons of values whose metric is defined otherwise, or whose code is another."""
    before = values["date"].map(lambda day: exported[day.date()].basis)
    pairs = list(zip(before, values["metric"], strict=True))
    causes = [_code_cause(was, basis, metric) for was, metric in pairs]
    reasons = pd.DataFrame({"cell": values.index, "cause": causes, "name": None}, dtype=object)
    return reasons[reasons["cause"].notna()]


def _code_cause(before: Basis | None, now: Basis, metric: str) -> str | None:
    if before is None or before["engine"] == now["engine"]:
        return None
    is_same = before["definitions"].get(metric) == now["definitions"].get(metric)
    return "engine" if is_same else "definition"


def of_collection(values: pd.DataFrame) -> pd.DataFrame:
    """Reasons of values of which other projects were left out, as not collected whole."""
    is_other = (
        values["old_projects_left_out"].ne(values["new_projects_left_out"])
        & ~values["is_vanished"].astype(bool)
    )  # fmt: skip
    some = values[is_other]
    before, now = (some[f"{when}_projects_left_out"].astype(str) for when in ("old", "new"))
    names = "projects left out: " + before + " before, now " + now
    return pd.DataFrame({"cell": some.index, "cause": "collection", "name": names.to_numpy()})[
        REASON
    ]


def gathered(reasons: pd.DataFrame, cells: pd.Index) -> pd.DataFrame:
    """`cause` and `reasons` of every restated value."""
    order = {cause: number for number, cause in enumerate(CAUSES)}
    distinct = reasons.drop_duplicates().sort_values("name", kind="stable")
    causes = distinct[["cell", "cause"]].drop_duplicates()
    causes = causes.sort_values("cause", key=lambda names: names.map(order))
    joined = causes.groupby("cell")["cause"].agg("; ".join)
    with_name = distinct.dropna(subset="name").drop_duplicates(["cell", "name"])
    names = with_name.groupby("cell")["name"]
    first: Mapping[Any, list[str]] = names.agg(lambda one: list(one.head(NAMED))).to_dict()
    counts = names.size().reindex(cells, fill_value=0)
    texts = [reasons_text(first.get(cell, []), int(counts[cell])) for cell in cells]
    cause = joined.reindex(cells).fillna("unknown").astype(str)
    return pd.DataFrame({"cause": np.asarray(cause), "reasons": texts}, index=cells)


def _subjects(values: pd.DataFrame) -> pd.Series:
    """The deepest level of each slice that applies."""
    levels = values[LEVELS].replace("", None)
    return levels.ffill(axis=1)[LEVELS[-1]].astype(str)
