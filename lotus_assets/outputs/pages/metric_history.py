"""The rows of `metric_daily` that pages show, as arrays: one figure a slice, metric and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from lotus_assets.analytics.delivery.metric import Metric
from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.outputs.pages.axes import Floats

REASONS = {
    "window_before_collection": "its window begins before what was collected",
    "not_collected": "the end of the day was not collected",
}
"""Reasons of `metric_daily` in words."""
NOT_MEASURED = "It was not measured on this day."
"""Of a slice that the table does not hold on a day."""
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Slice:
    """A part of the organisation: its number among all, and its names; "" below its own level."""

    number: int
    org: str
    business_line: str
    team: str
    repo: str

    @property
    def name(self) -> str:
        """What it is called among its like."""
        return self.repo or self.team or self.business_line or self.org

    @property
    def level(self) -> str:
        """One of `LEVELS`."""
        named = (self.org, self.business_line, self.team, self.repo)
        return LEVELS[max(place for place, name in enumerate(named) if name)]


@dataclass(frozen=True)
class MetricHistory:
    """Figures and what is said of them, shape (slices, metrics, days); NaN for none."""

    slices: tuple[Slice, ...]
    metrics: tuple[Metric, ...]
    days: tuple[date, ...]
    values: Floats
    samples: Floats
    populations: Floats
    reasons: Texts

    @classmethod
    def of(
        cls, metric_daily: pd.DataFrame, day: date, metrics: Sequence[Metric] = CATALOGUE
    ) -> Self:
        """What `metric_daily` says of `day` and the days before it, for the slices of `day`.

        Raises:
            ValueError: the table has no row of the day.
        """
        rows = metric_daily[metric_daily["date"] <= pd.Timestamp(day)]
        newest = rows[rows["date"] == pd.Timestamp(day)]
        if newest.empty:
            raise ValueError(f"metric_daily has no row of {day}; compute that day before its pages")
        levels = pd.MultiIndex.from_frame(newest[LEVELS]).unique().sort_values()
        days = pd.DatetimeIndex(sorted(rows["date"].unique()))
        keys = pd.Index([metric.key for metric in metrics])
        place = (
            levels.get_indexer(pd.MultiIndex.from_frame(rows[LEVELS])),
            keys.get_indexer(pd.Index(rows["metric"])),
            days.get_indexer(pd.Index(rows["date"])),
        )
        is_shown = (place[0] >= 0) & (place[1] >= 0)
        shape = (len(levels), len(keys), len(days))
        chosen = tuple(part[is_shown] for part in place)
        shown = rows[is_shown]

        def laid_out(name: str) -> Floats:
            figures = np.full(shape, np.nan)
            if name in shown:
                figures[chosen] = shown[name].to_numpy("float64", na_value=np.nan)
            return figures

        reasons = np.full(shape, None, dtype=object)
        reasons[chosen] = shown["reason"].astype(object).where(shown["reason"].notna(), None)
        return cls(
            slices=tuple(Slice(number, *names) for number, names in enumerate(levels)),
            metrics=tuple(metrics),
            days=tuple(stamp.date() for stamp in days),
            values=laid_out("value"),
            samples=laid_out("sample_size"),
            populations=laid_out("population_size"),
            reasons=reasons,
        )

    def on(self, day: date) -> Floats:
        """Figures of one day, shape (slices, metrics); NaN where the day is not there."""
        if day not in self.days:
            return np.full(self.values.shape[:2], np.nan)
        figures: Floats = self.values[:, :, self.days.index(day)]
        return figures

    def over(self, days: Sequence[date]) -> Floats:
        """Figures of these days, shape (slices, metrics, days)."""
        return np.stack([self.on(day) for day in days], axis=2)

    def reason(self, part: Slice, place: int, day: int) -> str:
        """Why a slice has no figure of the metric at `place` on a day, by its number."""
        if np.isnan(self.samples[part.number, place, day]):
            return NOT_MEASURED
        return reason_in_words(self.reasons[part.number, place, day], self.metrics[place])


def reason_in_words(reason: str | None, metric: Metric) -> str:
    """Why there is no figure."""
    if reason is None:
        return metric.empty
    return "; ".join(REASONS.get(one, one) for one in reason.split("; "))
