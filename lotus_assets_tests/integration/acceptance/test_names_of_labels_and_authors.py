"""Labels keep their names, and commits have the author whom GitLab names for their address."""

from collections.abc import Callable
from pathlib import Path

from lotus_assets_tests.integration.amsterdam import amsterdam
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import AYLIN, BRAM, HandMade

REPO = "toman/core/checkout"
RULES = """
bug_labels: ["bug@payments"]
sla: [{label: "due@3d", target_days: 3}]
"""


def test_a_label_with_an_at_sign_is_a_name(
    hand_made: Callable[[str], HandMade], collect: Collect, tmp_path: Path
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    labels = ["bug@payments", "due@3d"]
    project.issue("2026-03-20 09:00", closed="2026-03-26 09:00", labels=labels)
    request = project.change("2026-03-25 09:00", "2026-03-26 17:00")
    request["labels"] = labels
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES, encoding="utf-8")
    done = collect(world, TEM_RULES_FILE=str(rules))

    assert done.one("raw_issue")["labels"] == labels
    assert done.one("raw_mr")["labels"] == labels
    issue = done.one("fact_issue")
    assert (issue["is_bug"], issue["target_days"]) == (True, 3.0)
    assert done.metrics("2026-03-30", REPO)["issue_sla_breach_rate"] == 1.0


def test_commits_have_the_author_whom_gitlab_names_for_the_address(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """GitLab finds the author of a merge request's commit by the address (`Commit#author`,
    app/models/commit.rb: `User.by_any_email`); Git knows addresses alone.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    hotfix = project.commit("2026-03-24 10:00", "Hotfix", parents=(project.tip,), author=AYLIN)
    project.push("2026-03-24 10:05", hotfix.sha)
    by_bram = project.commit("2026-03-24 11:00", "Another", parents=(project.tip,), author=BRAM)
    project.push("2026-03-24 11:05", by_bram.sha, by=BRAM)
    done = collect(world)
    assert {row["author_user_id"] for row in done.rows("raw_commit")} == {None}

    # A merge request by Aylin later: what she pushed before is hers too, Bram's is nobody's yet.
    project.change("2026-03-31 12:10", "2026-03-31 12:20")
    world.now = world.store.now = amsterdam("2026-03-31 13:00")
    done = collect(world, "tem_incremental")
    authors = {row["commit_id"]: row["author_user_id"] for row in done.rows("raw_commit")}
    assert authors[hotfix.sha] == AYLIN.user_id
    assert authors[by_bram.sha] is None
