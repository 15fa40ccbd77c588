"""Facts against the run before: 150 %, exact metrics, completeness."""

import numpy as np
import pandas as pd
import pytest

from lotus_assets.engine.speed.facts import FACT_COLUMNS
from lotus_assets.engine.speed.threshold import (
    completeness_facts,
    exact_facts,
    threshold_facts,
)
from lotus_assets_tests.unit.engine.speed.series import NO_RERUNS, points, run


@pytest.mark.parametrize(("value", "count"), [(1.5, 0), (1.51, 1), (0.5, 0)])
def test_more_than_half_slower_than_the_run_before_is_a_candidate(value: float, count: int) -> None:
    facts = threshold_facts(points({"a": [1.0, 1.0, value]}), NO_RERUNS)
    assert list(facts.columns) == FACT_COLUMNS
    assert len(facts) == count
    if count:
        fact = facts.iloc[0]
        assert (fact["run_id"], fact["baseline_run_id"]) == (run(2), run(1))
        assert (fact["state"], fact["movement"]) == ("candidate", "slower")
        assert (fact["value"], fact["baseline_value"], fact["limit"]) == (1.51, 1.0, 1.5)
        assert "51.0 % slower" in fact["reason"]


def test_where_higher_is_better_less_is_slower() -> None:
    slower = threshold_facts(
        points({"a": [300.0, 100.0]}, metric="throughput", direction="higher"), NO_RERUNS
    )
    assert slower["ratio"].tolist() == [pytest.approx(3.0)]
    faster = points({"a": [100.0, 300.0]}, metric="throughput", direction="higher")
    assert threshold_facts(faster, NO_RERUNS).empty


@pytest.mark.parametrize(
    ("again", "state"), [([1.9], "confirmed"), ([1.2], "refuted"), ([1.9, 1.1], "refuted")]
)
def test_measuring_again_confirms_or_refutes(again: list[float], state: str) -> None:
    reruns = pd.DataFrame(
        {"run_id": run(1), "suite": "s", "benchmark": "a", "metric": "time", "value": again}
    )
    facts = threshold_facts(points({"a": [1.0, 2.0], "b": [1.0, 2.0]}), reruns)
    assert dict(zip(facts["benchmark"], facts["state"], strict=True)) == {
        "a": state,
        "b": "candidate",
    }


def test_another_machine_is_not_compared() -> None:
    twice = points({"a": [1.0, 9.0, 1.0]}, machines=["m1", "m2", "m1"])
    assert threshold_facts(twice, NO_RERUNS).empty


def test_derived_and_exact_metrics_have_no_threshold() -> None:
    assert threshold_facts(points({"a": [1.0, 9.0]}, is_derived=True), NO_RERUNS).empty
    assert threshold_facts(points({"a": [1.0, 9.0]}, direction="exact"), NO_RERUNS).empty


def test_an_exact_metric_that_changes_in_the_last_digit_is_a_fact() -> None:
    other = float(np.nextafter(90.9, 91))
    values = [90.9, 90.9, other, other]
    changed = points(
        {"a": values}, metric="ratio", direction="exact", machines=["m1", "m1", "m2", "m2"]
    )
    # As the warehouse gives it: pandas' own floats, of which people see the figure alone.
    facts = exact_facts(changed.astype({"value": "Float64"}))
    assert facts["run_id"].tolist() == [run(2)]
    assert facts["reason"].tolist() == [f"{other} after 90.9: it must not change"]
    assert facts["movement"].tolist() == ["changed"]
    assert exact_facts(points({"a": [1.0, 2.0]})).empty


def test_an_exact_metric_that_was_zero_has_no_ratio() -> None:
    facts = exact_facts(points({"a": [0.0, 3.0, 0.0]}, metric="errors", direction="exact"))
    assert facts["run_id"].tolist() == [run(1), run(2)]
    assert facts["ratio"].isna().tolist() == [True, False]
    assert facts["reason"].tolist()[0].startswith("3 after 0:")


def test_an_expected_metric_that_is_not_there_is_missing() -> None:
    expected = pd.DataFrame(
        {"run_id": "r", "suite": "s", "benchmark": ["a", "a"], "metric": ["time", "memory"]}
    )
    facts = completeness_facts(expected, expected.iloc[:1])
    assert facts[["benchmark", "metric", "movement"]].to_numpy().tolist() == [
        ["a", "memory", "missing"]
    ]
    assert completeness_facts(expected, expected).empty


def test_what_was_nothing_and_is_something_is_a_fact_without_a_ratio() -> None:
    frame = points({"a": [100.0, 0.0, 500.0, 120.0]}, metric="allocations")
    [fact] = threshold_facts(frame, NO_RERUNS).to_dict("records")
    # 120 after 500 is better; that it was 100 once does not matter.
    assert (fact["run_id"], fact["baseline_run_id"]) == (run(2), run(1))
    assert (fact["value"], fact["baseline_value"], fact["movement"]) == (500.0, 0.0, "slower")
    assert np.isnan(fact["ratio"])
    assert fact["reason"] == "500 after 0: the run before had none"


def test_the_run_before_is_the_run_before_also_where_it_had_none() -> None:
    """160 is less than twice 120, and what stood before the zero is not compared."""
    frame = points({"a": [100.0, 0.0, 0.0, 160.0]}, metric="allocations")
    facts = threshold_facts(frame, NO_RERUNS)
    assert facts[["run_id", "baseline_run_id"]].to_numpy().tolist() == [[run(3), run(2)]]


def test_nothing_left_of_what_should_be_much_is_a_fact() -> None:
    frame = points({"a": [9.0, 0.0, 9.0]}, metric="throughput", direction="higher")
    [fact] = threshold_facts(frame, NO_RERUNS).to_dict("records")
    assert (fact["run_id"], fact["reason"]) == (run(1), "0 after 9: nothing is left of it")


@pytest.mark.parametrize(("again", "state"), [(3.0, "confirmed"), (0.0, "refuted")])
def test_something_after_nothing_is_measured_again(again: float, state: str) -> None:
    reruns = pd.DataFrame(
        {"run_id": [run(1)], "suite": "s", "benchmark": "a", "metric": "count", "value": [again]}
    )
    facts = threshold_facts(points({"a": [0.0, 2.0]}, metric="count"), reruns)
    assert facts["state"].tolist() == [state]


@pytest.mark.parametrize("values", [[-1.0, -4.0], [-4.0, -1.0], [-1.0, 5.0], [5.0, -1.0]])
def test_figures_below_zero_have_no_ratio(values: list[float]) -> None:
    assert threshold_facts(points({"a": values}, metric="balance"), NO_RERUNS).empty
    exact = exact_facts(points({"a": values}, metric="balance", direction="exact"))
    assert exact["ratio"].isna().all()


def test_exact_figures_of_another_unit_are_not_compared() -> None:
    frame = points({"a": [1.0, 1000.0, 1.0]}, metric="size", direction="exact")
    frame["unit"] = ["us", "ns", "us"]
    assert exact_facts(frame).empty


def test_only_times_are_slow() -> None:
    memory = threshold_facts(points({"a": [10.0, 25.0]}, metric="memory"), NO_RERUNS)
    assert memory["reason"].tolist() == [
        "25 after 10: 2.5 times worse than the run before, more than 1.5 times"
    ]
