"""What closes an issue is what GitLab closes, and nothing else.

GitLab's source: `MergeRequest#closes_issues` (app/models/merge_request.rb) reads nothing of a merge
request that does not aim at the default branch; `Gitlab::ClosingIssueExtractor`
(lib/gitlab/closing_issue_extractor.rb) matches the default pattern, which knows spaces and no new
lines; `Gitlab::Regex.issue` wants a number that ends where a word ends; `Project.reference_pattern`
takes the namespace for granted where there is none.
"""

from collections.abc import Callable

import pytest

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets_tests.integration.amsterdam import amsterdam, as_gitlab
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade, Project

REPO, NEIGHBOUR = "toman/core/checkout", "toman/core/ledger"
HOUR = 1.0


def merged_saying(project: Project, description: str, opened: str, merged: str) -> Payload:
    request = project.change(opened, merged)
    request["description"] = description
    return request


def deployed(project: Project, started: str, finished: str) -> None:
    pipeline = project.pipeline(started, "success", ended=finished)
    project.deployment(pipeline, "production", finished)


def backported(project: Project, description: str, opened: str, merged: str) -> Payload:
    """Merged into a branch that is not the default one."""
    commit = project.commit(opened, "Backport", parents=(project.tip,))
    request = project.merge_request(opened, [commit])
    at = as_gitlab(amsterdam(merged))
    request |= {"description": description, "target_branch": "release/1.0"}
    request |= {"state": "merged", "merged_at": at, "updated_at": at}
    return request


def test_a_backport_and_a_follow_up_close_nothing(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    deployed(project, "2026-03-01 09:00", "2026-03-01 09:30")
    for day in (2, 3, 4, 5):
        project.issue(f"2026-03-{day:02d} 09:00")
    closing = merged_saying(project, "Closes #1", "2026-03-05 09:00", "2026-03-05 10:00")
    follow_up = merged_saying(
        project, "Closes #2\n\n#3 is the follow-up", "2026-03-06 09:00", "2026-03-06 10:00"
    )
    merged_saying(project, "Closes #0000\nCloses #4abc", "2026-03-07 09:00", "2026-03-07 10:00")
    deployed(project, "2026-03-10 08:00", "2026-03-10 09:00")
    backported(project, "Closes #1", "2026-03-20 09:00", "2026-03-20 10:00")
    done = collect(world)
    found = {
        row["issue_id"] - 1000: (row["mr_id"], row["lead_time_hours"])
        for row in done.rows("fact_lead_time")
    }
    # Issue 1 from 2 March 09:00, issue 2 from the 3rd, both to the 10th 09:00.
    assert found == {1: (closing["id"], 8 * 24 * HOUR), 2: (follow_up["id"], 7 * 24 * HOUR)}
    assert done.rows("quarantine") == []


def test_a_project_of_the_same_namespace_needs_no_path(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project, neighbour = world.project(REPO), world.project(NEIGHBOUR)
    deployed(project, "2026-03-01 09:00", "2026-03-01 09:30")
    issue = neighbour.issue("2026-03-02 09:00")
    described = merged_saying(project, "Fixes ledger#1", "2026-03-05 09:00", "2026-03-05 10:00")
    deployed(project, "2026-03-10 08:00", "2026-03-10 09:00")
    row = collect(world).one("fact_lead_time", issue_id=issue["id"])
    assert (row["project_id"], row["mr_id"]) == (neighbour.project_id, described["id"])
    assert row["lead_time_hours"] == 8 * 24 * HOUR


def test_an_issue_that_was_moved_elsewhere_is_no_issue_here(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """`Issues::MoveService` closes the original and keeps `moved_to_id`."""
    world = hand_made("2026-03-31 12:00")
    project, neighbour = world.project(REPO), world.project(NEIGHBOUR)
    moved = project.issue("2026-03-02 09:00", closed="2026-03-04 10:00")
    arrived = neighbour.issue("2026-03-02 09:00")
    moved["moved_to_id"] = arrived["id"]
    done = collect(world)
    assert [row["issue_id"] for row in done.rows("fact_issue")] == [arrived["id"]]
    assert done.rows("fact_issue_closing") == []
    assert done.metrics("2026-03-30", REPO)["issue_reopened_rate"] is None


@pytest.mark.parametrize("squashes_today", [True, False])
def test_a_squash_commit_is_known_whatever_the_setting_is_today(
    squashes_today: bool, hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """`MergeRequest#squash_on_merge?` follows the project's setting of today."""
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    request = project.change("2026-03-05 09:00", "2026-03-05 10:00")
    squashed = project.commit("2026-03-05 09:59", "Squashed", parents=(project.tip,))
    project.repository.refs["refs/keep-around/squashed"] = squashed.sha
    request |= {"squash": squashes_today, "squash_on_merge": squashes_today}
    request |= {"squash_commit_sha": squashed.sha}
    row = collect(world).one("raw_mr", mr_id=request["id"])
    assert row["squash_commit_sha"] == squashed.sha


def test_instants_that_cannot_be_are_missing_and_counted(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    old = project.issue("1970-01-01 01:00")
    undated = project.issue("2026-03-02 09:00")
    undated["state"] = "closed"  # by an importer, without `closed_at`
    epoch = project.commit("1970-01-02 00:00", "Clock at zero", parents=(project.tip,))
    second = project.commit("2026-03-05 08:00", "In time", parents=(epoch.sha,))
    request = project.merge_request("2026-03-05 09:00", [epoch, second], merged="2026-03-05 10:00")
    ahead = project.note(request, "2026-03-05 09:30", "From a clock that is ahead")
    ahead["created_at"] = ahead["updated_at"] = "2031-01-01T00:00:00.000Z"
    done = collect(world)
    assert done.rows("quarantine") == []
    reasons = {row["issue_id"]: row["reason"] for row in done.rows("fact_issue")}
    assert reasons == {old["id"]: "created_at_missing", undated["id"]: "closed_at_missing"}
    assert done.one("raw_issue", issue_id=old["id"])["created_at"].startswith("1970-01-01")
    fact = done.one("fact_mr", mr_id=request["id"])
    assert fact["cycle_time_hours"] == 2 * HOUR
    assert fact["first_review_at"] is None
    for table in ("raw_issue", "raw_mr_commit", "raw_mr_note"):
        assert done.shown(table, "instants_are_plausible", "rows") == 1, table
