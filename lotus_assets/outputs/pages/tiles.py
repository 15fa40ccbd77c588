"""A metric of a slice as people read it: figure, change, past, sample; the same for every page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lotus_assets.analytics.delivery.history_days import WEEKS, day_before_window, history_sundays
from lotus_assets.analytics.delivery.metric import Direction, Metric, MetricWindow
from lotus_assets.outputs.pages.charts import Sparkline, sparkline
from lotus_assets.outputs.pages.metric_history import MetricHistory, Slice
from lotus_assets.outputs.pages.number_forms import personal, personal_change
from lotus_assets.sources.rules_file import Rules

BEFORE = {
    MetricWindow.END_OF_DAY: "on a week before",
    MetricWindow.WEEK: "on the 7 days before",
    MetricWindow.MONTH: "on the 30 days before",
}
"""What a change is measured against."""


@dataclass(frozen=True)
class Tile:
    """One metric of one slice on one day."""

    metric: Metric
    value: float | None
    text: str
    change: str
    tone: str
    """better, worse, or same where nothing is to be said."""
    sample: str
    """`6 of 6 issues`; empty where it is not known."""
    target: str
    """`target 5 days, missed`; empty where none is set."""
    reason: str
    """Why there is no figure; else empty."""
    spark: Sparkline


def tiles_of(history: MetricHistory, day: date, rules: Rules) -> dict[Slice, list[Tile]]:
    """The tiles of every slice in the order of the catalogue; `day` is the newest of `history`.

    A small series has the ends of 26 weeks, and `day` itself.
    """
    weeks = history.over(spark_days(day))
    return _tiles(
        history,
        day,
        rules,
        lambda part, place: sparkline(
            weeks[part, place], label=f"{history.metrics[place].name}, {WEEKS} weeks"
        ),
    )


def past_tiles(history: MetricHistory, day: date, rules: Rules) -> dict[Slice, list[Tile]]:
    """The same of another day of `history`, without a series: that is the newest day's."""
    nothing = Sparkline("", "", "")
    return _tiles(history, day, rules, lambda _part, _place: nothing)


def spark_days(day: date) -> list[date]:
    """The days of a small series."""
    return list(dict.fromkeys([*history_sundays(day), day]))


def compared(history: MetricHistory, day: date, window: MetricWindow) -> tuple[date, str]:
    """What a figure is compared with: the last day of the window before, and that in words.

    Of past days the ends of weeks alone are known, so a month is compared with that which ended
    four weeks before; a day that is not known either has no figures.
    """
    before = day_before_window(day, window)
    if window is MetricWindow.MONTH and before not in history.days:
        return day - timedelta(weeks=4), "on 4 weeks before"
    return before, BEFORE[window]


def _tiles(
    history: MetricHistory, day: date, rules: Rules, spark: Callable[[int, int], Sparkline]
) -> dict[Slice, list[Tile]]:
    windows = {window: compared(history, day, window) for window in MetricWindow}
    figures_before = {window: history.on(before) for window, (before, _) in windows.items()}
    figures, number = history.on(day), history.days.index(day)
    return {
        part: [
            _tile(
                metric,
                float(figures[part.number, place]),
                float(figures_before[metric.window][part.number, place]),
                windows[metric.window][1],
                history.reason(part, place, number),
                _sample(history, part.number, place, number),
                rules.target(metric.key, part.business_line),
                spark(part.number, place),
            )
            for place, metric in enumerate(history.metrics)
        ]
        for part in history.slices
    }


def tone_of(metric: Metric, change: float) -> str:
    """Whether a change of the figure is better or worse; same where there is none."""
    if not np.isfinite(change) or not change:
        return "same"
    return "worse" if (change > 0) == (metric.direction is Direction.LESS) else "better"


def is_met(metric: Metric, value: float, target: float | None) -> bool | None:
    """Whether the figure reaches its target; None without either."""
    if target is None or not np.isfinite(value):
        return None
    return value <= target if metric.direction is Direction.LESS else value >= target


def _tile(
    metric: Metric,
    value: float,
    before: float,
    before_in_words: str,
    reason: str,
    sample: str,
    target: float | None,
    spark: Sparkline,
) -> Tile:
    change = personal_change(value, before, metric.unit)
    return Tile(
        metric=metric,
        value=None if np.isnan(value) else value,
        text=personal(value, metric.unit),
        change=f"{change} {before_in_words}" if np.isfinite(value - before) else "",
        tone="same" if change == "±0" else tone_of(metric, value - before),
        sample=sample,
        target=_target(metric, value, target),
        reason=reason if np.isnan(value) else "",
        spark=spark,
    )


def _target(metric: Metric, value: float, target: float | None) -> str:
    if target is None:
        return ""
    words = {None: "", True: ", met", False: ", missed"}[is_met(metric, value, target)]
    return f"target {personal(target, metric.unit)}{words}"


def _sample(history: MetricHistory, part: int, place: int, day: int) -> str:
    sample, population = history.samples[part, place, day], history.populations[part, place, day]
    if np.isnan(sample):
        return ""
    counted = history.metrics[place].counted
    if np.isnan(population) or sample == population:
        return f"{sample:,.0f} {counted}"
    return f"{sample:,.0f} of {population:,.0f} {counted}"
