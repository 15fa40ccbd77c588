"""What the figures of github-action-benchmark's history mean: their units, tool by tool.

The action writes what each tool printed. Go's line of several figures (`ns/op`, `B/op`,
`allocs/op`) is one entry whose unit is the rest of the line, an entry for each of them, or both;
JMH counts operations per any unit of time.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lotus_assets.sources.benchmark_files.run_model import Direction, Quantity, Result

TIME_UNITS = {
    "ps": 1e-12, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "\N{GREEK SMALL LETTER MU}s": 1e-6,
    "usec": 1e-6, "ms": 1e-3, "msec": 1e-3, "s": 1.0, "sec": 1.0, "seconds": 1.0,
    "min": 60.0, "hr": 3_600.0, "day": 86_400.0,
}  # fmt: skip
A_TIME = "|".join(TIME_UNITS)
TIME = re.compile(rf"({A_TIME})(/(iter|op|ops))?")
RATE = re.compile(rf"(iter|ops?)/({A_TIME})")
NUMBER_AND_UNIT = re.compile(r"([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s+(\S.*)")
"""A further figure, in a unit that is the rest of a line of Go's."""
LONGEST = 1e150
"""Seconds that a run can hold."""
BYTES = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}
GO = "go"
BETTER: dict[str, Direction] = {
    "customBiggerIsBetter": "higher",
    "customSmallerIsBetter": "lower",
}
"""Tools that say what is better, and nothing of what is measured."""
GO_METRICS: dict[str, tuple[str, Quantity, str]] = {
    "B/op": ("allocated_memory", "memory", "bytes"),
    "allocs/op": ("allocations", "count", "allocs/op"),
}
"""Unit → metric, quantity and base unit of what `go test -benchmem` prints beside the time."""


class Unusable(ValueError):
    """A figure that cannot be used; the text says why."""


@dataclass(frozen=True)
class Figure:
    """A figure in its unit."""

    value: float
    unit: str


def figures_of(tool: str, value: float, unit: str) -> Iterator[Figure]:
    """The figures of one entry: one, but for Go's joined units.

    A further figure that has no number is one of NaN, which no run holds.
    """
    if tool != GO:
        yield Figure(value, unit)
        return
    first, *others = (part.strip() for part in unit.split("\t"))
    yield Figure(value, first)
    for other in filter(None, others):
        pair = NUMBER_AND_UNIT.fullmatch(other)
        yield Figure(float(pair[1]), pair[2]) if pair else Figure(math.nan, other)


def benchmark_of(tool: str, name: str, unit: str) -> str:
    """Go's `BenchmarkX - B/op` is a figure of BenchmarkX; other names are as they are."""
    return name.removesuffix(f" - {unit}") if tool == GO else name


def result_of(tool: str, figure: Figure, common: dict[str, Any]) -> Result:
    """The result that a figure is; `common` are its benchmark, rounds and the like.

    Raises:
        Unusable: nobody says what its unit is, or it is no time.
    """
    rate, time = RATE.fullmatch(figure.unit), TIME.fullmatch(figure.unit)
    if tool in BETTER:
        return _result("value", "count", figure.unit or "1", BETTER[tool], figure.value, common)
    if rate or time:
        return _result("time", "time", "s", "lower", _seconds(figure, rate, time), common)
    if tool == GO:
        return _beside_the_time(figure, common)
    raise Unusable(f"the unit {figure.unit!r} of {tool} is not known")


def _seconds(figure: Figure, rate: re.Match[str] | None, time: re.Match[str] | None) -> float:
    if figure.value <= 0:
        raise Unusable(f"{figure.value:g} {figure.unit} is no time: it must be more than 0")
    if time:
        return figure.value * TIME_UNITS[time[1]]
    # Of a rate, as it is matched in the order of the two.
    seconds = TIME_UNITS[rate[2]] / figure.value if rate else 0.0
    if not 0 < seconds <= LONGEST:
        raise Unusable(f"{figure.value:g} {figure.unit} is no rate")
    return seconds


def _beside_the_time(figure: Figure, common: dict[str, Any]) -> Result:
    """What a Go benchmark reports beside its time; an `op` costs, a second yields."""
    if known := GO_METRICS.get(figure.unit):
        metric, quantity, unit = known
        return _result(metric, quantity, unit, "lower", figure.value, common)
    work, slash, per = figure.unit.partition("/")
    if slash and per == "s":
        # Set by the benchmark as work, and divided by the time that stands beside it.
        size = BYTES.get(work)
        unit, value = ("bytes/s", figure.value * size) if size else (figure.unit, figure.value)
        return _result("throughput", "throughput", unit, "higher", value, common)
    if slash and per == "op":
        return _result(figure.unit, "count", figure.unit, "lower", figure.value, common)
    raise Unusable(f"the unit {figure.unit!r} does not say what is better")


def _result(
    metric: str,
    quantity: Quantity,
    unit: str,
    direction: Direction,
    value: float,
    common: dict[str, Any],
) -> Result:
    return Result(
        metric=metric,
        quantity=quantity,
        unit=unit,
        direction=direction,
        is_derived=quantity == "throughput",
        value=value,
        mean=value,
        **common,
    )
