"""The rows behind the figures of a day as data of the metric pages, in pieces.

A piece holds rows of some repos; the page picks those of the slice that is looked at. Metrics of
one selection, as a median and a percentile, share their pieces.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_float_dtype

from lotus_assets.analytics.delivery.metric import Metric, MetricUnit
from lotus_assets.outputs.explanations.arithmetic import arithmetic
from lotus_assets.outputs.explanations.day_rows import DayFacts, DayRows
from lotus_assets.outputs.explanations.gitlab_links import gitlab_link
from lotus_assets.outputs.metric_files import exported_number
from lotus_assets.outputs.pages.metric_history import Slice
from lotus_assets.outputs.pages.number_forms import personal
from lotus_assets.outputs.pages.pieces import piece
from lotus_assets.outputs.pages.tiles import Tile

FOLDER = "rows"
"""Of the pieces, beside the pages of the metrics."""
ROWS_OF_PIECE = 2000
"""Some 250 kB."""


def row_files(
    metrics: Sequence[Metric],
    tiles: Sequence[Mapping[Slice, Tile]],
    rows: DayRows,
    facts: DayFacts,
) -> dict[str, bytes]:
    """The pieces of metrics over the same rows, by their paths beside the pages of the metrics.

    The piece of a metric's key says of each slice how its figure follows from the rows; those of
    the rows bear the first metric's key and a number. `tiles` are those of each metric.
    """
    shared = metrics[0].key
    pieces = {f"{shared}-{number}": data for number, data in enumerate(_pieces(rows, facts))}
    paths = [[name for name, _ in data["projects"]] for data in pieces.values()]
    levels = [(part.org, part.business_line, part.team, part.repo) for part in tiles[0]]
    positions = facts.positions(levels)
    left_out = rows.shown.projects.loc[rows.slice_day.left_out(), "path_with_namespace"]
    figures = {
        metric.key: {
            "slices": _slice_figures(metric, of_metric, rows, positions),
            "left_out": sorted(left_out),
            "rows": shared,
            "projects": paths,
        }
        for metric, of_metric in zip(metrics, tiles, strict=True)
    }
    return {f"{FOLDER}/{name}.js": piece(name, data) for name, data in (pieces | figures).items()}


def _slice_figures(
    metric: Metric, tiles: Mapping[Slice, Tile], rows: DayRows, positions: Sequence[int]
) -> list[list[Any] | None]:
    """Of each slice: the value as exported, what its tile says, the arithmetic; in their order.

    Last what the rows give now, where that is another value. None for a slice that is no more.
    """
    values, now = rows.values_by_slice(), rows.figures(metric)
    return [
        None
        if position < 0
        else [
            exported_number(tile.value, metric.unit),
            *(tile.text, tile.change, tile.tone, tile.sample, tile.target, tile.reason),
            arithmetic(metric, values[position]),
            _since_then(metric, tile.value, float(now[position])),
        ]
        for tile, position in zip(tiles.values(), positions, strict=True)
    ]


def _since_then(metric: Metric, value: float | None, now: float) -> str:
    before, after = exported_number(value, metric.unit), exported_number(now, metric.unit)
    if before == after:
        return ""
    return f"Facts changed since then; the rows give {after} now, and the next run restates it."


def _pieces(rows: DayRows, facts: DayFacts) -> Iterator[dict[str, Any]]:
    """Rows of the projects in the order of their slices, so many a piece; one at least."""
    listed = _listed(rows)
    links = {
        path: gitlab_link(facts.surroundings.gitlab_url, path, "")
        for path in facts.projects["path_with_namespace"]
    }
    order = pd.Index(facts.projects["path_with_namespace"]).get_indexer(
        pd.Index(listed["path_with_namespace"])
    )
    listed = listed.iloc[np.argsort(order, kind="stable")]
    columns = {
        name: _texts(listed[name], facts.surroundings.timezone) for name in rows.shown.deciding
    }
    known = {name: column for name, column in columns.items() if column.ne("").any()}
    texts = pd.DataFrame(known, index=listed.index)
    for begin in range(0, max(len(listed), 1), ROWS_OF_PIECE):
        chosen = slice(begin, begin + ROWS_OF_PIECE)
        yield _piece(rows.shown.metric, listed.iloc[chosen], texts.iloc[chosen], links)


def _listed(rows: DayRows) -> pd.DataFrame:
    """Rows that count, and those that nearly do with `missed`, their reason."""
    counted = rows.counting.counted.assign(missed="").rename(columns={"value": "entered"})
    nearly = rows.counting.nearly.assign(entered=math.nan, times=0)
    listed = pd.concat([counted, nearly.rename(columns={"reason": "missed"})], ignore_index=True)
    beside = listed[["entered", "times", "missed"]]
    return rows.shown.of(listed["origin"]).assign(**beside)


def _piece(
    metric: Metric, listed: pd.DataFrame, texts: pd.DataFrame, links: Mapping[str, str | None]
) -> dict[str, Any]:
    projects, paths = pd.factorize(listed["path_with_namespace"])
    missed = listed["missed"].replace("", None)
    # A row that counts misses nothing: number -1.
    reasons, words = pd.factorize(missed)
    forms = {value: personal_value(metric, value) for value in listed["entered"].unique()}
    return {
        "projects": [[path, links[path]] for path in paths],
        "columns": list(texts),
        "reasons": list(words),
        "rows": [
            [*named, None if math.isnan(value) else value, *beside]
            for *named, value, beside in zip(
                projects.tolist(),
                reasons.tolist(),
                listed["reference"],
                listed["address"],
                listed["times"].tolist(),
                listed["entered"].map(forms),
                listed["entered"].tolist(),
                texts.to_numpy().tolist(),
                strict=True,
            )
        ],
    }


def personal_value(metric: Metric, value: float) -> str:
    """What a row enters with, as people read it; empty for one that does not."""
    if math.isnan(value):
        return ""
    if metric.unit is MetricUnit.RATIO:
        return "yes" if value else "no"
    return personal(value, metric.unit)


def _texts(column: pd.Series, timezone: str) -> pd.Series:
    """Cells as people read them, instants in the time zone; empty for what is missing."""
    if is_datetime64_any_dtype(column):
        is_instant = column.dt.tz is not None
        local = column.dt.tz_convert(timezone) if is_instant else column
        texts = local.dt.strftime("%Y-%m-%d %H:%M" if is_instant else "%Y-%m-%d")
    elif is_bool_dtype(column):
        texts = column.astype(object).map({True: "yes", False: "no"})
    elif is_float_dtype(column):
        texts = column.astype(object).map("{:.6g}".format, na_action="ignore")
    else:
        texts = column.astype(object).map(str, na_action="ignore")
    shown: pd.Series = texts.astype(object).where(column.notna(), "")
    return shown
