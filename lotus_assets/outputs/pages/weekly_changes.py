"""A week against the one before it: what changed more than the series moves by itself."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lotus_assets.analytics.delivery.metric import Metric, MetricUnit
from lotus_assets.outputs.pages.axes import Floats
from lotus_assets.outputs.pages.metric_history import MetricHistory, Slice, reason_in_words
from lotus_assets.outputs.pages.number_forms import personal, personal_change
from lotus_assets.outputs.pages.tiles import is_met, tone_of
from lotus_assets.sources.rules_file import Rules

WEEKS = 12
"""Weeks of which the noise is taken, and which the view shows."""
FEWEST = 6
"""Changes from week to week that tell noise from news."""
NORMAL = 1.4826
"""A median absolute deviation times this is the standard deviation of normal noise."""
BEYOND = 2.0
"""Times the noise that a change must exceed."""
LEAST_COUNT, LEAST_SHARE = 1.0, 0.02
"""Smaller changes are never news: of a count, and as a share of other figures."""


@dataclass(frozen=True)
class WeeklyFigure:
    """One metric of one slice: this week, the one before, and what to make of the difference."""

    metric: Metric
    part: Slice
    value: float | None
    text: str
    before: str
    change: str
    tone: str
    """better, worse or same, whatever its size."""
    news: str
    """better or worse beyond the noise, steady, or untold with too few weeks."""
    noise: str
    target: str
    is_met: bool | None
    reason: str
    weeks: Floats
    """The last WEEKS figures, this week's last."""


def weekly_figures(history: MetricHistory, sunday: date, rules: Rules) -> list[WeeklyFigure]:
    """Of the organisation and its business lines, slice by slice in the order of the catalogue."""
    sundays = [sunday - timedelta(weeks=weeks) for weeks in range(WEEKS, -1, -1)]
    figures = history.over(sundays)
    return [
        _figure(metric, part, figures[part.number, place], history, rules)
        for part in history.slices
        if part.level in {"org", "business_line"}
        for place, metric in enumerate(history.metrics)
    ]


def noise_of(earlier: Floats) -> float | None:
    """The usual size of a change from one week to the next; None with too few known."""
    changes = np.diff(earlier)
    changes = changes[np.isfinite(changes)]
    if len(changes) < FEWEST:
        return None
    return float(NORMAL * np.median(np.abs(changes - np.median(changes))))


def news_of(metric: Metric, weeks: Floats) -> tuple[str, float | None]:
    """Whether the last of `weeks` is news, and the noise of those before it."""
    noise = noise_of(weeks[:-1])
    change = float(weeks[-1] - weeks[-2])
    if noise is None or not np.isfinite(change):
        return "untold", noise
    is_count = metric.unit is MetricUnit.COUNT
    least = LEAST_COUNT if is_count else LEAST_SHARE * abs(float(weeks[-2]))
    if abs(change) <= max(BEYOND * noise, least):
        return "steady", noise
    return tone_of(metric, change), noise


def _figure(
    metric: Metric, part: Slice, weeks: Floats, history: MetricHistory, rules: Rules
) -> WeeklyFigure:
    value, before = float(weeks[-1]), float(weeks[-2])
    news, noise = news_of(metric, weeks)
    target = rules.target(metric.key, part.business_line)
    is_known = bool(np.isfinite(value))
    reason = history.reasons[part.number, list(history.metrics).index(metric), -1]
    return WeeklyFigure(
        metric=metric,
        part=part,
        value=value if is_known else None,
        text=personal(value, metric.unit),
        before=personal(before, metric.unit),
        change=personal_change(value, before, metric.unit),
        tone=tone_of(metric, value - before),
        news=news,
        noise=personal(noise, metric.unit),
        target="" if target is None else personal(target, metric.unit),
        is_met=is_met(metric, value, target),
        reason="" if is_known else reason_in_words(reason, metric),
        weeks=weeks[1:],
    )
