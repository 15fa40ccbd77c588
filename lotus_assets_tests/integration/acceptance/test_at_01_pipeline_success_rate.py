"""AT-01: pipeline success rate for repo X, last 30 days, within ±1 pipeline vs GitLab's UI."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import httpx

from lotus_assets_tests.integration.amsterdam import amsterdam
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade, Project
from lotus_assets_tests.standin_fixtures import client_of

REPO = "toman/core/checkout"
DAY = "2026-03-30"
"""The day after the clocks changed; its 30 days are those from 1 March to 30 March."""
WITHIN = amsterdam("2026-03-01 00:00"), amsterdam("2026-03-31 00:00")


def thirty_days(project: Project) -> None:
    """11 successes and 4 failures that count, and whatever does not."""
    project.pipeline("2026-03-01 00:00:00", "success", ended="2026-03-01 00:05")  # first second
    for day in range(2, 12):
        project.pipeline(f"2026-03-{day:02d} 10:00", "success", ended=f"2026-03-{day:02d} 10:05")
    project.pipeline("2026-03-12 10:00", "failed", ended="2026-03-12 10:05")
    project.pipeline("2026-03-13 10:00", "failed", ended="2026-03-13 10:05", ref="work")
    # Half past one, then half past three: the night of the clock change has no half past two.
    project.pipeline("2026-03-29 01:30", "failed", ended="2026-03-29 03:30")
    project.pipeline("2026-03-30 23:59:59", "failed", ended="2026-03-31 00:10")  # last second
    # Neither numerator nor denominator:
    for status in ("canceled", "canceled", "skipped", "manual"):
        project.pipeline("2026-03-20 10:00", status, ended="2026-03-20 10:05")
    project.pipeline("2026-03-20 11:00", "running")
    project.pipeline(
        "2026-03-20 12:00", "failed", ended="2026-03-20 12:05", source="parent_pipeline"
    )
    project.pipeline("2026-02-28 23:59:59", "failed", ended="2026-03-01 00:05")  # the day before
    project.pipeline("2026-03-31 00:00:00", "failed", ended="2026-03-31 00:05")  # the day after


def as_the_ui_counts(client: httpx.Client, project_id: int) -> Counter[str]:
    """Statuses of the window's pipelines in GitLab's own list; child pipelines are not in it."""
    found = Counter[str]()
    address = f"/api/v4/projects/{project_id}/pipelines"
    for page in range(1, 100):
        listed = client.get(address, params={"per_page": 10, "page": page}).json()
        if not listed:
            return found
        found.update(
            row["status"]
            for row in listed
            if WITHIN[0] <= datetime.fromisoformat(row["created_at"]) < WITHIN[1]
            and row["source"] != "parent_pipeline"
        )
    raise AssertionError("the list has no end")


def test_the_success_rate_of_a_repository(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    thirty_days(project)
    other = world.project("toman/core/ledger")
    other.pipeline("2026-03-15 10:00", "failed", ended="2026-03-15 10:05")
    done = collect(world)

    rate = done.metrics(DAY, REPO)["pipeline_success_rate"]
    with client_of(done.server) as client:
        shown = as_the_ui_counts(client, project.project_id)
    pipelines = shown["success"] + shown["failed"]
    assert (shown["success"], shown["failed"]) == (11, 4)
    assert abs(rate * pipelines - shown["success"]) <= 1  # the tolerance of AT-01
    assert rate == 11 / 15  # and in truth exactly


def test_no_pipelines_is_no_rate(hand_made: Callable[[str], HandMade], collect: Collect) -> None:
    world = hand_made("2026-03-31 12:00")
    world.project(REPO).pipeline("2026-03-20 10:00", "canceled", ended="2026-03-20 10:05")
    assert collect(world).metrics(DAY, REPO)["pipeline_success_rate"] is None
