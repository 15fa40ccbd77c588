"""Axes: round values and calendar instants at which a line is drawn, and the place of a value."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from lotus_assets.outputs.pages.number_forms import ShownUnit, decimals_of, tick_text

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

LEAST_ROOM = 1e-300
"""Smaller numbers have no neighbours to put ticks at."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
STEPS = (
    *(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    *(HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY),
)
"""Seconds between ticks of time, where they are not months."""
MONDAY = 4 * DAY
"""5 January 1970, from which steps are counted, so that weeks begin on Mondays."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tick:
    """A line of the grid: its place in per cent of the axis from the start, and its label."""

    position: float
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
    room = max((high - low) * PADDING + max(lacking, 0.0) / 2, LEAST_ROOM)
    if not low and not high:
        room = 1.0
    return Axis(low - room if low < 0 else max(0.0, low - room), high + room)


def time_axis(first: datetime, last: datetime) -> Axis:
    """An axis from `first` to `last` with some room around them; at least a minute long."""
    length = max((last - first).total_seconds(), MINUTE)
    middle = (first.timestamp() + last.timestamp()) / 2
    half = length * (0.5 + EDGE)
    return Axis(middle - half, middle + half)


def value_ticks(axis: Axis, unit: ShownUnit) -> list[Tick]:
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
        Tick(round(100 * (number - low) / (high - low), 2), tick_text(number, decimals))
        for number in numbers
    ]


def time_ticks(axis: Axis) -> list[Tick]:
    """Round times of day, midnights, firsts of months or of years in UTC, as many as fit."""
    for step in STEPS:
        if (axis.high - axis.low) / step <= TIME_TICKS:
            first = MONDAY + math.ceil((axis.low - MONDAY) / step) * step
            instants = [
                datetime.fromtimestamp(at, UTC)
                for at in range(first, math.floor(axis.high) + 1, step)
            ]
            return _labelled(axis, instants, "%-d %b" if step >= DAY else "%H:%M")
    begin = datetime.fromtimestamp(axis.low, UTC)
    end = datetime.fromtimestamp(axis.high, UTC)
    days = (axis.high - axis.low) / DAY
    for months in (1, 2, 3, 6):
        if days / (30.4 * months) <= TIME_TICKS:
            return _labelled(axis, _every_months(begin, end, months), "%b %Y")
    years = math.ceil(days / 365.25 / TIME_TICKS)
    return _labelled(axis, _every_months(begin, end, 12 * years), "%Y")


def _every_months(begin: datetime, end: datetime, step: int) -> list[datetime]:
    first, last = begin.year * 12 + begin.month - 1, end.year * 12 + end.month - 1
    months = range(first + -first % step, last + 1, step)
    return [datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in months]


def _labelled(axis: Axis, instants: list[datetime], form: str) -> list[Tick]:
    inside = [instant for instant in instants if axis.low <= instant.timestamp() <= axis.high]
    places = axis.share(np.array([instant.timestamp() for instant in inside]))
    return [
        Tick(round(100 * float(position), 2), _label(instant, form))
        for position, instant in zip(places, inside, strict=True)
    ]


def _label(instant: datetime, form: str) -> str:
    """Midnight among times of day is told by its day."""
    is_midnight = form == "%H:%M" and (instant.hour, instant.minute) == (0, 0)
    return instant.strftime("%-d %b" if is_midnight else form)
