"""Flaky jobs against a plain loop, and the rule's edges."""

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.flaky_jobs import finished_runs, flaky_candidates, flaky_groups
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

# Pipelines 1 and 2 ran on sha a, 3 on sha b, 4 on sha a of another project.
PIPELINES = raw("project_id pipeline_id sha", [(1, 1, "a"), (1, 2, "a"), (1, 3, "b"), (2, 4, "a")])


def runs(*rows: tuple[int, int, str, str]) -> pd.DataFrame:
    """Rows of (job_id, pipeline_id, name, status); each started at its job_id's hour."""
    jobs = [
        (2 if pipeline == 4 else 1, pipeline, job, name, status, at("2") + pd.Timedelta(job, "h"))
        for job, pipeline, name, status in rows
    ]
    frame = raw("project_id pipeline_id job_id name status started_at", jobs)
    frame = frame.assign(kind="build", created_at=at("2"))
    return finished_runs(frame, PIPELINES)


def test_a_retry_that_passes_is_flaky_on_the_day_of_the_first_run() -> None:
    found = flaky_groups(runs((5, 1, "unit", "failed"), (9, 1, "unit", "success")))

    assert found["is_flaky"].tolist() == [True]
    assert found["first_started_at"].tolist() == [at("2 05:00")]


def test_another_pipeline_of_the_same_sha_heals_too() -> None:
    found = runs((5, 1, "unit", "failed"), (9, 2, "unit", "success"))

    assert flaky_groups(found)["is_flaky"].tolist() == [True]
    assert flaky_candidates(found, PIPELINES).tolist() == [True, False, False, False]


def test_another_sha_or_project_or_name_does_not_heal() -> None:
    found = runs(
        (5, 1, "unit", "failed"),
        (6, 3, "unit", "success"),
        (7, 4, "unit", "success"),
        (8, 1, "lint", "success"),
    )

    assert not flaky_groups(found)["is_flaky"].any()
    assert len(flaky_groups(found)) == 4


def test_success_before_failure_is_not_flaky() -> None:
    found = flaky_groups(runs((9, 1, "unit", "failed"), (5, 1, "unit", "success")))

    assert found["is_flaky"].tolist() == [False]
    assert found["first_job_id"].tolist() == [5]


def test_unfinished_runs_make_no_group() -> None:
    assert flaky_groups(runs((5, 1, "unit", "canceled"), (6, 1, "unit", "skipped"))).empty


def test_a_job_without_a_known_pipeline_is_left_out() -> None:
    assert runs((5, 77, "unit", "failed"), (6, 77, "unit", "success")).empty


JOB = "project_id pipeline_id job_id name kind status created_at started_at"


def test_a_run_that_failed_before_a_runner_took_it_has_the_day_of_its_creation() -> None:
    jobs = raw(JOB, [(1, 1, 5, "x", "build", "failed", at("3"), None)])

    found = flaky_groups(finished_runs(jobs, PIPELINES))

    assert found["first_started_at"].tolist() == [at("3")]
    assert found["reason"].isna().all()


def test_a_success_that_never_started_has_its_reason() -> None:
    jobs = raw(JOB, [(1, 1, 5, "x", "build", "success", at("3"), None)])

    found = flaky_groups(finished_runs(jobs, PIPELINES))

    assert found["reason"].tolist() == ["started_at_missing"]


def test_bridges_make_no_group() -> None:
    jobs = raw(JOB, [(1, 1, 5, "x", "bridge", "failed", at("3"), at("3"))])

    assert flaky_groups(finished_runs(jobs, PIPELINES)).empty


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from(["unit", "lint"]),
            st.sampled_from(["success", "failed", "failed", "canceled"]),
        ),
        max_size=12,
    ),
    st.randoms(),
)
def test_a_plain_loop_agrees_in_any_row_order(
    drawn: list[tuple[int, str, str]], random: Any
) -> None:
    rows = [
        (number, pipeline, name, status) for number, (pipeline, name, status) in enumerate(drawn)
    ]
    key = {1: (1, "a"), 2: (1, "a"), 3: (1, "b"), 4: (2, "a")}
    groups: dict[Any, bool] = {}
    candidates = set()
    for number, pipeline, name, status in rows:
        if status == "canceled":
            continue
        group = (*key[pipeline], name)
        later = [row for row in rows if row[0] > number and (*key[row[1]], row[2]) == group]
        recovers = status == "failed" and any(row[3] == "success" for row in later)
        groups[group] = groups.get(group, False) or recovers
        if recovers:
            candidates.add(pipeline)

    found = runs(*random.sample(rows, len(rows)))

    table = flaky_groups(found)
    keys = zip(table["project_id"], table["sha"], table["name"], strict=True)
    assert dict(zip(keys, table["is_flaky"], strict=True)) == groups
    marked = PIPELINES["pipeline_id"][flaky_candidates(found, PIPELINES)]
    assert set(marked) == candidates
