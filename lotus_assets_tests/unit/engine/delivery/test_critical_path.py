"""The critical path by exhaustive enumeration, and each edge of its definition by hand."""

import json
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.critical_path import critical_paths
from lotus_assets_tests.unit.engine.delivery.raw_frames import raw, same_rows

COLUMNS = "pipeline_id job_id name stage_index kind duration_sec needs"


def job(
    job_id: int,
    name: str,
    stage: int,
    seconds: float | None,
    needs: list[str] | None = None,
    *,
    pipeline: int = 1,
    kind: str = "build",
) -> tuple[Any, ...]:
    listed = None if needs is None else json.dumps(needs)
    return (pipeline, job_id, name, stage, kind, seconds, listed)


def paths(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return critical_paths(raw(COLUMNS, rows))


def path(*rows: tuple[Any, ...]) -> float:
    return float(paths(*rows)["critical_path_sec"].item())


def test_without_needs_stages_follow_one_another() -> None:
    jobs = [job(1, "a", 0, 10), job(2, "b", 0, 30), job(3, "c", 1, 5), job(4, "d", 1, 7)]
    assert path(*jobs) == 37


def test_declared_needs_replace_the_stage() -> None:
    jobs = [job(1, "a", 0, 10), job(2, "b", 0, 30), job(3, "c", 1, 25, ["a"])]
    assert path(*jobs) == 35


def test_empty_needs_start_at_once() -> None:
    assert path(job(1, "a", 0, 10), job(2, "b", 1, 30, [])) == 30


def test_stages_without_jobs_are_skipped() -> None:
    assert path(job(1, "a", 0, 10), job(2, "b", 3, 5), job(3, "c", 9, 1)) == 16


def test_only_the_preceding_stage_comes_before() -> None:
    # c waits for stage 1 alone: the definition's edges lead from b, which started at once.
    assert path(job(1, "a", 0, 100), job(2, "b", 1, 1, []), job(3, "c", 2, 5)) == 100


def test_the_last_run_of_a_job_weighs() -> None:
    assert path(job(1, "a", 0, 500), job(7, "a", 0, 20), job(3, "b", 1, 1)) == 21


def test_a_job_without_a_duration_weighs_nothing() -> None:
    result = paths(job(1, "a", 0, 10), job(2, "b", 1, None), job(3, "c", 2, 5), job(4, "d", 2, 0))

    assert result["critical_path_sec"].tolist() == [15]
    assert result["reason"].isna().all()


def test_bridges_are_left_out() -> None:
    jobs = [job(1, "a", 0, 10), job(2, "t", 1, 600, kind="bridge"), job(3, "c", 2, 5)]
    assert path(*jobs) == 15
    assert paths(job(1, "t", 0, 600, kind="bridge")).empty


def test_a_need_of_no_job_is_counted_and_holds_up_nothing() -> None:
    result = paths(job(1, "a", 0, 10), job(2, "b", 1, 30, ["gone", "a"]))

    assert result[["critical_path_sec", "unknown_need_count"]].to_numpy().tolist() == [[40, 1]]


def test_a_cycle_in_needs_is_marked_and_spoils_no_other_pipeline() -> None:
    result = paths(
        job(1, "a", 0, 10, ["b"]),
        job(2, "b", 0, 20, ["a"]),
        job(3, "c", 1, 5, []),
        job(4, "a", 0, 3, pipeline=2),
        job(5, "self", 0, 3, ["self"], pipeline=3),
    )

    assert result["pipeline_id"].tolist() == [1, 2, 3]
    assert result["critical_path_sec"].isna().tolist() == [True, False, True]
    assert result["reason"].fillna("").tolist() == ["needs_cycle", "", "needs_cycle"]


def test_a_negative_duration_weighs_nothing_and_is_named() -> None:
    result = paths(job(1, "a", 0, -10), job(2, "b", 1, 5))

    assert result["critical_path_sec"].item() == 5
    assert result["reason"].item() == "negative_duration"


def test_a_chain_of_5000_needs() -> None:
    chain = [job(n, f"j{n}", 0, 1, [f"j{n - 1}"] if n else []) for n in range(5000)]
    assert path(*chain) == 5000


def test_no_jobs_no_paths() -> None:
    assert paths().empty


@st.composite
def pipelines(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Two pipelines; needs lead to earlier names, so that there is no cycle; some are retried."""
    rows = []
    job_ids = iter(draw(st.permutations(range(40))))
    for pipeline in (1, 2):
        for number in range(draw(st.integers(0, 6))):
            earlier = [f"j{before}" for before in range(number)]
            some = st.lists(st.sampled_from([*earlier, "gone"]), max_size=3, unique=True)
            needs = draw(st.none() | some)
            # Stages grow with the number: only then undeclared edges cannot close a cycle.
            stage = number // 2
            for _ in range(draw(st.integers(1, 2))):
                seconds = draw(st.none() | st.integers(0, 50))
                kind = draw(st.sampled_from(["build"] * 5 + ["bridge"]))
                rows.append(
                    job(
                        next(job_ids),
                        f"j{number}",
                        stage,
                        seconds,
                        needs,
                        pipeline=pipeline,
                        kind=kind,
                    )
                )
    return rows


def longest_by_enumeration(rows: list[tuple[Any, ...]]) -> float:
    """Every path of one pipeline, walked from each job back to its beginnings."""
    last: dict[str, tuple[Any, ...]] = {}
    for row in sorted(row for row in rows if row[4] == "build"):
        last[row[2]] = row
    stages = sorted({row[3] for row in last.values()})

    def before(row: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if row[6] is not None:
            return [last[name] for name in json.loads(row[6]) if name in last]
        place = stages.index(row[3])
        return [other for other in last.values() if place and other[3] == stages[place - 1]]

    def weights(row: tuple[Any, ...]) -> list[float]:
        own = row[5] or 0
        return [own] + [own + weight for other in before(row) for weight in weights(other)]

    return max(weight for row in last.values() for weight in weights(row))


@given(pipelines(), st.randoms())
def test_enumeration_of_all_paths_agrees(rows: list[tuple[Any, ...]], random: Any) -> None:
    expected = {
        pipeline: longest_by_enumeration([row for row in rows if row[0] == pipeline])
        for pipeline in (1, 2)
        if any(row[0] == pipeline and row[4] == "build" for row in rows)
    }
    shuffled = random.sample(rows, len(rows))

    result = paths(*shuffled)

    found = dict(zip(result["pipeline_id"], result["critical_path_sec"], strict=True))
    assert found == expected
    assert same_rows(result, paths(*rows))
