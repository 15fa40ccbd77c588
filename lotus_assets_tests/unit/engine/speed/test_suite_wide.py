"""A suite that moves as a whole: told as such when it stays, for as long as it does."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotus_assets.engine.speed.detection import detect, reported, standing
from lotus_assets.engine.speed.suite_wide import part_of_suite_wide, suite_wide_facts
from lotus_assets_tests.unit.engine.speed.series import (
    NO_EXPECTED,
    NO_NOISE,
    NO_RERUNS,
    noisy,
    points,
    run,
)

NAMES = "abc"


def suite(*levels: float, names: str = NAMES, noise: float = 0.01) -> dict[str, np.ndarray]:
    """Benchmarks by name that stand at these levels, run by run, each with noise of its own."""
    return {
        name: np.array(levels) * noisy(len(levels), noise=noise, seed=seed)
        for seed, name in enumerate(names)
    }


def facts(frame: pd.DataFrame) -> pd.DataFrame:
    return detect(frame, NO_RERUNS, NO_NOISE, NO_EXPECTED, NO_EXPECTED)


def told(series: Mapping[str, Sequence[float] | np.ndarray]) -> list[tuple[str, str, str]]:
    """What stands: fact, benchmark, run."""
    frame = points(series)
    rows = standing(facts(frame), frame)
    return list(rows[["fact", "benchmark", "run_id"]].itertuples(index=False, name=None))


def test_three_of_three_three_times_slower_for_twenty_runs_is_told_with_its_commits() -> None:
    frame = points({name: [1.0] * 20 + [3.0] * 20 for name in NAMES})
    [fact] = suite_wide_facts(frame).to_dict("records")
    assert (fact["run_id"], fact["baseline_run_id"]) == (run(20), run(19))
    assert (fact["list"], fact["state"], fact["movement"]) == ("loud", "confirmed", "slower")
    assert (fact["ratio"], fact["share"]) == (pytest.approx(3.0), 1.0)
    assert (fact["points_before"], fact["points_after"]) == (20, 20)
    assert fact["reason"] == (
        "3 of 3 benchmarks are 3 times slower (their median) since this run, for 20 runs on one "
        "machine: code or machine, not told apart; commits c19..c20"
    )
    assert told({name: [1.0] * 20 + [3.0] * 20 for name in NAMES}) == [("suite_wide", "", run(20))]


@given(
    before=st.integers(4, 25),
    after=st.integers(6, 25),
    factor=st.sampled_from([0.3, 0.8, 1.2, 3.0]),
    seed=st.integers(0, 50),
)
@settings(max_examples=40, deadline=None)
def test_a_step_of_all_is_dated_where_it_was_put(
    before: int, after: int, factor: float, seed: int
) -> None:
    levels = [1.0] * before + [factor] * after
    frame = points(
        {
            name: np.array(levels) * noisy(len(levels), seed=7 * seed + place)
            for place, name in enumerate("abcde")
        }
    )
    [fact] = suite_wide_facts(frame).to_dict("records")
    assert (fact["run_id"], fact["state"]) == (run(before), "confirmed")
    assert fact["movement"] == ("slower" if factor > 1 else "faster")
    assert fact["ratio"] == pytest.approx(factor, rel=0.03)


@pytest.mark.parametrize(("runs_after", "count"), [(5, 0), (6, 1)])
def test_it_takes_six_runs(runs_after: int, count: int) -> None:
    assert len(told(suite(*[1.0] * 20, *[3.0] * runs_after))) == count


def test_a_few_slow_runs_are_not_told() -> None:
    series = suite(*[1.0] * 20, *[3.0] * 4, *[1.0] * 20)
    assert told(series) == []
    environment = facts(points(series))
    environment = environment[environment["fact"].eq("environment")]
    assert environment["run_id"].tolist() == [run(at) for at in range(20, 24)]
    assert "the machine, not the code" not in " ".join(environment["reason"])


def test_a_suite_that_came_back_is_told_no_more() -> None:
    assert told(suite(*[1.0] * 20, *[3.0] * 20, *[1.0] * 20)) == []


def test_a_suite_that_came_back_bit_by_bit_is_told_no_more_but_who_stayed_is() -> None:
    """Three of four recover, ten runs apart, so that they never moved together."""
    series = suite(*[1.0] * 20, *[3.0] * 60, names="abcd")
    for place, name in enumerate("abc"):
        series[name][35 + 10 * place :] /= 3.0
    assert told(series) == [("change_point", "d", run(20))]


def test_what_is_part_of_it_is_named_and_told_once() -> None:
    series = suite(*[1.0] * 20, *[3.0] * 20)
    series["other"] = noisy(40, seed=8) * np.repeat([1.0, 1.5], [10, 30])
    found = facts(points(series))
    parts = found[found["fact"].eq("change_point") & found["list"].eq("loud")]
    assert dict(zip(parts["benchmark"], parts["suite_wide_run_id"], strict=True)) == {
        **dict.fromkeys(NAMES, run(20)),
        "other": None,
    }
    assert reported(found)[["fact", "benchmark"]].to_numpy().tolist() == [
        ["change_point", "other"],
        ["suite_wide", ""],
    ]


def test_a_bad_day_of_the_machine_does_not_excuse_a_benchmark_that_stays_slow() -> None:
    series = {name: noisy(40, seed=seed) for seed, name in enumerate("abcd")}
    for values in series.values():
        values[20] *= 2
    series["a"][20:] *= 1.5
    assert told(series) == [("change_point", "a", run(20))]


def test_machines_are_told_apart() -> None:
    """The second machine is three times slower from its first run on: no level changed on it."""
    machines = ["m1"] * 20 + ["m2"] * 20
    frame = points({name: [1.0] * 20 + [3.0] * 20 for name in NAMES}, machines=machines)
    assert suite_wide_facts(frame).empty


def test_the_machine_that_became_slow_need_not_run_every_time() -> None:
    machines = ["m1", "m2"] * 20
    levels = [level for pair in ([1.0, 5.0] * 10, [3.0, 5.0] * 10) for level in pair]
    frame = points(dict.fromkeys(NAMES, levels), machines=machines)
    [fact] = suite_wide_facts(frame).to_dict("records")
    # Between the machine's runs 18 and 20 lies one of the other machine, and its commit.
    assert (fact["baseline_run_id"], fact["run_id"]) == (run(18), run(20))
    assert fact["reason"].endswith("commits c18..c20")


def test_the_same_commit_cannot_have_slowed_itself() -> None:
    frame = points(dict.fromkeys(NAMES, [1.0] * 20 + [3.0] * 20)).assign(commit_id="c0ffee")
    [fact] = suite_wide_facts(frame).to_dict("records")
    assert fact["reason"].endswith("the commit is the same, c0ffee")


def test_two_benchmarks_are_no_suite() -> None:
    series = suite(*[1.0] * 20, *[1.2] * 20, names="ab")
    assert {fact for fact, _, _ in told(series)} == {"change_point"}


def test_a_change_between_two_of_the_suite_is_part_of_the_nearer_one() -> None:
    frame = points({name: [1.0] * 40 for name in NAMES})
    quantity = frame["quantity"].iloc[0]
    shift = {**frame.iloc[0][["suite", "benchmark", "metric"]], "fact": "change_point"}
    whole = {"suite": shift["suite"], "metric": quantity, "fact": "suite_wide"}
    rows = [
        {**whole, "run_id": run(20)},
        {**whole, "run_id": run(28)},
        {**shift, "run_id": run(26)},
        {**shift, "run_id": run(22)},
        {**shift, "run_id": run(35)},
    ]
    changes = pd.DataFrame(rows).assign(state="confirmed", movement="slower")
    assert part_of_suite_wide(changes, frame).tolist() == [None, None, run(28), run(20), None]
