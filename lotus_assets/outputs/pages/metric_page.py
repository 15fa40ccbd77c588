"""The page of a metric: what it is, how it went, how its durations lie, who has which figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import PurePosixPath

import numpy as np

from lotus_assets.analytics.delivery.history_days import WEEKS, history_sundays
from lotus_assets.analytics.delivery.metric import Metric
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.analytics.delivery.metric_definitions import UNITS, WINDOWS
from lotus_assets.outputs.pages.axes import Floats
from lotus_assets.outputs.pages.charts import (
    Chart,
    ChartTable,
    Level,
    Series,
    histogram,
    line_chart,
)
from lotus_assets.outputs.pages.metric_history import MetricHistory, Slice
from lotus_assets.outputs.pages.number_forms import personal, personal_unit
from lotus_assets.outputs.pages.overview import Tiles, worst_first
from lotus_assets.outputs.pages.page_making import PageMaking
from lotus_assets.outputs.pages.rendering import FOLDER, SORTING, page_html
from lotus_assets.outputs.pages.tiles import Tile

LEVELS_SHOWN = (("business_line", "Business lines"), ("team", "Teams"), ("repo", "Repos"))
DRAWN = 60
"""Rows of a ranking, the worst, that have their past drawn: a page stays small."""
MEDIAN, HIGH = "_p50_", "_p90_"
"""Parts of the keys of two metrics over the same durations."""


@dataclass(frozen=True)
class Ranking:
    """The parts of one level, the worst first."""

    level: str
    title: str
    rows: list[tuple[Slice, Tile]]


def metric_files(
    tiles: Tiles,
    history: MetricHistory,
    durations: Mapping[str, Floats],
    making: PageMaking,
    explained: Mapping[str, str],
) -> dict[str, bytes]:
    """`metrics/<key>.html` of every metric.

    Args:
        tiles: of every slice, the organisation first.
        history: what the series are drawn from.
        durations: of metrics over durations, those of the organisation on the day, in the
            metric's unit.
        making: the day.
        explained: addresses of explanations by metric, below the folder of the pages.
    """
    return {
        f"metrics/{metric.key}.html": _page(
            place, metric, tiles, history, durations, making, explained
        )
        for place, metric in enumerate(history.metrics)
    }


def _page(
    place: int,
    metric: Metric,
    tiles: Tiles,
    history: MetricHistory,
    durations: Mapping[str, Floats],
    making: PageMaking,
    explained: Mapping[str, str],
) -> bytes:
    frame = making.frame(
        PurePosixPath(f"metrics/{metric.key}.html"),
        metric.name,
        f"{metric.family} · {metric.competency} · {metric.direction}",
        [("Overview", "../index.html")],
    )
    values = durations.get(metric.key)
    return page_html(
        FOLDER / "templates",
        "metric.html.jinja",
        frame,
        scripts=[SORTING, FOLDER / "behaviour" / "filtered_rows.js"],
        metric=metric,
        window=WINDOWS[metric.window],
        unit=UNITS[metric.unit],
        whole=next(iter(tiles.values()))[place],
        chart=series_chart(history, place, making.data_day),
        distribution=None if values is None or not values.size else distribution(metric, values),
        rankings=rankings(tiles, place),
        explanation=explained.get(metric.key),
        other=_sibling(metric),
        drawn=DRAWN,
    )


def rankings(tiles: Tiles, place: int) -> list[Ranking]:
    """Business lines, teams and repos by the metric at `place` of the catalogue."""
    return [
        Ranking(
            level,
            title,
            worst_first([(part, of[place]) for part, of in tiles.items() if part.level == level]),
        )
        for level, title in LEVELS_SHOWN
    ]


def series_chart(history: MetricHistory, place: int, day: date) -> Chart | None:
    """The organisation and its business lines by week; None while nothing is known.

    The band of a median reaches up to the 90th percentile of the same durations.
    """
    sundays = history_sundays(day)
    figures = history.over(sundays)[:, place]
    lines = [part for part in history.slices if part.level in {"org", "business_line"}]
    if not np.isfinite(figures[[part.number for part in lines]]).any():
        return None
    metric = history.metrics[place]
    instants = [datetime.combine(sunday, time(), UTC) for sunday in sundays]
    high = _band(history, metric, sundays)
    shown = figures[[part.number for part in lines]]
    return line_chart(
        [
            Series(
                part.name,
                instants,
                figures[part.number],
                tone,
                low=None if tone or high is None else figures[part.number],
                high=None if tone else high,
                has_dots=not tone,
            )
            for tone, part in enumerate(lines)
        ],
        unit=personal_unit(metric.unit, float(np.nanmedian(shown))),
        label=f"{metric.name} by business line, {WEEKS} weeks to {sundays[-1]}",
        table=ChartTable(
            ("Week to", *(part.name for part in lines)),
            tuple(
                (
                    sunday.isoformat(),
                    *(personal(float(figures[part.number, week]), metric.unit) for part in lines),
                )
                for week, sunday in reversed(list(enumerate(sundays)))
            ),
        ),
    )


def distribution(metric: Metric, values: Floats) -> Chart:
    """How the durations lie, with their median and 90th percentile."""
    median, high = (float(np.quantile(values, share)) for share in (0.5, 0.9))
    return histogram(
        values,
        unit=personal_unit(metric.unit, high),
        label=f"{metric.name}: distribution of {values.size:,} durations",
        noun=metric.counted,
        uprights=[
            Level(median, f"median {personal(median, metric.unit)}", "median"),
            Level(high, f"90th percentile {personal(high, metric.unit)}"),
        ],
    )


def _band(history: MetricHistory, metric: Metric, sundays: Sequence[date]) -> Floats | None:
    sibling = _sibling(metric)
    if MEDIAN not in metric.key or sibling is None:
        return None
    upper: Floats = history.over(sundays)[0, list(history.metrics).index(sibling)]
    return upper


def _sibling(metric: Metric) -> Metric | None:
    """The other percentile of the same durations."""
    for one, other in ((MEDIAN, HIGH), (HIGH, MEDIAN)):
        if one in metric.key:
            return BY_KEY.get(metric.key.replace(one, other))
    return None
