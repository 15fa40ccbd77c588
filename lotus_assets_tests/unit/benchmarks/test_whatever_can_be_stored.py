"""Nothing that a run file can hold breaks the page, its data, its files, or the table of a run."""

import io
import json
import math
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rich.console import Console

from lotus_assets.benchmarks import bench_history, bench_regression
from lotus_assets.benchmarks.bench_history import history_rows
from lotus_assets.benchmarks.bench_regression import aa_rows, regression_rows
from lotus_assets.benchmarks.dashboard import dashboard_files
from lotus_assets.commands.bench_table import print_comparison, print_noise
from lotus_assets.engine.speed.detection import noise_floor
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets.tables.table import gate
from lotus_assets_tests.unit.benchmarks.tables import a_run, at, frames

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1,
            max_size=20),
    st.sampled_from(["10² rows", "t[1k]", "٣ rows", "[/]", "</script>", "a\r\nb", "…::test_", "-"]),
)  # fmt: skip
FIGURES = st.one_of(
    st.floats(-1e150, 1e150),
    st.sampled_from([0.0, -0.0, 5e-324, 1e-310, 1e150, -1e150, 1e-9, 999.9999]),
)
RESULTS = st.fixed_dictionaries(
    {
        "benchmark": TEXTS,
        "metric": TEXTS,
        "quantity": st.sampled_from(["memory", "count", "ratio", "throughput", "time"]),
        "unit": st.one_of(TEXTS, st.sampled_from(["s", "bytes", "1", "1/s"])),
        "direction": st.sampled_from(["lower", "higher", "exact"]),
        "statistic": st.just("median"),
    }
)


def run_of(number: int, kind: str, results: list[dict[str, Any]], more: dict[str, Any]) -> Any:
    """A run, or None where no run file can hold it."""
    try:
        return BenchmarkRun.model_validate(
            a_run(f"r{number}", 1, []).model_dump()
            | {"kind": kind, "started_at": at(1 + number % 28, number // 28), "results": results}
            | more
        )
    except ValidationError:
        return None


def _name(result: dict[str, Any]) -> tuple[str, str]:
    return result["benchmark"], result["metric"]


@st.composite
def histories(draw: st.DrawFn) -> list[BenchmarkRun]:
    """Some runs of one suite: each result measured again and again, in one unit or another."""
    named = draw(st.lists(RESULTS, min_size=1, max_size=3, unique_by=_name))
    more = {
        "suite": draw(TEXTS),
        "repository": draw(st.one_of(st.none(), TEXTS, st.just("https://example.com/p"))),
        "machine": {"fingerprint": draw(TEXTS), "facts": {}},
        "commit": {
            "id": draw(st.one_of(st.none(), st.just(""), TEXTS)),
            "url": draw(st.one_of(st.none(), st.just("https://example.com/c"), TEXTS)),
            "version": draw(st.one_of(st.none(), TEXTS)),
        },
        "load_average": draw(st.one_of(st.none(), st.floats(0, 1e150))),
    }
    count = draw(st.sampled_from([1, 2, 14]))
    runs = []
    for number in range(count):
        results = [result | {"value": draw(FIGURES)} for result in named]
        if draw(st.integers(0, 5)) == 0:
            results[0] = results[0] | {"unit": "another"}
        runs.append(run_of(number, draw(st.sampled_from(["daily", "aa"])), results, more))
    kept = [run for run in runs if run is not None]
    return kept


def refuse(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")


@given(runs=histories())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_breaks_a_page(runs: list[BenchmarkRun]) -> None:
    tables = frames(runs)
    history = gate(bench_history.TABLE, history_rows(*tables))
    facts = gate(bench_regression.TABLE, regression_rows(history.good, *tables))
    assert history.bad.empty
    assert facts.bad.empty
    noise = noise_floor(aa_rows(*tables))
    made = dashboard_files(tables[0], history.good, facts.good, noise, generated_at=NOW)
    page = made["index.html"].decode()
    [text] = re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)
    data = json.loads(text, parse_constant=refuse)
    for suite in data["suites"]:
        for series in suite["series"].values():
            assert all(map(math.isfinite, series["v"]))
    ElementTree.fromstring(made["badge.svg"])  # noqa: S314
    for name in ("latest.json", "benchmarks.json"):
        json.loads(made[name], parse_constant=refuse)
    reasons = " ".join(facts.good["reason"].astype(str))
    for told in (re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL), reasons):
        assert "np.float64" not in told
    console = Console(file=io.StringIO(), width=160)
    for _, run in tables[0][tables[0]["kind"].eq("daily")].iterrows():
        values = {str(name): value for name, value in run.items()}
        print_comparison(console, history.good, facts.good, values, {})
    print_noise(console, noise)


@pytest.mark.parametrize("name", ["10² rows", "½ of 3", "٣ rows", "x" * 500])
def test_a_name_with_other_digits_has_its_place(name: str) -> None:
    results = [
        {"benchmark": each, "metric": "m", "quantity": "count", "unit": "1", "direction": "lower",
         "statistic": "mean", "value": 2.0}
        for each in (name, "9 rows", "10 rows")
    ]  # fmt: skip
    tables = frames([run_of(0, "daily", results, {})])
    rows = history_rows(*tables)
    facts = regression_rows(rows, *tables)
    made = dashboard_files(tables[0], rows, facts, pd.DataFrame(columns=NOISE), generated_at=NOW)
    [suite] = json.loads(made["benchmarks.json"])["suites"]
    assert {series["benchmark"] for series in suite["series"]} == {name, "9 rows", "10 rows"}


NOISE = [
    *("suite", "benchmark", "metric", "machine_fingerprint", "runs", "median"),
    *("relative_mad", "relative_range"),
]
