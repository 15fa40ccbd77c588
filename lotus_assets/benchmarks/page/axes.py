"""Axes: round values and calendar instants at which a line is drawn, and the place of a value."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from lotus_assets.benchmarks.page.units import Unit, decimals_of

WIDTH, HEIGHT = 10_000, 500
"""Size of a plot in its own coordinates: fine enough for a magnified part of it."""
PADDING = 0.08
"""Part of the value axis left free above and below."""
EDGE = 0.02
"""Part of the time axis left free before the first run and after the last."""
VALUE_TICKS, TIME_TICKS = 4, 6
"""At most this many gaps between ticks."""
LEAST_SPAN = 0.02
"""The value axis spans at least this part of its level: what is steady looks steady."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tick:
    """A line of the grid: its place in per cent of the axis from the start, and its label."""

    place: float
    label: str


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`, in base units or seconds since 1970."""

    low: float
    high: float

    def share(self, values: Floats) -> Floats:
        """Where values lie: 0 at `low`, 1 at `high`."""
        return (values - self.low) / (self.high - self.low)


def value_axis(values: Floats) -> Axis:
    """An axis that holds finite `values` with some room around them; it need not begin at 0."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    lacking = LEAST_SPAN * max(abs(low), abs(high)) - (high - low)
    room = (high - low) * PADDING + max(lacking, 0.0) / 2 or 1.0
    return Axis(low - room if low < 0 else max(0.0, low - room), high + room)


def time_axis(first: datetime, last: datetime) -> Axis:
    """An axis from `first` to `last` with some room around them; at least a day long."""
    length = max((last - first).total_seconds(), 86_400.0)
    middle = (first.timestamp() + last.timestamp()) / 2
    half = length * (0.5 + EDGE)
    return Axis(middle - half, middle + half)


def value_ticks(axis: Axis, unit: Unit) -> list[Tick]:
    """Multiples of 1, 2 or 5 times a power of ten of the shown unit, labelled in it."""
    low, high = axis.low / unit.size, axis.high / unit.size
    rough = (high - low) / VALUE_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    numbers = [
        i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ]
    decimals = decimals_of(numbers)
    return [
        Tick(round(100 * (number - low) / (high - low), 2), f"{number:,.{decimals}f}")
        for number in numbers
    ]


def time_ticks(axis: Axis) -> list[Tick]:
    """Midnights, firsts of months or of years in UTC, as many as fit."""
    begin = datetime.fromtimestamp(axis.low, UTC)
    end = datetime.fromtimestamp(axis.high, UTC)
    days = (axis.high - axis.low) / 86_400
    for step in (1, 2, 7, 14):
        if days / step <= TIME_TICKS:
            return _labelled(axis, _every_days(begin, end, step), "%-d %b")
    for step in (1, 2, 3, 6):
        if days / (30.4 * step) <= TIME_TICKS:
            return _labelled(axis, _every_months(begin, end, step), "%b %Y")
    years = math.ceil(days / 365.25 / TIME_TICKS)
    return _labelled(axis, _every_months(begin, end, 12 * years), "%Y")


def _every_days(begin: datetime, end: datetime, step: int) -> list[datetime]:
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    # Counted from a Monday, so that weekly ticks stand on Mondays.
    ahead = -(midnight.toordinal() - 1) % step
    first = midnight + timedelta(days=ahead)
    count = int((end - first) / timedelta(days=step)) + 1
    return [first + timedelta(days=step * i) for i in range(max(count, 0))]


def _every_months(begin: datetime, end: datetime, step: int) -> list[datetime]:
    first, last = begin.year * 12 + begin.month - 1, end.year * 12 + end.month - 1
    months = range(first + -first % step, last + 1, step)
    return [datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in months]


def _labelled(axis: Axis, instants: list[datetime], form: str) -> list[Tick]:
    inside = [instant for instant in instants if axis.low <= instant.timestamp() <= axis.high]
    places = axis.share(np.array([instant.timestamp() for instant in inside]))
    return [
        Tick(round(100 * float(place), 2), instant.strftime(form))
        for place, instant in zip(places, inside, strict=True)
    ]
