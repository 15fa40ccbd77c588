"""Series, their order, their epochs, and what each point is compared with."""

import pandas as pd
import pytest

from lotus_assets.benchmarks.bench_history import TABLE, history_rows
from lotus_assets.sources.benchmark_files.figures import sampled
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun, Direction, Result
from lotus_assets.tables.table import gate
from lotus_assets_tests.unit.benchmarks.tables import a_run, at, column, frames, timed


def history(*runs: BenchmarkRun) -> pd.DataFrame:
    gated = gate(TABLE, history_rows(*frames(runs)))
    assert gated.bad.empty
    return gated.good


def test_points_stand_in_the_order_of_their_runs() -> None:
    rows = history(
        a_run("late", 5, [timed("t", 3.0, 4.0)]),
        a_run("early", 1, [timed("t", 2.0, 8.0)]),
        a_run("middle", 3, [timed("t", 1.0)]),
    )
    assert column(rows, "position") == {"early": 1, "middle": 2, "late": 3}
    assert column(rows, "value") == {"early": 2.0, "middle": 1.0, "late": 3.0}
    assert column(rows, "previous_value") == {"early": None, "middle": 2.0, "late": 1.0}
    assert column(rows, "best_value") == {"early": 2.0, "middle": 1.0, "late": 1.0}
    # Twice as fast, then three times as slow.
    assert column(rows, "ratio_to_previous") == {"early": None, "middle": 0.5, "late": 3.0}
    assert column(rows, "ratio_to_best") == {"early": 1.0, "middle": 1.0, "late": 3.0}


def test_every_machine_has_its_own_epoch_however_they_alternate() -> None:
    rows = history(
        a_run("r1", 1, [timed("t", 1.0)]),
        a_run("r2", 2, [timed("t", 10.0)], machine={"fingerprint": "b"}),
        a_run("r3", 3, [timed("t", 2.0)]),
        a_run("r4", 4, [timed("t", 20.0)], machine={"fingerprint": "b"}),
    )
    assert column(rows, "epoch") == {"r1": 1, "r2": 2, "r3": 1, "r4": 2}
    assert column(rows, "is_machine_change") == {"r1": False, "r2": True, "r3": True, "r4": True}
    assert column(rows, "previous_value") == {"r1": None, "r2": None, "r3": 1.0, "r4": 10.0}


def test_a_mean_is_not_compared_with_a_minimum() -> None:
    mean = Result(
        benchmark="t", metric="time", quantity="time", unit="s", direction="lower",
        statistic="mean", value=5.0, mean=5.0,
    )  # fmt: skip
    rows = history(a_run("old", 1, [mean]), a_run("new", 2, [timed("t", 1.0)]))
    assert column(rows, "epoch") == {"old": 1, "new": 2}
    assert column(rows, "ratio_to_previous") == {"old": None, "new": None}
    assert not rows["is_machine_change"].any()


def test_more_is_better_and_equal_or_not() -> None:
    def both(rate: float, ratio: float) -> list[Result]:
        return [
            sampled("t", "rate", [rate], quantity="throughput", unit="1/s", direction="higher"),
            sampled("t", "ratio", [ratio], quantity="ratio", unit="1", direction="exact"),
        ]

    rows = history(
        a_run("r1", 1, both(8.0, 10.0)),
        a_run("r2", 2, both(4.0, 10.0)),
        a_run("r3", 3, both(16.0, 5.0)),
    )
    rate, ratio = (rows[rows["metric"].eq(name)] for name in ("rate", "ratio"))
    # Half the rate is twice as bad.
    assert column(rate, "ratio_to_previous") == {"r1": None, "r2": 2.0, "r3": 0.25}
    assert column(rate, "ratio_to_best") == {"r1": 1.0, "r2": 2.0, "r3": 1.0}
    assert column(ratio, "ratio_to_previous") == {"r1": None, "r2": 1.0, "r3": 0.5}
    assert set(column(ratio, "ratio_to_best").values()) == {None}


def test_a_ratio_to_nothing_is_missing_and_nothing_to_nothing_is_one() -> None:
    def memory(amount: float) -> list[Result]:
        return [sampled("t", "m", [amount], quantity="memory", unit="bytes", direction="lower")]

    rows = history(*(a_run(f"r{day}", day, memory(m)) for day, m in enumerate([0, 0, 4], start=1)))
    assert column(rows, "ratio_to_previous") == {"r1": None, "r2": 1.0, "r3": None}


def test_figures_below_zero_have_no_ratio() -> None:
    def balance(amount: float) -> list[Result]:
        return [sampled("t", "m", [amount], quantity="count", unit="1", direction="lower")]

    figures = [-2, -1, -1, 3, 0, -1]
    rows = history(*(a_run(f"r{day}", day, balance(m)) for day, m in enumerate(figures, start=1)))
    expected = {f"r{day}": None for day in range(1, 7)} | {"r5": 0.0}
    assert column(rows, "ratio_to_previous") == expected
    assert set(column(rows, "ratio_to_best").values()) == {None}


def test_a_ratio_too_large_for_a_number_is_missing() -> None:
    def memory(amount: float) -> list[Result]:
        return [sampled("t", "m", [amount], quantity="memory", unit="bytes", direction="lower")]

    rows = history(a_run("r1", 1, memory(5e-324)), a_run("r2", 2, memory(1e150)))
    assert column(rows, "ratio_to_previous") == {"r1": None, "r2": None}


def test_a_microsecond_is_not_compared_with_a_thousand_nanoseconds() -> None:
    def custom(value: float, unit: str, direction: Direction = "lower") -> list[Result]:
        return [sampled("t", "value", [value], quantity="count", unit=unit, direction=direction)]

    rows = history(
        a_run("r1", 1, custom(1.0, "us")),
        a_run("r2", 2, custom(1000.0, "ns")),
        a_run("r3", 3, custom(2.0, "us")),
        a_run("r4", 4, custom(3.0, "us", "higher")),
    )
    assert column(rows, "epoch") == {"r1": 1, "r2": 2, "r3": 1, "r4": 3}
    assert column(rows, "previous_value") == {"r1": None, "r2": None, "r3": 1.0, "r4": None}
    assert not rows["is_machine_change"].any()


def test_releases_measured_later_stand_where_they_came_out() -> None:
    def release(run_id: str, version: str, measured: int, released: int) -> BenchmarkRun:
        commit = {"version": version, "committed_at": at(released)}
        results = [timed("t", 1.0)]
        return a_run(run_id, measured, results, kind="backfill", commit=commit)

    rows = history(release("r2", "2.0", 10, 5), release("r1", "1.0", 11, 2))
    assert column(rows, "position", by="version") == {"1.0": 1, "2.0": 2}
    assert column(rows, "ordered_at") == {"r1": pd.Timestamp(at(2)), "r2": pd.Timestamp(at(5))}


def test_a_daily_run_stands_at_its_own_time_not_at_its_commit_s() -> None:
    commit = {"id": "0123456789", "committed_at": at(1)}
    rows = history(*(a_run(f"r{day}", day, [timed("t", 1.0)], commit=commit) for day in (2, 3)))
    assert column(rows, "ordered_at") == {f"r{day}": pd.Timestamp(at(day)) for day in (2, 3)}


@pytest.mark.parametrize(
    "more", [{"kind": "aa"}, {"kind": "rerun", "of_run_id": "r1"}], ids=["aa", "rerun"]
)
def test_runs_of_the_same_code_again_are_no_points(more: dict[str, str]) -> None:
    rows = history(a_run("r1", 1, [timed("t", 1.0)]), a_run("r2", 2, [timed("t", 2.0)], **more))
    assert column(rows, "position") == {"r1": 1}


def test_suites_and_benchmarks_do_not_mix() -> None:
    rows = history(
        a_run("r1", 1, [timed("t", 1.0), timed("u", 2.0)]),
        a_run("r2", 2, [timed("t", 3.0)], suite="own (weekly)"),
    )
    assert set(rows["position"]) == {1}
    assert len(rows) == 3


def test_an_empty_history_is_a_frame_without_rows() -> None:
    assert history().empty
