"""Pipelines: what counts, red streaks, time to green."""

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.pipelines import (
    pipeline_ends,
    pipeline_facts,
    topmost_parents,
)
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

COLUMNS = "project_id pipeline_id ref source status created_at updated_at finished_at duration_sec"


JOBS = "pipeline_id kind is_manual allow_failure finished_at"


def pipeline(
    pipeline_id: int, status: str, finished: str | None, *, ref: str = "main", **other: Any
) -> tuple[Any, ...]:
    """One row; created at midnight of the first, updated on the 20th."""
    row: dict[str, Any] = {
        "source": "push",
        "created": "1",
        "updated": "20",
        "duration": 60.0,
        "project": 1,
    }
    row |= other
    return (
        row["project"],
        pipeline_id,
        ref,
        row["source"],
        status,
        at(row["created"]),
        at(row["updated"]),
        finished and at(finished),
        row["duration"],
    )


def facts(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pipeline_facts(raw(COLUMNS, rows), raw(JOBS)).set_index("pipeline_id")


def test_a_failure_is_green_again_with_the_next_success_on_its_ref() -> None:
    result = facts(
        pipeline(1, "failed", "2 10:00"),
        pipeline(2, "success", "2 10:05", ref="other"),
        pipeline(3, "failed", "2 10:10"),
        pipeline(4, "canceled", "2 10:15"),
        pipeline(5, "success", "2 10:30"),
        pipeline(6, "failed", "2 11:00"),
    )

    assert result["mtg_seconds"].tolist() == [1800, pd.NA, 1200, pd.NA, pd.NA, pd.NA]
    assert result["opens_red_streak"].tolist() == [True, False, False, False, False, True]
    assert result["is_counted"].tolist() == [True, True, True, False, True, True]
    assert result["reason"].isna().all()


def test_order_is_by_pipeline_id_not_by_finish() -> None:
    result = facts(
        pipeline(3, "success", "2 10:30"),
        pipeline(1, "success", "2 12:00"),
        pipeline(2, "failed", "2 10:00"),
    )

    assert result.loc[2, "mtg_seconds"] == 1800


def test_a_weekend_of_red_over_the_clock_change_is_in_elapsed_seconds() -> None:
    result = facts(pipeline(1, "failed", "27 17:00"), pipeline(2, "success", "30 07:00"))

    assert result.loc[1, "mtg_seconds"] == 62 * 3600


def test_child_pipelines_neither_fail_nor_heal() -> None:
    result = facts(
        pipeline(1, "failed", "2 10:00"),
        pipeline(2, "success", "2 10:05", source="parent_pipeline"),
        pipeline(3, "success", "2 10:07"),
        pipeline(4, "failed", "2 10:08", source="parent_pipeline"),
    )

    assert result["mtg_seconds"].tolist() == [420, pd.NA, pd.NA, pd.NA]
    assert result["is_counted"].tolist() == [True, False, True, False]
    assert not result.loc[4, "opens_red_streak"]


def test_a_pipeline_ends_with_its_last_job_optional_ones_and_bridges_aside() -> None:
    pipelines = raw(COLUMNS, [pipeline(number, "success", "19") for number in range(1, 5)])
    jobs = raw(
        JOBS,
        [
            (1, "build", False, False, at("2 10:00")),
            (1, "build", True, False, at("2 11:00")),  # a manual job that blocks
            (1, "build", True, True, at("9")),
            (1, "bridge", False, False, at("9")),
            (2, "build", True, True, at("9")),  # leaves none: its own finish
            (3, "build", False, True, at("2 10:00")),
            (3, "build", None, None, None),
        ],
    )

    ends = pipeline_ends(pipelines, jobs)

    assert ends.tolist() == [at("2 11:00"), at("19"), at("2 10:00"), at("19")]


def test_children_of_children_have_the_topmost_parent_that_is_known() -> None:
    parents = [(1, None), (2, 1), (3, 2), (5, 4)]

    topmost = topmost_parents(raw("pipeline_id parent_pipeline_id", parents))

    assert topmost.to_dict() == {1: 1, 2: 1, 3: 1, 5: 4}


def test_without_a_finish_the_update_counts() -> None:
    result = facts(
        pipeline(1, "failed", None, updated="2 10:00"), pipeline(2, "success", "2 10:01")
    )

    assert result.loc[1, "mtg_seconds"] == 60


def test_a_negative_time_to_green_is_null_and_named() -> None:
    result = facts(pipeline(1, "failed", "2 10:00"), pipeline(2, "success", "2 09:00"))

    assert result["mtg_seconds"].isna().all()
    assert result.loc[1, "reason"] == "negative_mtg"


def test_contradictory_instants_and_durations_are_named() -> None:
    result = facts(
        pipeline(1, "failed", "2 10:00", created="3", duration=-5.0),
        pipeline(2, "success", "4 10:00"),
    )

    assert result.loc[1, "reason"] == "finished_before_created;negative_duration"
    assert result.loc[1, ["ended_at", "mtg_seconds", "duration_sec"]].isna().all()
    assert result.loc[2, "duration_sec"] == 60


def test_projects_with_the_same_ref_are_apart() -> None:
    result = facts(pipeline(1, "failed", "2 10:00"), pipeline(2, "success", "2 11:00", project=2))

    assert result["mtg_seconds"].isna().all()


def test_no_pipelines_no_facts() -> None:
    assert facts().empty


runs = st.lists(
    st.tuples(
        st.sampled_from([1, 2]),
        st.sampled_from(["main", "dev"]),
        st.sampled_from(["push", "push", "parent_pipeline"]),
        st.sampled_from(["success", "failed", "failed", "canceled"]),
        st.integers(0, 999),
    ),
    max_size=14,
)


@given(runs, st.randoms())
def test_a_plain_loop_agrees_in_any_row_order(runs: list[Any], random: Any) -> None:
    rows = [
        (project, number, ref, source, status, at("1"), at("20"), at("2") + pd.Timedelta(s, "s"), 1)
        for number, (project, ref, source, status, s) in enumerate(runs)
    ]
    expected: dict[int, tuple[int | None, bool]] = {}
    for number, (project, ref, source, status, second) in enumerate(runs):
        on_ref = [
            (other, run[3], run[4])
            for other, run in enumerate(runs)
            if run[:2] == (project, ref) and run[2] == "push" and run[3] != "canceled"
        ]
        if source != "push" or status != "failed":
            expected[number] = (None, False)
            continue
        greens = [end for other, state, end in on_ref if other > number and state == "success"]
        wait = greens[0] - second if greens else -1
        before = [state for other, state, _ in on_ref if other < number]
        # Instants within one second are the same.
        seconds = max(wait, 0) if greens and wait >= -1 else None
        expected[number] = (seconds, not before or before[-1] != "failed")
    random.shuffle(rows)

    result = facts(*rows)

    opened = result["opens_red_streak"].to_dict()
    assert opened == {number: opens for number, (_, opens) in expected.items()}
    found = result["mtg_seconds"].astype(object).where(result["mtg_seconds"].notna(), None)
    assert found.to_dict() == {number: seconds for number, (seconds, _) in expected.items()}
