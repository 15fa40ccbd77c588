"""Closings and reopenings are events of the project: GitLab writes no note of them since 13.3.

GitLab's source: `SystemNotes::IssuablesService#change_status` makes a resource state event and no
note; `EventCreateService#close_issue`, `reopen_issue`, `close_mr` and `reopen_mr` make the events
that `GET /projects/:id/events` lists; `Event#action_name` calls an opening and a reopening alike.
"""

from collections.abc import Callable
from datetime import timedelta

from lotus_assets_tests.integration.collected import Collect, Collected
from lotus_assets_tests.integration.hand_made import HandMade, Project

REPO = "toman/core/checkout"


def closed_twice(project: Project) -> int:
    issue = project.issue("2026-03-02 09:00", closed="2026-03-10 10:00")
    project.reopen(issue, "2026-03-12 10:00")
    project.close(issue, "2026-03-20 10:00")
    return int(issue["id"])


def of_an_older_instance(project: Project) -> int:
    """Its notes tell of what its events tell of too, half a second later; and of what is older."""
    issue = project.issue("2026-03-02 09:00")
    project.note(issue, "2026-03-03 10:00", "closed", action="closed")
    project.note(issue, "2026-03-04 10:00", "reopened", action="opened")
    for act, action, day in (
        (project.close, "closed", 11),
        (project.reopen, "opened", 13),
        (project.close, "closed", 21),
    ):
        act(issue, f"2026-03-{day} 10:00:00")
        note = project.note(issue, f"2026-03-{day} 10:00:00", action, action=action)
        note["created_at"] = note["created_at"].replace(".000Z", ".500Z")
    return int(issue["id"])


def closing_days(done: Collected, issue_id: int) -> list[int]:
    rows = done.rows("fact_issue_closing", issue_id=issue_id)
    return sorted(int(row["closed_at"][8:10]) for row in rows)


def test_issues_closed_and_reopened(hand_made: Callable[[str], HandMade], collect: Collect) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    twice, older = closed_twice(project), of_an_older_instance(project)
    once = project.issue("2026-03-05 09:00", closed="2026-03-15 10:00")["id"]
    done = collect(world)
    assert closing_days(done, twice) == [10, 20]
    assert closing_days(done, older) == [3, 11, 21]
    assert closing_days(done, once) == [15]
    counts = {row["issue_id"]: row["reopened_count"] for row in done.rows("raw_issue")}
    assert counts == {twice: 1, older: 2, once: 0}
    # Three issues were closed in the 30 days to 30 March, two of them were opened again.
    assert done.metrics("2026-03-30", REPO)["issue_reopened_rate"] == 2 / 3


def test_a_reopening_between_two_runs(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-30 12:00")
    project = world.project(REPO)
    issue = project.issue("2026-03-02 09:00", closed="2026-03-10 10:00")
    assert collect(world).metrics("2026-03-29", REPO)["issue_reopened_rate"] == 0
    # What is opened for the first time on that day is no reopening, though GitLab says `opened`.
    fresh = project.issue("2026-03-30 12:10", closed="2026-03-30 12:20")
    project.reopen(issue, "2026-03-30 12:30")
    project.close(issue, "2026-03-30 12:40")
    world.now += timedelta(hours=24)
    world.store.now = world.now
    done = collect(world, "tem_incremental")
    counts = {row["issue_id"]: row["reopened_count"] for row in done.rows("raw_issue")}
    assert counts == {issue["id"]: 1, fresh["id"]: 0}
    assert closing_days(done, issue["id"]) == [10, 30]
    assert done.metrics("2026-03-30", REPO)["issue_reopened_rate"] == 1 / 2


def test_work_in_progress_by_its_history(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    first = project.commit("2026-03-02 08:00", "Begin", parents=(project.tip,))
    request = project.merge_request("2026-03-02 09:00", [first])
    project.close(request, "2026-03-20 10:00")
    project.reopen(request, "2026-03-30 10:00")
    done = collect(world)
    # Two days of one run: closed at the end of the 29th, opened again at that of the 30th.
    assert done.metrics("2026-03-29", REPO)["wip_count"] == 0
    metrics = done.metrics("2026-03-30", REPO)
    assert metrics["wip_count"] == 1
    # Its age is that since its creation: from 2 March 09:00 to the end of the 30th, an hour of
    # which the change of the clocks took.
    assert metrics["wip_age_p50_h"] == 29 * 24 - 9 - 1

    project.close(request, "2026-03-31 12:30")
    world.now += timedelta(hours=24)
    world.store.now = world.now
    done = collect(world, "tem_incremental")
    assert done.metrics("2026-03-30", REPO)["wip_count"] == 1
    assert done.metrics("2026-03-31", REPO)["wip_count"] == 0
    periods = done.rows("fact_mr_open_period", mr_id=request["id"])
    ends = sorted((row["period_start_at"][8:10], row["period_end_at"][8:10]) for row in periods)
    assert ends == [("02", "20"), ("30", "31")]
