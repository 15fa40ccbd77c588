"""From samples, or from what a tool made of them, to one result."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from lotus_assets.sources.benchmark_files.run_model import (
    ATTRIBUTE,
    Direction,
    Quantity,
    Result,
    Statistic,
)

COMPARED: dict[Quantity, Statistic] = {
    "time": "min",
    "cpu_time": "min",
    "throughput": "max",
    "memory": "median",
    "ratio": "median",
    "count": "median",
}
"""Which figure is compared. Noise only ever adds time, so the least of several is nearest to what
the code needs; a throughput is its reciprocal."""


def sampled(
    benchmark: str,
    metric: str,
    samples: Sequence[float],
    *,
    quantity: Quantity,
    unit: str,
    direction: Direction,
    iterations: Sequence[int] | None = None,
    parameters: Mapping[str, Any] | None = None,
    is_derived: bool = False,
) -> Result:
    """The result that `samples` (one a round, per iteration) give."""
    figures = {
        "minimum": min(samples),
        "median": statistics.median(samples),
        "mean": statistics.fmean(samples),
        "stddev": statistics.stdev(samples) if len(samples) > 1 else None,
        "maximum": max(samples),
    }
    statistic = COMPARED[quantity]
    return Result(
        benchmark=benchmark,
        metric=metric,
        quantity=quantity,
        unit=unit,
        direction=direction,
        is_derived=is_derived,
        parameters=dict(parameters or {}),
        statistic=statistic,
        value=figures[ATTRIBUTE[statistic]],
        rounds=len(samples),
        samples=list(samples),
        iterations=None if iterations is None else list(iterations),
        **figures,
    )


def throughput(time: Result, work: float, unit: str, metric: str = "throughput") -> Result:
    """Work ÷ time: derived from a result of the quantity time. `unit` is that of work, per second.

    Without samples only the figures that a reciprocal carries over are given.
    """
    common: dict[str, Any] = {"quantity": "throughput", "unit": unit, "direction": "higher"}
    if time.samples:
        return sampled(
            time.benchmark,
            metric,
            [work / seconds for seconds in time.samples],
            parameters=time.parameters,
            is_derived=True,
            **common,
        )
    least, most = time.minimum, time.maximum
    value = work / time.value
    return Result(
        benchmark=time.benchmark,
        metric=metric,
        is_derived=True,
        parameters=time.parameters,
        statistic="mean" if least is None else "max",
        value=value,
        maximum=None if least is None else work / least,
        minimum=None if most is None else work / most,
        rounds=time.rounds,
        **common,
    )
