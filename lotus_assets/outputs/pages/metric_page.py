"""The page of a metric: what it is, how it went, how its durations lie, who has which figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import PurePosixPath

import numpy as np

from lotus_assets.analytics.delivery.history_days import WEEKS, history_sundays
from lotus_assets.analytics.delivery.metric import Metric, MetricUnit, RowSelection
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.analytics.delivery.metric_definitions import UNITS, WINDOWS
from lotus_assets.outputs.explanations.day_rows import DayFacts, DayRows
from lotus_assets.outputs.explanations.metric_explanation import window_text
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
from lotus_assets.outputs.pages.overview import PARTS, Tiles, names_of, worst_first
from lotus_assets.outputs.pages.page_making import PageMaking
from lotus_assets.outputs.pages.pieces import LOADING
from lotus_assets.outputs.pages.rendering import EXPLAINING, FOLDER, SORTING, page_html
from lotus_assets.outputs.pages.row_pieces import FOLDER as ROWS
from lotus_assets.outputs.pages.row_pieces import row_files
from lotus_assets.outputs.pages.tiles import Tile

METRICS = "metrics"
"""The folder of the pages of metrics."""
DURATIONS = (MetricUnit.HOURS, MetricUnit.SECONDS)
"""Units of metrics over durations."""
LEVELS_SHOWN = (("business_line", "Business lines"), ("team", "Teams"), ("repo", "Repos"))
DRAWN = 60
"""Rows of a ranking, the worst, that stand in the page with their past: it stays small."""
MEDIAN, HIGH = "_p50_", "_p90_"
"""Parts of the keys of two metrics over the same durations."""


@dataclass(frozen=True)
class Ranking:
    """The parts of one level, the worst first."""

    level: str
    title: str
    rows: list[tuple[Slice, Tile]]


def metric_files(
    tiles: Tiles, history: MetricHistory, facts: DayFacts, making: PageMaking
) -> dict[str, bytes]:
    """`metrics/<key>.html` of every metric, and the rows behind its figures beside it.

    Args:
        tiles: of every slice, the organisation first.
        history: what the series are drawn from.
        facts: what the figures of the day are made of.
        making: the day.
    """
    selections: dict[RowSelection, list[int]] = {}
    for place, metric in enumerate(history.metrics):
        selections.setdefault(metric.selection, []).append(place)
    files = {}
    for places in selections.values():
        metrics = [history.metrics[place] for place in places]
        rows = DayRows.of(metrics[0], facts)
        of_metrics = [{part: of_part[place] for part, of_part in tiles.items()} for place in places]
        for place in places:
            key = history.metrics[place].key
            files[f"{key}.html"] = _page(place, tiles, history, rows, making)
        files |= row_files(metrics, of_metrics, rows, facts)
    return {f"{METRICS}/{name}": content for name, content in files.items()}


def _page(
    place: int, tiles: Tiles, history: MetricHistory, rows: DayRows, making: PageMaking
) -> bytes:
    metric = history.metrics[place]
    frame = making.frame(
        PurePosixPath(f"{METRICS}/{metric.key}.html"),
        metric.name,
        f"{metric.family} · {metric.competency} · {metric.direction}",
        [("Overview", "../index.html")],
    )
    durations = rows.counting.values if metric.unit in DURATIONS else np.array([])
    return page_html(
        FOLDER / "templates",
        "metric.html.jinja",
        frame,
        scripts=[SORTING, LOADING, PARTS, EXPLAINING, FOLDER / "behaviour" / "metric.js"],
        loads_data=True,
        is_moving=True,
        metric=metric,
        pieces=ROWS,
        window=WINDOWS[metric.window],
        unit=UNITS[metric.unit],
        whole=next(iter(tiles.values()))[place],
        slices=names_of(tiles),
        chart=series_chart(history, place, making.data_day),
        distribution=distribution(metric, durations) if durations.size else None,
        rankings=rankings(tiles, place),
        organisation=next(iter(tiles)).name,
        window_of_day=window_text(metric.window, making.data_day),
        exact_unit=metric.unit if metric.unit in DURATIONS else "",
        why=metric.population.why,
        timezone=rows.slice_day.every.timezone,
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
                form=partial(personal, unit=metric.unit),
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
