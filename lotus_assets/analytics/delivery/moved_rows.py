"""Which rows count otherwise in a slice on a day than they did: before and after, side by side."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from lotus_assets.analytics.delivery.metric import Metric, RowSelection
from lotus_assets.analytics.delivery.placed_metrics import Facts, PlacedMetrics
from lotus_assets.analytics.delivery.row_names import row_names
from lotus_assets.engine.delivery.slice_days import PlacedRows
from lotus_assets.engine.delivery.slices import LEVELS, slices_of
from lotus_assets.facts import dim_project
from lotus_assets.sources.warehouse.schema import type_name
from lotus_assets.tables.table import Table

CELL = ["date", *LEVELS]
"""A slice on a day."""
PLACES = ["org", "business_line", "team"]
"""What of a project the org file decides."""


@dataclass(frozen=True)
class Snapshot:
    """The changed rows of one fact as they stood, or as they stand now.

    The index of both is the number of the change: the same row has the same one.
    """

    before: pd.DataFrame
    after: pd.DataFrame


def snapshot(table: Table, changes: pd.DataFrame, facts: Facts) -> Snapshot:
    """Before and after of the rows of a table that `first_changes_since` names."""
    kept = changes[changes["old_row"].notna()]
    before = as_stored(table, kept["old_row"]).set_axis(kept.index)
    keys = as_stored(table, changes["row_key"])[list(table.key)].assign(number=changes.index)
    now = facts[table.name].merge(keys, on=list(table.key)).set_index("number")
    return Snapshot(before, now)


def as_stored(table: Table, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows that PostgreSQL wrote as JSON, with the table's columns and types."""
    frame = pd.DataFrame(list(rows), columns=table.columns, dtype=object)
    for name, column in table.schema.columns.items():
        if "UTC" in type_name(column):
            frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
    for name in table.json_columns:
        frame[name] = [json.dumps(value) for value in frame[name]]
    # What a key alone leaves empty is of no type yet.
    known = {name: str(column.dtype) for name, column in table.schema.columns.items()}
    return frame.astype({name: kind for name, kind in known.items() if name in frame})


@dataclass(frozen=True)
class Placing:
    """Puts changed rows into slices on some days, with the projects of before or of now."""

    days: list[date]
    timezone: str
    periods: pd.DataFrame

    def cells(
        self, table: Table, rows: pd.DataFrame, projects: pd.DataFrame, metrics: list[Metric]
    ) -> dict[RowSelection, pd.DataFrame]:
        """By selection: CELL, `number` of the row, and how often (`entries`) and what it counts."""
        placed = PlacedMetrics.of(
            {table.name: rows, dim_project.TABLE.name: projects},
            self.days,
            self.timezone,
            tuple(metrics),
            periods=self.periods,
        )
        selections = dict.fromkeys(metric.selection for metric in metrics)
        return {chosen: _cells(placed, placed.rows[chosen]) for chosen in selections}


def _cells(placed: PlacedMetrics, rows: PlacedRows) -> pd.DataFrame:
    length = rows.end - rows.begin
    entry = np.repeat(np.arange(len(length)), length)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(length) - length, length)
    levels = placed.slice_days.slices.levels
    cells = pd.DataFrame(
        {
            "date": placed.slice_days.days[rows.begin[entry] + within].astype("datetime64[s]"),
            **{level: levels[level].to_numpy()[rows.slice[entry]] for level in LEVELS},
            "number": rows.origin[entry],
            "value": rows.value[entry],
        }
    )
    counted = cells.groupby([*CELL, "number"])["value"]
    return counted.agg(entries="size", total="sum").reset_index()


def moved_rows(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """CELL, `number` and `how` (came, changed, vanished) of rows that count otherwise."""
    both = before.merge(
        after, on=[*CELL, "number"], how="outer", suffixes=("_before", "_after"), indicator=True
    )
    is_same = (both["entries_before"] == both["entries_after"]) & (
        both["total_before"] == both["total_after"]
    )
    how = both["_merge"].map({"left_only": "vanished", "right_only": "came", "both": "changed"})
    return both.assign(how=how.astype(str)).loc[~is_same, [*CELL, "number", "how"]]


def named(table: Table, rows: Snapshot, facts: Facts) -> pd.Series:
    """What people call each changed row, by its number; by what it is now if it still is."""
    alone = rows.before[~rows.before.index.isin(rows.after.index)]
    every = pd.concat([frame for frame in (rows.after, alone) if len(frame)])
    return row_names(table, every, facts)


def moved_projects(projects: Snapshot) -> pd.DataFrame:
    """LEVELS of a slice, `name` of the project that came into it or left it, and the `cause`.

    It is the org file where the project kept its path and its place is another; else rows are.
    """
    before, after = (_memberships(frame) for frame in (projects.before, projects.after))
    both = before.merge(after, on=["number", *LEVELS], how="outer", indicator=True)
    moved = both[both["_merge"] != "both"].copy()
    cause = _causes(projects).reindex(moved["number"]).fillna("rows")
    path = pd.concat([projects.before, projects.after])["path_with_namespace"]
    path = path[~path.index.duplicated(keep="last")].reindex(moved["number"])
    how = moved["_merge"].map({"left_only": "left", "right_only": "came in"}).astype(str)
    moved["name"] = ("project " + path.astype(str)).to_numpy() + " " + how.to_numpy(dtype=object)
    return moved.assign(cause=cause.to_numpy())[[*LEVELS, "name", "cause"]]


def _causes(projects: Snapshot) -> pd.Series:
    numbers = projects.before.index.intersection(projects.after.index)
    before, after = projects.before.loc[numbers], projects.after.loc[numbers]
    is_placed = (before[PLACES].astype(str) != after[PLACES].astype(str)).any(axis=1)
    same = ["path_with_namespace", "is_measured"]
    is_same = (before[same].astype(str) == after[same].astype(str)).all(axis=1)
    return pd.Series(np.where(is_placed & is_same, "org_file", "rows"), index=numbers)


def _memberships(projects: pd.DataFrame) -> pd.DataFrame:
    measured = projects[projects["is_measured"].fillna(False).to_numpy(bool)]
    measured = measured.rename_axis("number").reset_index().sort_values("project_id")
    slices = slices_of(measured)
    number = np.repeat(measured["number"].to_numpy(), len(LEVELS))
    of_projects = slices.levels.iloc[slices.membership.ravel()].reset_index(drop=True)
    return of_projects.assign(number=number)
