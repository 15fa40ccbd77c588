"""Other days than the newest as data of the overview: a piece a day, of all slices and metrics."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from lotus_assets.outputs.pages.metric_history import MetricHistory
from lotus_assets.outputs.pages.overview import PIECES, Tiles, worst_first
from lotus_assets.outputs.pages.pieces import piece
from lotus_assets.outputs.pages.tiles import Tile, past_tiles
from lotus_assets.sources.rules_file import Rules


def day_files(history: MetricHistory, rules: Rules) -> dict[str, bytes]:
    """The pieces of all days of `history` but the newest, by their paths."""
    return {
        f"{PIECES}/{name}.js": piece(name, _day_data(past_tiles(history, day, rules)))
        for day in history.days[:-1]
        for name in [f"day-{day.isoformat()}"]
    }


def _day_data(tiles: Tiles) -> dict[str, Any]:
    """Every distinct saying once, and of each metric and slice the numbers of its sayings.

    `ranked`: of each metric the slices that are repos, the worst first.
    """
    sayings: dict[tuple[Any, ...], int] = {}

    def number(*saying: Any) -> int:
        return sayings.setdefault(saying, len(sayings))

    def said(tile: Tile) -> Sequence[int]:
        return (
            number(tile.text, tile.value),
            number(tile.change, tile.tone),
            number(tile.sample, tile.target, tile.reason),
        )

    count = len(next(iter(tiles.values())))
    repos = [part for part in tiles if part.repo]
    return {
        "tiles": [[said(of_slice[place]) for of_slice in tiles.values()] for place in range(count)],
        "ranked": [
            [part.number for part, _ in worst_first([(part, tiles[part][place]) for part in repos])]
            for place in range(count)
        ],
        "sayings": list(sayings),
    }


def days_of(history: MetricHistory) -> list[date]:
    """The days that can be looked at, the newest first."""
    return list(reversed(history.days))
