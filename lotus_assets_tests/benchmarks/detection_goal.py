"""How well changes of speed are told from noise, on real repeated runs.

`python -m lotus_assets_tests.benchmarks.detection_goal` prints the table of docs/PERFORMANCE.md.
The runs are those of `real_runs.json`: the same code again and again, each time in a new process,
with the minimum of each benchmark's rounds. Slow-downs are put in by multiplying.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.speed.change_points import change_point_facts
from lotus_assets.engine.speed.detection import detect, reported
from lotus_assets.engine.speed.suite_wide import suite_wide_facts

REAL_RUNS = Path(__file__).with_name("real_runs.json")
EFFECTS = (1.05, 1.1, 1.2, 1.5)
POINTS_AFTER = (6, 10, 20, 40)
ENDS = (0, 20, 40)
"""Series end so many runs before the last one, so that a change meets different stretches."""
NEAR = 3
"""A change is found when it is dated within so many runs of where it was put."""
FIRST_DAY = 12
"""Points from which on a series can have a change: six on either side."""
METRICS = ("time", "cpu_time")
LISTS = ("sensitive", "loud")
NOTHING = pd.DataFrame(
    columns=["run_id", "suite", "benchmark", "metric", "value", "machine_fingerprint"]
)

Series = dict[tuple[str, str], NDArray[np.float64]]
"""(benchmark, metric) → seconds, a value a run."""


@dataclass(frozen=True)
class Quality:
    """Share of slow-downs that were found, by (effect, list), and what was reported wrongly."""

    runs: int
    recall: dict[tuple[float, str], float]
    cases: int
    confirmed: dict[str, int]
    reported: int


def real_series() -> Series:
    """The series of the recorded runs."""
    recorded: dict[str, Any] = json.loads(REAL_RUNS.read_text(encoding="utf-8"))
    return {
        (name, metric): np.array(values, dtype=np.float64)
        for name, metrics in recorded["benchmarks"].items()
        for metric, values in metrics.items()
    }


def points_of(series: Series) -> pd.DataFrame:
    """The series as points of one suite on one machine."""
    parts = []
    for (name, metric), values in series.items():
        count = len(values)
        parts.append(
            pd.DataFrame(
                {
                    "suite": "real",
                    "benchmark": name,
                    "metric": metric,
                    "epoch": 1,
                    "position": np.arange(1, count + 1),
                    "run_id": [f"{number:04d}" for number in range(count)],
                    "ordered_at": pd.date_range("2026-01-01", periods=count, tz="UTC"),
                    "machine_fingerprint": "m",
                    "commit_id": "c",
                    "version": None,
                    "quantity": metric,
                    "unit": "s",
                    "direction": "lower",
                    "is_derived": False,
                    "statistic": "min",
                    "value": values,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def measure(effects: Sequence[float] = EFFECTS) -> Quality:
    """Recall of inserted slow-downs of these sizes, and false alarms without any."""
    series = real_series()
    same = detect(points_of(series), NOTHING, NOTHING, NOTHING, NOTHING)
    slower = same[
        same["fact"].eq("change_point")
        & same["state"].eq("confirmed")
        & same["movement"].eq("slower")
    ]
    recall = {}
    cases = 0
    for effect in effects:
        found = [_found(*case) for case in _cases(series, effect)]
        cases = len(found)
        for name in LISTS:
            recall[effect, name] = sum(name in lists for lists in found) / cases
    return Quality(
        runs=len(next(iter(series.values()))),
        recall=recall,
        cases=cases,
        confirmed={name: int(slower["list"].eq(name).sum()) for name in LISTS},
        reported=len(reported(same)),
    )


def alarm_days(ends: Iterable[int]) -> dict[str, list[int]]:
    """By list, the `ends` at which a history that ends there has a confirmed slow-down.

    The runs are all of the same code: what stands in the history today, and what stood there after
    every single run, when somebody may have looked.
    """
    series = real_series()
    days: dict[str, list[int]] = {name: [] for name in LISTS}
    for end in ends:
        until = points_of({key: values[:end] for key, values in series.items()})
        facts = change_point_facts(until, NOTHING, pd.DataFrame())
        slower = facts[facts["state"].eq("confirmed") & facts["movement"].eq("slower")]
        for name in set(slower["list"]):
            days[name].append(end)
    return days


def suite_wide_days(ends: Iterable[int]) -> list[int]:
    """The `ends` at which a history that ends there has a suite-wide change, confirmed or not."""
    series = real_series()
    return [
        end
        for end in ends
        if len(suite_wide_facts(points_of({key: values[:end] for key, values in series.items()})))
    ]


def _cases(series: Series, effect: float) -> Iterator[tuple[Series, int]]:
    """Each benchmark's series with a slow-down, and the run at which it begins."""
    for name in dict.fromkeys(name for name, _ in series):
        for after in POINTS_AFTER:
            for end in ENDS:
                slowed = {}
                for metric in METRICS:
                    values = series[name, metric]
                    values = values[: len(values) - end].copy()
                    at = len(values) - after
                    values[at:] *= effect
                    slowed[name, metric] = values
                yield slowed, at


def _found(slowed: Series, at: int) -> set[str]:
    """The lists that have the slow-down as confirmed, of wall time or CPU time."""
    facts = change_point_facts(points_of(slowed), NOTHING, pd.DataFrame())
    is_there = (
        facts["state"].eq("confirmed")
        & facts["movement"].eq("slower")
        & ((facts["run_id"].astype(int) - at).abs() <= NEAR)
    )
    return set(facts.loc[is_there, "list"])


def table(quality: Quality) -> str:
    """The figures as Markdown."""
    lines = ["| slow-down | found, sensitive list | found, loud list |", "| --- | --- | --- |"]
    for effect in EFFECTS:
        shares = (f"{quality.recall[effect, name]:.0%}".replace("%", " %") for name in LISTS)
        lines.append(f"| {effect:g} times | {' | '.join(shares)} |")
    confirmed = ", ".join(f"{count} {name}" for name, count in quality.confirmed.items())
    lines.append(
        f"\n{quality.cases} cases each. {quality.runs} runs of the same code: confirmed slower "
        f"{confirmed}; reported: {quality.reported}."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    quality = measure()
    print(table(quality))  # noqa: T201
    every_day = range(FIRST_DAY, quality.runs + 1)
    days = {name: len(found) for name, found in alarm_days(every_day).items()}
    print(f"Judged after each of {len(every_day)} runs, runs with a confirmed one: {days}")  # noqa: T201
    print(f"Suite-wide changes after {len(suite_wide_days(every_day))} of them")  # noqa: T201
