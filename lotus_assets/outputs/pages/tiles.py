"""A metric of a slice as people read it: figure, change, past, sample; the same for every page."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from lotus_assets.analytics.delivery.history_days import day_before_window, history_sundays
from lotus_assets.analytics.delivery.metric import Direction, Metric, MetricWindow
from lotus_assets.outputs.pages.charts import Sparkline, sparkline
from lotus_assets.outputs.pages.metric_history import MetricHistory, Slice, reason_in_words
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
    weeks = history.over(list(dict.fromkeys([*history_sundays(day), day])))
    before = np.stack(
        [
            history.on(day_before_window(day, metric.window))[:, place]
            for place, metric in enumerate(history.metrics)
        ],
        axis=1,
    )
    newest = history.on(day)
    return {
        part: [
            _tile(
                metric,
                float(newest[part.number, place]),
                float(before[part.number, place]),
                history.reasons[part.number, place],
                _sample(history, part.number, place),
                rules.target(metric.key, part.business_line),
                sparkline(weeks[part.number, place], label=f"{metric.name}, 26 weeks"),
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
    reason: str | None,
    sample: str,
    target: float | None,
    spark: Sparkline,
) -> Tile:
    change = personal_change(value, before, metric.unit)
    return Tile(
        metric=metric,
        value=None if np.isnan(value) else value,
        text=personal(value, metric.unit),
        change=f"{change} {BEFORE[metric.window]}" if np.isfinite(value - before) else "",
        tone="same" if change == "±0" else tone_of(metric, value - before),
        sample=sample,
        target=_target(metric, value, target),
        reason=reason_in_words(reason, metric) if np.isnan(value) else "",
        spark=spark,
    )


def _target(metric: Metric, value: float, target: float | None) -> str:
    if target is None:
        return ""
    words = {None: "", True: ", met", False: ", missed"}[is_met(metric, value, target)]
    return f"target {personal(target, metric.unit)}{words}"


def _sample(history: MetricHistory, part: int, place: int) -> str:
    sample, population = history.samples[part, place], history.populations[part, place]
    if np.isnan(sample):
        return ""
    counted = history.metrics[place].counted
    if np.isnan(population) or sample == population:
        return f"{sample:,.0f} {counted}"
    return f"{sample:,.0f} of {population:,.0f} {counted}"
