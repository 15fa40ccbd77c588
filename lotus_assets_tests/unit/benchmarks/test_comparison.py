"""What `make bench` prints of a run: the table, what is missing, and what is told."""

import io
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from lotus_assets.benchmarks import bench_regression
from lotus_assets.benchmarks.bench_history import history_rows
from lotus_assets.benchmarks.comparison import comparison, missing, reported
from lotus_assets.commands.bench_table import print_comparison, print_noise
from lotus_assets_tests.unit.benchmarks.tables import a_run, column, frames, timed

RUNS = [
    a_run("r1", 1, [timed("fast", 0.002468), timed("slow", 1.111)]),
    a_run("r2", 2, [timed("fast", 0.001234), timed("slow", 3.333)], load_average=0.5),
]
HISTORY = history_rows(*frames(RUNS))


def facts(*rows: dict[str, Any]) -> pd.DataFrame:
    """Facts at the run r2 about the suite own; what a row does not say is missing."""
    usual = {
        "list": "", "suite": "own", "benchmark": "slow", "metric": "time", "run_id": "r2",
        "movement": "slower", "state": "confirmed", "reason": "a reason",
    }  # fmt: skip
    return pd.DataFrame(
        [{**usual, **row} for row in rows], columns=bench_regression.TABLE.columns, dtype=object
    )


THRESHOLD = {"fact": "threshold", "reason": "3 times as slow"}
LOUD = {"fact": "change_point", "list": "loud", "reason": "slower since r2"}
ENVIRONMENT = {"fact": "environment", "benchmark": "", "metric": "", "reason": "all moved"}


def test_every_result_stands_beside_its_facts() -> None:
    rows = comparison(HISTORY, facts(THRESHOLD, {**LOUD, "list": "sensitive"}, ENVIRONMENT), "r2")
    assert column(rows, "facts", by="benchmark") == {
        "fast": "",
        "slow": "threshold slower, confirmed; sensitive change point slower, confirmed",
    }
    assert column(rows, "ratio_to_previous", by="benchmark") == {
        "fast": pytest.approx(0.5),
        "slow": pytest.approx(3.0),
    }


def test_facts_of_other_runs_and_suites_are_not_this_run_s() -> None:
    other = [{**THRESHOLD, "run_id": "r1"}, {**THRESHOLD, "suite": "another"}]
    assert set(comparison(HISTORY, facts(*other), "r2")["facts"]) == {""}


def test_people_are_told_what_is_sure() -> None:
    told = reported(HISTORY, facts(THRESHOLD, LOUD), "r2")
    assert set(told["fact"]) == {"threshold", "change_point"}
    unsure = facts(
        {**THRESHOLD, "state": "refuted"},
        {**LOUD, "list": "sensitive"},
        {**LOUD, "state": "unconfirmed"},
        {**LOUD, "movement": "faster"},
        {**THRESHOLD, "run_id": "r1"},
    )
    assert reported(HISTORY, unsure, "r2").empty


def test_where_all_moved_at_once_the_thresholds_are_told_as_one() -> None:
    changed = {"fact": "exact", "movement": "changed"}
    told = reported(HISTORY, facts(THRESHOLD, LOUD, ENVIRONMENT, changed), "r2")
    # What stands is told all the same: a bad day excuses no level that stays.
    assert list(told["fact"]) == ["change_point", "environment", "exact"]


def test_what_a_run_lacks_is_listed() -> None:
    lacking = {"fact": "completeness", "movement": "missing", "benchmark": "gone"}
    assert missing(facts(lacking, {**lacking, "run_id": "r1"}, THRESHOLD), "r2") == ["gone: time"]


TOO_FEW = (
    "Too few runs to tell whether something became slower: 15 runs missing of 17 on one machine."
)


def printed(regressions: pd.DataFrame) -> str:
    console = Console(file=io.StringIO(), width=160)
    run = frames(RUNS)[0].set_index("run_id", drop=False).loc["r2"]
    print_comparison(console, HISTORY, regressions, {str(k): v for k, v in run.items()}, {})
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_shows_now_last_and_best_in_fitting_units() -> None:
    lines = printed(facts(THRESHOLD)).splitlines()
    assert lines[0].strip() == "own on a, load 0.50"
    fast = next(line.split() for line in lines if line.strip().startswith("fast"))
    slow = next(line.split() for line in lines if line.strip().startswith("slow"))
    assert fast[:10] == [
        *("fast", "time", "1.234", "ms", "2.468", "ms", "1.234", "ms", "0.50", "1.00"),
    ]
    assert slow[:10] == ["slow", "time", "3.333", "s", "1.111", "s", "1.111", "s", "3.00", "3.00"]
    assert lines[-2:] == ["threshold (confirmed): slow time: 3 times as slow", TOO_FEW]


def test_what_is_about_the_suite_names_the_suite() -> None:
    assert printed(facts(ENVIRONMENT)).splitlines()[-2] == "environment (confirmed): own: all moved"


def test_it_says_when_there_is_nothing_to_say_and_what_is_missing() -> None:
    lacking = {"fact": "completeness", "movement": "missing", "benchmark": "gone"}
    lines = printed(facts(lacking)).splitlines()
    assert lines[-3:] == [
        "Missing, though expected (1):",
        "  gone: time",
        TOO_FEW,
    ]


def test_the_noise_floor_is_shown_in_per_cent() -> None:
    noise = pd.DataFrame(
        {
            "suite": ["own"],
            "benchmark": ["slow"],
            "metric": ["time"],
            "machine_fingerprint": ["a"],
            "runs": [5],
            "median": [2.0],
            "relative_mad": [0.021],
            "relative_range": [0.1],
        }
    )
    console = Console(file=io.StringIO(), width=120)
    print_noise(console, noise)
    assert isinstance(console.file, io.StringIO)
    row = next(line for line in console.file.getvalue().splitlines() if "slow" in line)
    assert row.split() == ["own", "slow", "time", "5", "2.1%", "10.0%"]
