"""The overview: a tile a metric, for the organisation or any part of it, and the repos behind."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from lotus_assets.analytics.delivery.metric import Direction, Family, Metric
from lotus_assets.outputs.pages.charts import spark_x
from lotus_assets.outputs.pages.metric_history import Slice
from lotus_assets.outputs.pages.page_making import PageMaking
from lotus_assets.outputs.pages.pieces import LOADING, piece
from lotus_assets.outputs.pages.rendering import FOLDER, SORTING, page_html
from lotus_assets.outputs.pages.tiles import Tile, spark_days

PIECES = "overview"
"""The folder of the data that the page loads as it needs them."""

PARTS = FOLDER / "behaviour" / "parts.js"
"""The choice of a part of the organisation, kept in the address; before what shows it."""

Tiles = Mapping[Slice, Sequence[Tile]]


def overview_files(tiles: Tiles, making: PageMaking, days: Sequence[date] = ()) -> dict[str, bytes]:
    """`index.html` about the organisation, and a piece of data a slice and a metric.

    `days`: those before that can be looked at, the newest first.
    """
    slices = list(tiles)
    whole = slices[0]
    frame = making.frame(
        PurePosixPath("index.html"),
        f"{whole.name}: how software is made",
        "Every figure with what it was before, what it is over, and where it comes from.",
    )
    page = page_html(
        FOLDER / "templates",
        "overview.html.jinja",
        frame,
        scripts=[SORTING, LOADING, PARTS, FOLDER / "behaviour" / "overview.js"],
        loads_data=True,
        families=tiles_by_family(tiles[whole]),
        days=[(day, _spark_x(day, making.data_day)) for day in (making.data_day, *days)],
        pieces=PIECES,
        slices=names_of(slices),
        whole=whole,
        metrics=[tile.metric for tile in tiles[whole]],
    )
    pieces = {
        f"{PIECES}/slice-{part.number}.js": piece(f"slice-{part.number}", _slice_data(of_slice))
        for part, of_slice in tiles.items()
    }
    metrics = {
        f"{PIECES}/{metric.key}.js": piece(metric.key, _metric_data(tiles, place, metric))
        for place, metric in enumerate(tile.metric for tile in tiles[whole])
    }
    return {"index.html": page, **pieces, **metrics}


def names_of(slices: Iterable[Slice]) -> list[list[str]]:
    """The names of the parts, by which a page knows what is asked for."""
    return [[part.business_line, part.team, part.repo] for part in slices]


def tiles_by_family(tiles: Sequence[Tile]) -> dict[Family, list[Tile]]:
    """The tiles under the families of their metrics, in the order of the families."""
    return {family: [tile for tile in tiles if tile.metric.family is family] for family in Family}


def worst_first(parts: Sequence[tuple[Slice, Tile]]) -> list[tuple[Slice, Tile]]:
    """Sorted by figure, the worst first; those without one last, by name."""
    known = [entry for entry in parts if entry[1].value is not None]
    unknown = [entry for entry in parts if entry[1].value is None]
    is_less_better = bool(parts) and parts[0][1].metric.direction is Direction.LESS
    return [
        *sorted(known, key=lambda entry: entry[1].value or 0.0, reverse=is_less_better),
        *unknown,
    ]


def _spark_x(day: date, newest: date) -> int | None:
    """Where a day stands in the small series; None where it does not."""
    days = spark_days(newest)
    return spark_x(days.index(day), len(days)) if day in days else None


def _slice_data(tiles: Sequence[Tile]) -> list[list[str]]:
    return [
        [
            *(tile.text, tile.change, tile.tone, tile.sample, tile.target, tile.reason),
            *(tile.spark.line, tile.spark.last),
        ]
        for tile in tiles
    ]


def _metric_data(tiles: Tiles, place: int, metric: Metric) -> list[list[Any]]:
    """Of the repos, the worst first: slice, figure, and the words for it."""
    repos = [(part, of_part[place]) for part, of_part in tiles.items() if part.repo]
    return [
        [part.number, tile.value, tile.text, tile.change, tile.tone, tile.sample or tile.reason]
        for part, tile in worst_first(repos)
    ]


def day_in_words(day: date) -> str:
    """`28 November 2026`."""
    return day.strftime("%-d %B %Y")
