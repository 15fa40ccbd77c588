"""Rollbacks: by ancestry, by name, by a deleted release; and the way back in hours."""

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.production_visits import production_visits
from lotus_assets.engine.delivery.rollbacks import deleted_releases, pipeline_flags, rollbacks
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

GRAPH = CommitGraph(["a", "b", "c", "side"], [[], ["a"], ["b"], ["a"]])
PATTERN = "(?i)rollback|revert"
NONE_DELETED = raw("project_id tag_name")
COLUMNS = (
    "project_id deployment_id pipeline_id topmost_pipeline_id environment job_name sha ref "
    "pipeline_name finished_at deployed_at reason"
)


def marked(
    *rows: tuple[str, str | None], deleted: pd.DataFrame = NONE_DELETED, **other: list[Any]
) -> pd.DataFrame:
    """Rows of (environment, sha), one an hour; `other` replaces whole columns."""
    deployments = raw(
        COLUMNS,
        [
            (
                1,
                n,
                n + 100,
                n + 100,
                environment,
                "deploy",
                sha,
                "main",
                None,
                at(f"2 {n:02d}:00"),
                at(f"2 {n:02d}:00"),
                None,
            )
            for n, (environment, sha) in enumerate(rows)
        ],
    )
    for column, values in other.items():
        deployments[column] = pd.Series(values).astype(deployments[column].dtype)
    return rollbacks(production_visits(deployments, PATTERN), GRAPH, deleted, PATTERN)


def test_a_strict_ancestor_of_what_was_deployed_before_is_a_rollback() -> None:
    found = marked(("prod", "b"), ("prod", "c"), ("prod", "a"), ("prod", "a"), ("prod", "side"))

    assert found["is_rollback"].tolist() == [False, False, True, False, False]
    assert found["rollback_time_hours"].tolist() == [pd.NA, pd.NA, 1.0, pd.NA, pd.NA]


def test_environments_are_lines_of_their_own() -> None:
    found = marked(("prod-eu", "c"), ("prod-us", "b"), ("prod-eu", "c"))

    assert not found["is_rollback"].any()


def test_pipelines_that_stand_for_deployments_are_one_line() -> None:
    found = marked(
        ("x", "c"),
        ("x", "a"),
        environment=[None, None],
        job_name=[None, None],
        deployment_id=[None, None],
    )

    assert found["is_rollback"].tolist() == [False, True]


def test_ref_or_pipeline_name_in_any_case() -> None:
    found = marked(
        ("prod", "a"),
        ("prod", "b"),
        ("prod", "c"),
        ref=["Revert-12", "main", "main"],
        pipeline_name=[None, "ROLLBACK of prod", "roll back"],
    )

    assert found["is_rollback"].tolist() == [True, True, False]
    assert found["rollback_time_hours"].tolist() == [pd.NA, 1.0, pd.NA]


def test_a_deleted_release_takes_its_pipelines_with_it_but_has_no_way_back() -> None:
    found = marked(
        ("prod", "a"),
        ("prod", "b"),
        ref=["v1", "v2"],
        deleted=raw("project_id tag_name", [(1, "v2")]),
    )

    assert found["is_rollback"].tolist() == [False, True]
    assert found["rollback_time_hours"].isna().all()


def test_the_order_in_a_chain_is_that_of_deployment_ids() -> None:
    found = marked(("prod", "a"), ("prod", "c"), deployed_at=[at("3"), at("2")])

    assert found["is_rollback"].tolist() == [False, False]


def test_a_region_that_is_merely_late_is_no_rollback() -> None:
    # Pipeline 1 brings b to both regions, but to us only after 2 has brought c to eu.
    found = marked(
        ("us", "a"), ("eu", "b"), ("eu", "c"), ("us", "b"), topmost_pipeline_id=[1, 2, 3, 2]
    )

    assert not found["is_rollback"].any()
    assert found["is_counted"].tolist() == [True, True, True, False]


def test_a_return_is_a_rollback_of_the_last_one_in_the_environment_by_whichever_job() -> None:
    found = marked(
        ("prod", "a"),
        ("prod", "b"),
        ("prod", "b"),
        ("prod", "a"),
        job_name=["deploy", "deploy", "smoke", "deploy"],
        topmost_pipeline_id=[1, 2, 3, 1],
    )

    assert found["is_rollback"].tolist() == [False, False, False, True]
    assert found["previous_finished_at"].tolist()[-1] == at("2 02:00")
    assert found["rollback_time_hours"].tolist()[-1] == 1


def test_a_job_that_is_there_to_roll_back_is_one_each_time() -> None:
    found = marked(
        ("prod", "c"),
        ("prod", "a"),
        ("prod", "b"),
        ("prod", "a"),
        job_name=["deploy", "Rollback", "deploy", "Rollback"],
        topmost_pipeline_id=[1, 1, 2, 1],
    )

    assert found["is_counted"].all()
    assert found["is_rollback"].tolist() == [False, True, True, True]
    assert found["rollback_time_hours"].tolist() == [pd.NA, 1, 1, 1]


def test_what_an_unknown_sha_hides_is_null_and_named() -> None:
    found = marked(("prod", "gone"), ("prod", "a"), ("prod", "gone"), reason=["x", "x", None])

    # A sha that nobody knows is surely no ancestor of a, whose ancestry is known.
    assert found["is_rollback"].tolist() == [False, pd.NA, False]
    assert found["reason"].tolist() == ["x", "x;sha_unknown", pd.NA]


def test_a_way_back_that_ends_before_it_begins_is_null_and_named() -> None:
    found = marked(("prod", "c"), ("prod", "a"), finished_at=[at("9"), at("8")])

    assert found["rollback_time_hours"].isna().all()
    assert found["reason"].tolist() == [pd.NA, "negative_rollback_time"]


def test_a_release_counts_as_deleted_within_24_hours_only() -> None:
    releases = raw(
        "project_id tag_name released_at created_at vanished_at",
        [
            (1, "at-24h", at("2 10:00"), at("2"), at("3 10:00")),
            (1, "at-once", at("2 10:00"), at("2"), at("2 10:00")),
            (1, "late", at("2 10:00"), at("2"), at("3 10:01")),
            (1, "tag-gone", at("2 10:00"), at("2"), None),
            (1, "undated", None, at("2"), at("2 05:00")),
            (1, "planned", at("9"), at("2"), at("3")),
            (1, "alive", at("2"), at("2"), None),
        ],
    )
    tags = raw(
        "project_id tag_name vanished_at",
        [(1, "tag-gone", at("2 11:00")), (1, "alive", None), (2, "alive", at("2 01:00"))],
    )

    found = deleted_releases(releases, tags)["tag_name"]

    assert sorted(found) == ["at-24h", "at-once", "tag-gone", "undated"]


def test_a_pipeline_is_a_rollback_if_any_deployment_that_it_ran_is() -> None:
    found = marked(
        ("eu", "c"),
        ("eu", "a"),
        ("us", "b"),
        ("x", "gone"),
        ("x", "a"),
        pipeline_id=[1, 2, 2, 3, 4],
        topmost_pipeline_id=[1, 2, 2, 3, 4],
    )

    flags = pipeline_flags(raw("project_id pipeline_id", [(1, n) for n in range(1, 6)]), found)

    assert flags["is_prod"].tolist() == [True, True, True, True, False]
    assert flags["is_rollback"].tolist() == [False, True, False, pd.NA, False]


@given(
    st.lists(st.tuples(st.sampled_from(["eu", "us"]), st.sampled_from("abc")), max_size=9),
    st.randoms(),
)
def test_a_plain_loop_agrees_in_any_row_order(rows: list[tuple[str, str]], random: Any) -> None:
    standing: dict[str, str] = {}
    expected = []
    for environment, sha in rows:
        expected.append(sha < standing.get(environment, "a"))
        standing[environment] = sha

    in_order = marked(*rows)
    mixed = in_order.sample(frac=1, random_state=random.randrange(99)).reset_index(drop=True)
    visits = production_visits(mixed, PATTERN)
    shuffled = rollbacks(visits, GRAPH, NONE_DELETED, PATTERN).sort_values("deployment_id")

    assert in_order["is_rollback"].tolist() == expected
    assert shuffled["is_rollback"].tolist() == expected
