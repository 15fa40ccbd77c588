"""Lead time for change: the last merged MR, its merge result, the first deployment that has it."""

from typing import Any

import pandas as pd
import pytest

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.lead_time import last_merged, lead_times, merge_results
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

# a ─ b ─ c ─ m ─ d    m merges the MR's head h; f was fast-forwarded after d
#      └── h ──┘  └ f
GRAPH = CommitGraph(
    ["a", "b", "c", "h", "m", "d", "f"], [[], ["a"], ["b"], ["b"], ["c", "h"], ["m"], ["d"]]
)
PROJECTS = raw(
    "project_id path_with_namespace created_at deployments_collected_from",
    [(1, "toman/Shop", at("1"), at("1")), (2, "toman/lib", at("1"), at("1"))],
)
ISSUES = raw(
    "project_id issue_id iid created_at",
    [(1, 11, 1, at("1")), (1, 12, 2, at("2")), (2, 21, 1, at("1"))],
)
MERGE_REQUESTS = "project_id mr_id merged_at merge_commit_sha squash_commit_sha head_sha"
CLOSING = "project_id mr_id issue_project_path issue_iid origin"
DEPLOYMENTS = "project_id deployment_id pipeline_id sha finished_at deployed_at"


def merged(requests: list[tuple[Any, ...]], closing: list[tuple[Any, ...]]) -> pd.DataFrame:
    rows = [(1, mr, "toman/shop", iid, origin) for mr, iid, origin in closing]
    return last_merged(ISSUES, PROJECTS, raw(CLOSING, rows), raw(MERGE_REQUESTS, requests))


def lead(
    sha: str,
    *deployments: tuple[str, str | None],
    merged_at: str = "5",
    projects: pd.DataFrame = PROJECTS,
) -> pd.Series:
    """The row of issue 11, closed by an MR of the given merge result; deployments (sha, finish)."""
    one = merged([(1, 5, at(merged_at), sha, None, "h")], [(5, 1, "closing_list")])
    rows = [
        (1, n, n + 100, tip, finish and at(finish), at(finish or "8"))
        for n, (tip, finish) in enumerate(deployments, 1)
    ]
    return lead_times(one, raw(DEPLOYMENTS, rows), GRAPH, projects).iloc[0]


def test_the_merge_result_is_merge_else_squash_else_head() -> None:
    requests = raw(
        MERGE_REQUESTS,
        [
            (1, 1, at("2"), "m", "s", "h"),
            (1, 2, at("2"), None, "s", "h"),
            (1, 3, at("2"), None, None, "h"),
        ],
    )
    assert merge_results(requests).tolist() == ["m", "s", "h"]


def test_the_last_merged_of_an_issue_s_merge_requests() -> None:
    requests = [
        (1, 5, at("6"), "m", None, "h"),
        (2, 6, at("7"), "d", None, "h"),
        (1, 7, None, None, None, "f"),
        (1, 8, at("9"), "f", None, "f"),
    ]
    links = [
        (5, 1, "closing_list"),
        (6, 1, "description"),
        (6, 1, "commit"),
        (7, 1, "closing_list"),
    ]

    found = merged(requests, [*links, (8, 99, "commit")])

    assert found[["issue_id", "mr_id", "mr_project_id", "merge_result"]].to_numpy().tolist() == [
        [11, 6, 2, "d"]
    ]


def test_the_first_deployment_that_contains_the_merge() -> None:
    row = lead("m", ("c", "5 01:00"), ("d", "6 12:00"), ("f", "7"))

    assert row["deployment_id"] == 2
    assert row["lead_time_hours"] == 5 * 24 + 12
    assert pd.isna(row["reason"])


@pytest.mark.parametrize("result", ["m", "h", "f"])
def test_merge_rebase_and_fast_forward_alike(result: str) -> None:
    row = lead(result, ("c", "6"), ("f", "7"))

    assert row["lead_time_hours"] == 6 * 24


def test_time_order_is_that_of_the_finish_not_of_the_id() -> None:
    assert lead("m", ("f", "9"), ("d", "6"))["deployment_id"] == 2


def test_deployments_of_another_project_do_not_count() -> None:
    one = merged([(2, 5, at("5"), "m", None, "h")], [(5, 1, "closing_list")])
    rows = raw(
        DEPLOYMENTS, [(1, 1, 101, "d", at("6"), at("6")), (2, 2, 102, "d", at("8"), at("8"))]
    )

    row = lead_times(one, rows, GRAPH, PROJECTS).iloc[0]

    assert (row["project_id"], row["deployment_id"]) == (1, 2)


def test_what_is_not_deployed_has_no_lead_time() -> None:
    row = lead("m", ("c", "6"))

    assert pd.isna(row["lead_time_hours"])
    assert row["reason"] == "not_deployed"


def test_a_merge_before_the_first_deployment_of_an_older_project_has_no_lead_time() -> None:
    older = PROJECTS.assign(deployments_collected_from=at("2"))
    never_read = PROJECTS.assign(deployments_collected_from=None).astype(PROJECTS.dtypes)

    before = lead("m", ("d", "6"), projects=older)
    after = lead("m", ("a", "4"), ("d", "6"), projects=older)

    assert before["reason"] == "before_first_deployment"
    assert before[["lead_time_hours", "deployed_at", "deployment_id"]].isna().all()
    assert (after["lead_time_hours"], after["deployment_id"]) == (5 * 24, 2)
    assert lead("m", ("d", "6"), projects=never_read)["reason"] == "before_first_deployment"
    assert lead("m", ("d", "6"))["lead_time_hours"] == 5 * 24
    assert lead("m", projects=older)["reason"] == "not_deployed"


def test_an_unknown_merge_result_is_named() -> None:
    assert lead("gone", ("d", "6"))["reason"] == "not_deployed;merge_result_unknown"


def test_an_unknown_merge_result_that_was_itself_deployed() -> None:
    row = lead("gone", ("gone", "6"))

    assert row["lead_time_hours"] == 5 * 24
    assert row["reason"] == "merge_result_unknown"


def test_a_deployment_without_a_finish_gives_no_duration() -> None:
    row = lead("m", ("d", None))

    assert pd.isna(row["lead_time_hours"])
    assert row["reason"] == "finished_at_missing"


def test_a_deployment_before_the_issue_is_null_and_named() -> None:
    one = merged([(1, 5, at("1"), "m", None, "h")], [(5, 2, "closing_list")])

    rows = raw(DEPLOYMENTS, [(1, 1, 1, "d", at("1"), at("1"))])
    row = lead_times(one, rows, GRAPH, PROJECTS).iloc[0]

    assert pd.isna(row["lead_time_hours"])
    assert row["reason"] == "negative_duration"


def test_an_unknown_sha_between_merge_and_deployment_is_named() -> None:
    between = lead("m", ("gone", "6"), ("d", "7"))
    before = lead("m", ("gone", "4"), ("d", "7"))
    after = lead("m", ("d", "6"), ("gone", "7"))

    assert between["lead_time_hours"] == 6 * 24
    assert between["reason"] == "unknown_sha_before"
    assert pd.isna(before["reason"])
    assert pd.isna(after["reason"])


def test_nothing_in_nothing_out() -> None:
    found = lead_times(merged([], []), raw(DEPLOYMENTS), GRAPH, PROJECTS)

    assert found.empty
    assert "lead_time_hours" in found
