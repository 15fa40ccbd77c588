"""Change points, unconfirmed points, the noise floor, the environment, and what is reported."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lotus_assets.engine.speed.change_points import change_point_facts
from lotus_assets.engine.speed.detection import detect, reported, suspicious
from lotus_assets.engine.speed.environment import environment_facts
from lotus_assets.engine.speed.noise import noise_floor
from lotus_assets_tests.unit.engine.speed.series import (
    NO_EXPECTED,
    NO_NOISE,
    NO_RERUNS,
    noisy,
    points,
    run,
)

NO_FLOOR = pd.DataFrame()


def changes(frame: pd.DataFrame, floor: pd.DataFrame = NO_FLOOR) -> pd.DataFrame:
    return change_point_facts(frame, NO_RERUNS, floor)


def stepped(count: int, at: int, factor: float, seed: int = 1) -> NDArray[np.float64]:
    """A level that changes by `factor` from the run `at` on."""
    values = noisy(count, seed=seed)
    values[at:] *= factor
    return values


def all_facts(frame: pd.DataFrame) -> pd.DataFrame:
    return detect(frame, NO_RERUNS, NO_NOISE, NO_EXPECTED, NO_EXPECTED)


def test_a_constant_series_has_no_change() -> None:
    assert changes(points({"a": [0.01] * 40})).empty


@given(at=st.integers(8, 52), factor=st.sampled_from([0.5, 0.7, 1.3, 1.5, 2.0]))
@settings(max_examples=40, deadline=None)
def test_a_step_is_found_where_it_was_put(at: int, factor: float) -> None:
    facts = changes(points({"a": stepped(60, at, factor)}))
    assert sorted(facts["list"]) == ["loud", "sensitive"]
    assert set(facts["run_id"]) == {run(at)}
    assert set(facts["baseline_run_id"]) == {run(at - 1)}
    assert set(facts["state"]) == {"confirmed"}
    assert set(facts["movement"]) == {"slower" if factor > 1 else "faster"}
    assert facts["ratio"].tolist() == pytest.approx([factor] * 2, rel=0.02)


def test_fewer_than_six_points_after_a_step_are_unconfirmed() -> None:
    facts = changes(points({"a": stepped(30, 25, 1.5)}))
    assert set(facts["state"]) == {"unconfirmed"}
    assert set(facts["run_id"]) == {run(29)}
    six = changes(points({"a": stepped(31, 25, 1.5)}))
    assert set(six["state"]) == {"confirmed"}
    assert set(six["run_id"]) == {run(25)}


def test_the_loud_list_asks_for_a_smaller_p_value() -> None:
    state = changes(points({"a": stepped(13, 7, 1.5)})).set_index("list")["state"]
    assert state.to_dict() == {"sensitive": "confirmed", "loud": "candidate"}
    # A step told apart whole has p = 2 / (13 over 6) = 0.0012, and 2 / (26 over 6) = 9e-6.
    later = changes(points({"a": stepped(26, 20, 1.5)}))
    assert set(later["state"]) == {"confirmed"}


def test_a_blip_is_no_change_of_level() -> None:
    values = noisy(40)
    values[20:23] *= 2
    assert changes(points({"a": values})).empty


def test_less_than_five_percent_does_not_count() -> None:
    quiet = 0.01 * np.exp(np.random.default_rng(1).normal(0, 0.002, 60))
    quiet[30:] *= 1.04
    assert changes(points({"a": quiet})).empty
    quiet[30:] *= 1.06 / 1.04
    assert set(changes(points({"a": quiet}))["state"]) == {"confirmed"}


def test_the_noise_of_the_same_code_raises_the_limit() -> None:
    values = stepped(60, 30, 1.3)
    noisy_runs = pd.DataFrame(
        {
            "suite": "s",
            "benchmark": "a",
            "metric": "time",
            "machine_fingerprint": "m1",
            "run_id": [f"aa-{at}" for at in range(5)],
            "value": [0.8, 0.9, 1.0, 1.1, 1.2],
        }
    )
    floor = noise_floor(noisy_runs)
    assert floor[["runs", "median"]].to_numpy().tolist() == [[5, 1.0]]
    assert floor["relative_mad"].tolist() == pytest.approx([0.1])
    assert floor["relative_range"].tolist() == pytest.approx([0.4])
    assert changes(points({"a": values}), floor).empty
    assert len(changes(points({"a": values}))) == 2
    of_four = noise_floor(noisy_runs.iloc[1:])
    assert len(changes(points({"a": values}), of_four)) == 2, "four runs are no floor yet"


def test_another_machine_is_another_epoch() -> None:
    machines = ["m1"] * 30 + ["m2"] * 30
    assert changes(points({"a": stepped(60, 30, 2.0)}, machines=machines)).empty


def test_higher_is_better_turns_around() -> None:
    rising = points({"a": stepped(60, 30, 1.5)}, metric="throughput", direction="higher")
    assert set(changes(rising)["movement"]) == {"faster"}


@given(scale=st.floats(1e-9, 1e9), seed=st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_the_unit_changes_nothing(scale: float, seed: int) -> None:
    values = stepped(50, 20, 1.2, seed)
    columns = ["list", "run_id", "points_before", "points_after", "movement", "state"]
    first = changes(points({"a": values}))[columns]
    second = changes(points({"a": values * scale}))[columns]
    pd.testing.assert_frame_equal(first, second)


@given(order=st.permutations(["a", "b", "c"]))
@settings(max_examples=6, deadline=None)
def test_the_order_of_series_changes_nothing(order: list[str]) -> None:
    series = {"a": stepped(50, 20, 1.2, 1), "b": noisy(50, seed=2), "c": stepped(50, 40, 0.6, 3)}
    expected = all_facts(points(series))
    found = all_facts(points({name: series[name] for name in order}))
    pd.testing.assert_frame_equal(expected, found)


@pytest.mark.parametrize(
    ("again", "state"), [(0.0152, "candidate"), (0.0100, "refuted"), (None, "unconfirmed")]
)
def test_measuring_the_newest_run_again(again: float | None, state: str) -> None:
    reruns = pd.DataFrame(
        {"run_id": [run(29)], "suite": "s", "benchmark": "a", "metric": "time", "value": [again]}
    )
    facts = change_point_facts(points({"a": stepped(30, 29, 1.5)}), reruns.dropna(), NO_FLOOR)
    assert set(facts["state"]) == {state}


def test_what_to_measure_again_is_slower_and_open() -> None:
    frame = points(
        {"a": stepped(30, 29, 1.7), "b": stepped(30, 29, 0.5), "c": stepped(30, 10, 1.7, 3)}
    )
    again = suspicious(all_facts(frame), [run(29)])
    assert again[["benchmark", "metric", "run_id"]].to_numpy().tolist() == [["a", "time", run(29)]]


def test_runs_at_which_a_suite_moves_together_are_facts_beside_the_others() -> None:
    series = {name: stepped(40, 20, 1.2, seed) for seed, name in enumerate("abcde")}
    facts = all_facts(points(series))
    moved = facts[facts["fact"] == "environment"]
    assert run(20) in set(moved["run_id"])
    assert set(moved["movement"]) == {"slower"}
    assert moved["share"].max() == 1.0
    # The facts stand side by side; people are told once what the whole suite did.
    assert len(facts[(facts["fact"] == "change_point") & (facts["list"] == "loud")]) == 5
    assert reported(facts)["fact"].tolist() == ["suite_wide"]


def test_one_benchmark_that_moves_is_the_code() -> None:
    series = {name: noisy(40, seed=seed) for seed, name in enumerate("bcde")}
    series["a"] = stepped(40, 20, 1.2, 9)
    facts = all_facts(points(series))
    assert facts[facts["fact"] == "environment"].empty
    assert reported(facts)[["benchmark", "run_id"]].to_numpy().tolist() == [["a", run(20)]]


def test_two_benchmarks_cannot_tell_machine_from_code() -> None:
    series = {name: stepped(40, 20, 1.2, seed) for seed, name in enumerate("ab")}
    assert environment_facts(points(series)).empty


def test_a_level_that_came_of_nothing_is_a_change_without_a_ratio() -> None:
    values = [0.0] * 20 + [500.0] * 20
    for direction, movement in (("lower", "slower"), ("higher", "faster")):
        facts = changes(points({"a": values}, metric="allocations", direction=direction))
        assert set(facts["state"]) == {"confirmed"}
        assert set(facts["movement"]) == {movement}
        assert set(facts["run_id"]) == {run(20)}
        assert set(facts["value"]) == {500.0}
        assert set(facts["baseline_value"]) == {0.0}
        assert facts["ratio"].isna().all() == (direction == "lower")
        assert all(reason.startswith("500 after 0 ") for reason in facts["reason"]) == (
            direction == "lower"
        )


def test_a_level_that_goes_to_nothing_is_never_slower_where_less_is_better() -> None:
    facts = changes(points({"a": [500.0] * 20 + [0.0] * 20}, metric="allocations"))
    assert set(facts["movement"]) == {"faster"}


def test_figures_below_zero_have_no_change_of_ratio() -> None:
    assert all_facts(points({"a": [-1.0] * 20 + [-2.0] * 20}, metric="balance")).empty


@given(
    st.lists(
        st.one_of(st.just(0.0), st.floats(-1e150, 1e150), st.floats(0, 1e-300)),
        min_size=1, max_size=40,
    ),
    st.sampled_from(["lower", "higher", "exact"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_whatever_can_be_stored_can_be_judged(values: list[float], direction: str) -> None:
    facts = all_facts(points({"a": values}, direction=direction))
    for name in ("ratio", "value", "baseline_value", "p_value"):
        numbers = facts[name].dropna()
        assert np.isfinite(numbers.to_numpy(float)).all()
    assert not facts["reason"].str.contains("np.|nan|inf", regex=True).any()
    # More is better or worse, and the figures say which: an improvement is never a slow-down.
    worse = facts["value"] > facts["baseline_value"]
    told = facts[facts["value"].ne(facts["baseline_value"])]
    if direction != "exact":
        is_slower = told["movement"].eq("slower")
        assert (is_slower == (worse[told.index] == (direction == "lower"))).all()
