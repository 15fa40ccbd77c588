"""Criterion.rs's output tree (`target/criterion`), versions 0.2 to 0.5.

For each benchmark there is a folder with one folder for each saved measurement: `new` (the last
one), `base` (what `new` was compared with), or the name given with `--save-baseline`. Such a
folder holds `benchmark.json` (what it is), `sample.json` (iterations and nanoseconds of every
sample) and `estimates.json` (statistics of the samples). Version 0.2 capitalises the keys of the
estimates and writes samples as two lists.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.documents import (
    Foreign,
    Model,
    parse_json,
    read_text,
    validated,
)
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.figures import sampled, throughput
from lotus_assets.sources.benchmark_files.machine import UNKNOWN
from lotus_assets.sources.benchmark_files.run_file import identified
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun, Commit, Result

NANOSECONDS = 1e9
ROUNDING = 1e-6
"""Relative difference up to which a mean told and a mean worked out are the same."""
NOT_READ = {
    "tukey.json": "fences of outliers, which follow from the samples",
    "change": "a comparison of two runs, not a measurement",
    "report": "a page for people",
}


class Description(Foreign):
    """`benchmark.json`."""

    group_id: str
    function_id: str | None = None
    value_str: str | None = None
    throughput: dict[str, Any] | None = None
    full_id: str = Field(min_length=1, max_length=500)
    directory_name: str | None = None


class Interval(Foreign):
    """A confidence interval."""

    confidence_level: float
    lower_bound: float
    upper_bound: float


class Estimate(Foreign):
    """One statistic with its interval, in nanoseconds per iteration."""

    confidence_interval: Interval
    point_estimate: float
    standard_error: float


class Estimates(Foreign):
    """`estimates.json`; version 0.2 writes `Mean`, `MedianAbsDev` and so on."""

    mean: Estimate
    median: Estimate
    median_abs_dev: Estimate
    std_dev: Estimate
    slope: Estimate | None = None

    @model_validator(mode="before")
    @classmethod
    def _capitalised(cls, content: Any) -> Any:
        old = {
            "Mean": "mean",
            "Median": "median",
            "MedianAbsDev": "median_abs_dev",
            "StdDev": "std_dev",
            "Slope": "slope",
        }
        if not isinstance(content, dict):
            return content
        return {old.get(name, name): value for name, value in content.items()}


class Sample(Foreign):
    """`sample.json`: iterations of each sample and the nanoseconds that they took together."""

    iters: list[float] = Field(min_length=1)
    times: list[float] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _two_lists(cls, content: Any) -> Any:
        if isinstance(content, list) and len(content) == 2:
            return {"iters": content[0], "times": content[1]}
        return content

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len(self.iters) != len(self.times):
            raise ValueError(f"{len(self.iters)} iters, but {len(self.times)} times")
        if min(self.iters) < 1 or any(count != int(count) for count in self.iters):
            raise ValueError("iters must be whole numbers from 1")
        if min(self.times) <= 0:
            raise ValueError("times must be more than 0 ns")
        return self


@dataclass(frozen=True)
class CriterionTree:
    """The measurements below one `target/criterion`."""

    root: Path

    def measurements(self) -> list[Path]:
        """Folders that hold a `benchmark.json`, sorted."""
        return sorted(path.parent for path in self.root.rglob("benchmark.json"))

    def read(self, details: RunDetails, baseline: str = "new") -> BenchmarkRun:
        """The run whose measurements were saved as `baseline`.

        Criterion notes neither time nor machine: `details.measured_at` is needed, and without
        `details.machine` the machine is unknown.

        Raises:
            BenchmarkFileError: the tree is refused, whole.
        """
        if details.measured_at is None:
            raise BenchmarkFileError(
                self.root, "the whole tree", "Criterion notes no time: say when it was measured"
            )
        results: list[Result] = []
        origin: dict[str, Path] = {}
        folders = [folder for folder in self.measurements() if folder.name == baseline]
        for folder in folders:
            measured = list(self._results(folder, details))
            other = origin.setdefault(measured[0].benchmark, folder)
            if other != folder:
                raise BenchmarkFileError(
                    folder / "benchmark.json",
                    "$.full_id",
                    f"{measured[0].benchmark} is also in {other}: these are several trees",
                )
            results += measured
        if not results:
            raise BenchmarkFileError(
                self.root, "the whole tree", f"no measurement is saved as {baseline!r}"
            )
        return identified(
            **{
                "suite": details.suite or self.root.name,
                "repository": details.repository,
                "kind": details.kind,
                "of_run_id": details.of_run_id,
                "commit": details.commit or Commit(),
                "started_at": details.measured_at,
                "machine": details.machine or UNKNOWN,
                "source": {"format": "criterion", "file": f"{self.root.name} ({baseline})"},
                "results": results,
                **details.more,
            }
        )

    def left_out(self, baseline: str = "new") -> Iterator[tuple[Path, str]]:
        """Every file below the tree that `read` does not use, with the reason."""
        for path in sorted(file for file in self.root.rglob("*") if file.is_file()):
            folder = path.parent.name
            if path.name in NOT_READ or folder in NOT_READ:
                yield path, NOT_READ.get(path.name) or NOT_READ[folder]
            elif path.name not in ("benchmark.json", "estimates.json", "sample.json"):
                yield path, "none of benchmark.json, estimates.json and sample.json"
            elif folder != baseline:
                yield path, f"saved as {folder!r}, and {baseline!r} is read"

    def _results(self, folder: Path, details: RunDetails) -> Iterator[Result]:
        description = _document(Description, folder / "benchmark.json")
        directory = description.directory_name
        if directory is not None and folder.parent != self.root.joinpath(*directory.split("/")):
            raise BenchmarkFileError(
                folder / "benchmark.json",
                "$.directory_name",
                f"{directory} below {self.root} is not {folder.parent}: the tree begins elsewhere",
            )
        estimates = _document(Estimates, folder / "estimates.json")
        sample = _document(Sample, folder / "sample.json")
        times = [time / count for time, count in zip(sample.times, sample.iters, strict=True)]
        mean = math.fsum(times) / len(times)
        if not math.isclose(mean, estimates.mean.point_estimate, rel_tol=ROUNDING):
            raise BenchmarkFileError(
                folder / "estimates.json",
                "$.mean.point_estimate",
                f"{estimates.mean.point_estimate} ns, but the mean of sample.json is {mean} ns: "
                "the two are of different runs",
            )
        time = sampled(
            details.benchmark_id(description.full_id),
            "time",
            [nanoseconds / NANOSECONDS for nanoseconds in times],
            quantity="time",
            unit="s",
            direction="lower",
            iterations=[int(count) for count in sample.iters],
            parameters={
                name: value
                for name in ("group_id", "function_id", "value_str")
                if (value := getattr(description, name)) is not None
            },
        )
        yield time
        for kind, amount in (description.throughput or {}).items():
            where = f"$.throughput.{kind}"
            yield throughput(time, *_work(kind, amount, folder / "benchmark.json", where))


def is_criterion_tree(path: Path) -> bool:
    """Whether a folder holds Criterion's measurements, at any depth."""
    return path.is_dir() and any(path.rglob("benchmark.json"))


def _document(model: type[Model], path: Path) -> Model:
    return validated(model, parse_json(read_text(path), path), path)


def _work(kind: str, amount: Any, file: Path, where: str) -> tuple[float, str]:
    units = {"Elements": "elements/s", "Bytes": "bytes/s", "BytesDecimal": "bytes/s"}
    if kind not in units:
        raise BenchmarkFileError(file, where, f"should be one of {', '.join(units)}")
    if not isinstance(amount, int | float) or isinstance(amount, bool) or amount <= 0:
        raise BenchmarkFileError(file, where, f"{amount!r} is no amount of work")
    return float(amount), units[kind]
