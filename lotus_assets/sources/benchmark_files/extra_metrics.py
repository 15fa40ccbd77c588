"""Metrics beside the timings: our convention for pytest-benchmark's `extra_info`, and older keys.

A test that uses the fixture `benchmark` survives `--benchmark-only`; what it puts into
`benchmark.extra_info["metrics"]` is a metric (docs/PERFORMANCE.md, "Metrics beside timings"):

    {"peak_memory": {"value": 63700000, "unit": "bytes", "quantity": "memory",
                     "direction": "lower"},
     "compression_ratio": {"value": 90.9, "unit": "1", "quantity": "ratio",
                           "direction": "exact"},
     "throughput": {"work": 1000, "unit": "trades/s"}}

`samples` instead of `value` gives several. Before the convention there were flat keys, of which
three endings say what they are: `_mb` (MiB of memory), `_ratio` (exact), `_per_sec` (work in a
second). All other keys are parameters.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from lotus_assets.sources.benchmark_files.documents import Foreign, validated
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.figures import sampled, throughput
from lotus_assets.sources.benchmark_files.run_model import Direction, Quantity, Result

METRICS = "metrics"
MEBIBYTE = 1024 * 1024


class ExtraMetric(Foreign):
    """One metric of the convention."""

    value: float | None = None
    samples: list[float] | None = Field(default=None, min_length=1)
    work: float | None = Field(default=None, gt=0)
    unit: str = Field(min_length=1)
    quantity: Quantity | None = None
    direction: Direction | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in ("value", "samples", "work") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("exactly one of value, samples and work is needed")
        if given != ["work"] and (self.quantity is None or self.direction is None):
            raise ValueError("quantity and direction are needed beside value or samples")
        return self


def extra_results(
    time: Result, extra_info: Mapping[str, Any], file: Path, json_path: str
) -> tuple[list[Result], dict[str, Any]]:
    """The metrics in `extra_info` of the benchmark that took `time`, and what is left of it.

    Raises:
        BenchmarkFileError: a metric breaks the convention, or a flat one is no finite number.
    """
    results, left = [], {}
    for name, content in _convention(extra_info, file, json_path).items():
        where = f"{json_path}.{METRICS}.{name}"
        metric = validated(ExtraMetric, content, file, where)
        results.append(_result(time, name, metric, file, where))
    for name, value in extra_info.items():
        if name == METRICS:
            continue
        flat = _flat_result(time, name, value, file, f"{json_path}.{name}")
        if flat is None:
            left[name] = value
        else:
            results.append(flat)
    return results, left


def _convention(extra_info: Mapping[str, Any], file: Path, json_path: str) -> Mapping[str, Any]:
    content = extra_info.get(METRICS, {})
    if not isinstance(content, Mapping):
        raise BenchmarkFileError(file, f"{json_path}.{METRICS}", "should be an object of metrics")
    return content


def _result(time: Result, name: str, metric: ExtraMetric, file: Path, json_path: str) -> Result:
    if metric.work is not None:
        return throughput(time, metric.work, metric.unit, name)
    if metric.quantity is None or metric.direction is None:
        raise AssertionError("the model refuses it")
    samples = metric.samples or [metric.value or 0.0]
    if metric.quantity in ("time", "cpu_time") and min(samples) <= 0:
        raise BenchmarkFileError(file, json_path, "a time must be more than 0 s")
    return sampled(
        time.benchmark,
        name,
        samples,
        quantity=metric.quantity,
        unit=metric.unit,
        direction=metric.direction,
        parameters=time.parameters,
    )


def _flat_result(time: Result, name: str, value: Any, file: Path, json_path: str) -> Result | None:
    kinds: dict[str, tuple[Quantity, str, Direction, float]] = {
        "_mb": ("memory", "bytes", "lower", MEBIBYTE),
        "_ratio": ("ratio", "1", "exact", 1),
        "_per_sec": ("throughput", f"{name.removesuffix('_per_sec')}/s", "higher", 1),
    }
    kind = next((kind for ending, kind in kinds.items() if name.endswith(ending)), None)
    if kind is None or not isinstance(value, int | float) or isinstance(value, bool):
        return None
    quantity, unit, direction, factor = kind
    if not abs(value) * factor <= sys.float_info.max:
        raise BenchmarkFileError(file, json_path, "this is no finite number")
    return sampled(
        time.benchmark,
        name.removesuffix("_mb").removesuffix("_per_sec"),
        [float(value) * factor],
        quantity=quantity,
        unit=unit,
        direction=direction,
        parameters=time.parameters,
        is_derived=quantity == "throughput",
    )
