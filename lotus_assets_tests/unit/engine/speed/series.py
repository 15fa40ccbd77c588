"""Points of series, made by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = [
    "suite",
    "benchmark",
    "metric",
    "epoch",
    "position",
    "run_id",
    "ordered_at",
    "machine_fingerprint",
    "commit_id",
    "version",
    "quantity",
    "unit",
    "direction",
    "is_derived",
    "statistic",
    "value",
]
NO_RERUNS = pd.DataFrame(columns=["run_id", "suite", "benchmark", "metric", "value"])
NO_NOISE = pd.DataFrame(
    columns=["suite", "benchmark", "metric", "machine_fingerprint", "run_id", "value"]
)
NO_EXPECTED = pd.DataFrame(columns=["run_id", "suite", "benchmark", "metric"])


def points(
    series: Mapping[str, Sequence[float] | NDArray[np.float64]],
    *,
    metric: str = "time",
    direction: str = "lower",
    machines: Sequence[str] | None = None,
    is_derived: bool = False,
    quantity: str | None = None,
) -> pd.DataFrame:
    """Benchmarks of the suite `s` by name, a value a run; epochs by machine."""
    rows = []
    for name, values in series.items():
        seen: list[str] = []
        for at, value in enumerate(values):
            machine = machines[at] if machines is not None else "m1"
            if machine not in seen:
                seen.append(machine)
            rows.append(
                (
                    "s",
                    name,
                    metric,
                    seen.index(machine) + 1,
                    at + 1,
                    run(at),
                    pd.Timestamp("2026-01-01", tz="UTC") + pd.Timedelta(days=at),
                    machine,
                    f"c{at}",
                    None,
                    quantity or metric,
                    "u",
                    direction,
                    is_derived,
                    "min",
                    float(value),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def run(at: int) -> str:
    """Id of the run at a place, counted from 0."""
    return f"run-{at:04d}"


def noisy(
    count: int, *, level: float = 0.01, noise: float = 0.01, seed: int = 1
) -> NDArray[np.float64]:
    """A level with noise of a relative standard deviation."""
    values: NDArray[np.float64] = level * np.exp(
        np.random.default_rng(seed).normal(0, noise, count)
    )
    return values
