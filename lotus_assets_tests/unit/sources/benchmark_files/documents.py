"""Small documents of each tool, made by hand: a valid one, to be changed by a test."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

PYTEST: dict[str, Any] = {
    "machine_info": {
        "node": "host-a",
        "system": "Linux",
        "machine": "x86_64",
        "release": "6.1.0",
        "python_version": "3.11.7",
        "cpu": {"brand_raw": "Example 3000", "vendor_id_raw": "Example", "count": 4},
    },
    "commit_info": {
        "id": "0123456789abcdef0123456789abcdef01234567",
        "time": "2026-03-01T10:00:00+01:00",
        "dirty": False,
        "branch": "main",
    },
    "benchmarks": [
        {
            "fullname": "tests/test_a.py::test_sum[10]",
            "name": "test_sum[10]",
            "params": {"size": 10},
            "extra_info": {},
            "stats": {
                "min": 0.002,
                "max": 0.004,
                "mean": 0.003,
                "stddev": 0.001,
                "median": 0.003,
                "rounds": 3,
                "iterations": 2,
                "data": [0.003, 0.002, 0.004],
            },
        }
    ],
    "datetime": "2026-03-01T12:00:00+00:00",
    "version": "5.3.1",
}

DATA_JS: dict[str, Any] = {
    "lastUpdate": 1772366400000,
    "repoUrl": "https://example.com/group/project",
    "entries": {
        "Python": [
            {
                "commit": {
                    "id": "0123456789abcdef0123456789abcdef01234567",
                    "message": "Speed up\n\nA second paragraph.",
                    "timestamp": "2026-03-01T10:00:00+01:00",
                    "url": "https://example.com/group/project/commit/0123456",
                    "author": {"name": "nobody", "email": "nobody@example.invalid"},
                },
                "date": 1772366400000,
                "tool": "pytest",
                "benches": [
                    {
                        "name": "test_a.py::test_sum",
                        "value": 500.0,
                        "unit": "iter/sec",
                        "range": "stddev: 0.0005",
                        "extra": "mean: 2 msec\nrounds: 20",
                    }
                ],
            }
        ]
    },
}

MESSAGE: dict[str, Any] = {
    "reason": "benchmark-complete",
    "id": "alu/add",
    "report_directory": "target/criterion/reports/alu/add",
    "iteration_count": [2, 4],
    "measured_values": [200.0, 600.0],
    "unit": "ns",
    "throughput": [{"per_iteration": 50, "unit": "bytes"}],
    "mean": {"estimate": 125.0, "lower_bound": 100.0, "upper_bound": 150.0, "unit": "ns"},
    "median": {"estimate": 125.0, "lower_bound": 100.0, "upper_bound": 150.0, "unit": "ns"},
}

DESCRIPTION: dict[str, Any] = {
    "group_id": "sum",
    "function_id": None,
    "value_str": "10",
    "throughput": {"Elements": 50},
    "full_id": "sum/10",
    "directory_name": "sum/10",
    "title": "sum/10",
}
SAMPLE: dict[str, Any] = {
    "sampling_mode": "Linear",
    "iters": [2.0, 4.0],
    "times": [200.0, 600.0],
}


def estimate(value: float) -> dict[str, Any]:
    interval = {"confidence_level": 0.95, "lower_bound": value - 1, "upper_bound": value + 1}
    return {"confidence_interval": interval, "point_estimate": value, "standard_error": 0.5}


ESTIMATES: dict[str, Any] = {
    "mean": estimate(125.0),
    "median": estimate(125.0),
    "median_abs_dev": estimate(25.0),
    "std_dev": estimate(35.0),
    "slope": None,
}

Change = Callable[[Any], object]


def changed(document: dict[str, Any], change: Change) -> dict[str, Any]:
    """A copy of `document` after `change`."""
    copied = copy.deepcopy(document)
    change(copied)
    return copied


def write(path: Path, document: Any) -> Path:
    """`document` as JSON at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def write_data_js(path: Path, document: Any) -> Path:
    path.write_text(f"window.BENCHMARK_DATA = {json.dumps(document, indent=2)};\n")
    return path


def write_tree(
    root: Path,
    description: Any = DESCRIPTION,
    estimates: Any = ESTIMATES,
    sample: Any = SAMPLE,
    baseline: str = "new",
    folder: str = "sum/10",
) -> Path:
    """A Criterion tree of one benchmark; None: the file is not there."""
    place = root / folder / baseline
    place.mkdir(parents=True, exist_ok=True)
    named = {"benchmark.json": description, "estimates.json": estimates, "sample.json": sample}
    for name, document in named.items():
        if document is not None:
            write(place / name, document)
    return root
