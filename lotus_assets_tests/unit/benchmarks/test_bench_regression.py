"""What is handed to the detection: second looks, the same code again, and what is expected."""

from lotus_assets.benchmarks.bench_history import history_rows
from lotus_assets.benchmarks.bench_regression import (
    TABLE,
    aa_rows,
    expected_rows,
    regression_rows,
    rerun_rows,
)
from lotus_assets.sources.benchmark_files.figures import throughput
from lotus_assets.tables.table import gate
from lotus_assets_tests.unit.benchmarks.tables import a_run, column, frames, timed


def test_the_last_second_look_counts_under_the_run_that_it_repeats() -> None:
    again = {"kind": "rerun", "of_run_id": "r1"}
    rows = rerun_rows(
        *frames(
            [
                a_run("r1", 1, [timed("t", 1.0), timed("u", 1.0)]),
                a_run("second", 2, [timed("t", 3.0)], **again),
                a_run("third", 3, [timed("t", 2.0)], **again),
            ]
        )
    )
    assert rows.to_dict("records") == [
        {"run_id": "r1", "suite": "own", "benchmark": "t", "metric": "time", "value": 2.0}
    ]


def test_the_same_code_again_is_known_by_its_kind_and_machine() -> None:
    time = timed("t", 2.0)
    rows = aa_rows(
        *frames(
            [
                a_run("r1", 1, [time]),
                a_run("r2", 2, [time, throughput(time, 10, "rows/s")], kind="aa"),
            ]
        )
    )
    # The throughput follows from the time and would count it twice.
    assert rows[["run_id", "machine_fingerprint", "metric", "value"]].to_numpy().tolist() == [
        ["r2", "a", "time", 2.0]
    ]


def test_what_a_file_does_not_say_is_what_the_run_before_held() -> None:
    rows = expected_rows(
        *frames(
            [
                a_run("r1", 1, [timed("t", 1.0)]),
                a_run("r2", 2, [timed("u", 1.0)]),
                a_run("r3", 3, [timed("t", 1.0)], expected=[("t", "time"), ("t", "memory")]),
                a_run("r4", 4, [timed("t", 1.0)], expected=[]),
                a_run("second", 5, [timed("t", 1.0)], kind="rerun", of_run_id="r4"),
                a_run("other", 6, [timed("t", 1.0)], suite="other"),
            ]
        )
    )
    pairs = rows.sort_values(["run_id", "metric"])[["run_id", "benchmark", "metric"]]
    assert pairs.to_numpy().tolist() == [
        ["r2", "t", "time"],
        ["r3", "t", "memory"],
        ["r3", "t", "time"],
    ]


def test_the_facts_keep_the_table_s_contract() -> None:
    runs = [
        a_run("r1", 1, [timed("t", 1.0), timed("u", 1.0)]),
        a_run("r2", 2, [timed("t", 2.0)]),
    ]
    tables = frames(runs)
    gated = gate(TABLE, regression_rows(history_rows(*tables), *tables))
    assert gated.bad.empty
    rows = gated.good[gated.good["fact"].isin(["threshold", "completeness"])]
    assert column(rows, "benchmark", by="fact") == {"threshold": "t", "completeness": "u"}
    assert column(rows, "ratio", by="fact") == {"threshold": 2.0, "completeness": None}
    assert set(rows["run_id"]) == {"r2"}
