"""What counts as one production deployment: chains and visits, against a plain loop."""

from collections import defaultdict
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.production_visits import production_visits
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

COLUMNS = (
    "project_id deployment_id pipeline_id topmost_pipeline_id environment job_name sha "
    "finished_at deployed_at"
)
PATTERN = "rollback"


def visits(*rows: tuple[int | None, str, str | None], **columns: list[Any]) -> pd.DataFrame:
    """Rows of (pipeline, environment, job), one an hour, in the order of their ids."""
    listed = [
        (1, n, each, each, environment, job, f"s{each}", at(f"2 {n:02d}:00"), at("2"))
        for n, (each, environment, job) in enumerate(rows)
    ]
    deployments = raw(COLUMNS, listed)
    for name, values in columns.items():
        deployments[name] = pd.Series(values).astype(deployments[name].dtype)
    return production_visits(deployments, PATTERN)


def counted(found: pd.DataFrame) -> list[int]:
    return [int(number) for number in found.loc[found["is_counted"], "deployment_id"]]


def test_two_regions_and_two_jobs_of_one_environment_are_one() -> None:
    found = visits((1, "eu", "deploy"), (1, "us", "deploy"), (1, "us", "migrate"))

    assert found["production_deployment"].nunique() == 1
    assert counted(found) == [0]


def test_a_return_after_another_pipeline_is_one_more() -> None:
    found = visits(
        (1, "eu", "deploy"), (1, "us", "deploy"), (2, "eu", "deploy"), (1, "eu", "deploy")
    )

    assert found["production_deployment"].tolist() == [0, 0, 1, 2]


def test_a_retry_without_another_in_between_is_the_same_visit() -> None:
    assert counted(visits((1, "eu", "deploy"), (1, "eu", "deploy"), (2, "eu", "deploy"))) == [0, 2]


def test_second_visits_to_all_chains_are_one() -> None:
    found = visits(
        *((pipeline, region, "deploy") for pipeline in (1, 2, 1) for region in ("eu", "us"))
    )

    assert counted(found) == [0, 2, 4]


def test_the_one_that_finished_first_stands_for_it() -> None:
    finished = [None, at("3"), at("2")]
    found = visits(
        *((1, region, "deploy") for region in ("eu", "us", "asia")), finished_at=finished
    )

    assert counted(found) == [2]


def test_without_a_pipeline_the_sha_stands_for_it() -> None:
    found = visits((None, "eu", None), (None, "us", None), (None, "eu", None), sha=["a", "a", "b"])

    assert counted(found) == [0, 2]


def test_each_deployment_by_a_rollback_job_is_one() -> None:
    found = visits((1, "eu", "deploy"), (1, "eu", "rollback"), (1, "eu", "rollback"))

    assert counted(found) == [0, 1, 2]


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from(["eu", "us"]), st.sampled_from(["a", "b"])),
        max_size=12,
    ),
    st.randoms(),
)
def test_a_plain_loop_agrees_in_any_row_order(rows: list[Any], random: Any) -> None:
    last: dict[Any, int] = {}
    numbers: defaultdict[Any, int] = defaultdict(int)
    expected = set()
    for pipeline, environment, job in rows:
        chain = (environment, job)
        if last.get(chain) != pipeline:
            numbers[chain, pipeline] += 1
        last[chain] = pipeline
        expected.add((pipeline, numbers[chain, pipeline]))

    in_order = visits(*rows)
    mixed = in_order.sample(frac=1, random_state=random.randrange(99)).reset_index(drop=True)

    assert len(counted(in_order)) == len(expected)
    assert sorted(counted(production_visits(mixed, PATTERN))) == counted(in_order)
