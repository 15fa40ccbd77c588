"""Reviews and approvals as GitLab's notes tell of them.

GitLab's source: `SystemNoteService.requested_changes` (from
`MergeRequests::UpdateReviewerStateService`) writes a note; `approvals_reset`
(ee/app/services/ee/system_notes/merge_requests_service.rb) names those whose approvals went by a
push, all of them or, with `selective_code_owner_removals`, some; `Users::MigrateRecordsToGhostUser`
gives what a deleted person wrote to the Ghost User.
"""

from collections.abc import Callable

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world.people import GHOST, Person
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import AYLIN, BRAM, CHIDI, HandMade, Project

REPO = "toman/core/checkout"
APPROVED = "approved this merge request"


def of(project: Project, author: Person, required: int, merged: str) -> Payload:
    """A merge request opened on 5 March at 09:00."""
    commit = project.commit("2026-03-05 08:00", "Work", parents=(project.tip,), author=author)
    request = project.merge_request("2026-03-05 09:00", [commit], author=author, merged=merged)
    request["approvals_required"] = required
    return request


def pushed(project: Project, request: Payload, at: str) -> None:
    project.note(request, at, "added 1 commit", by=AYLIN, action="commit")


def test_a_selective_reset_keeps_the_other_approval(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    request = of(project, AYLIN, 2, merged="2026-03-05 20:00")
    project.note(request, "2026-03-05 10:00", APPROVED, by=BRAM, action="approved")
    pushed(project, request, "2026-03-05 11:00")
    body = f"reset approvals from @{BRAM.username} by pushing to the branch"
    project.note(request, "2026-03-05 11:00", body, by=AYLIN, action="approvals_reset")
    project.note(request, "2026-03-05 12:00", APPROVED, by=CHIDI, action="approved")
    pushed(project, request, "2026-03-05 13:00")
    project.note(request, "2026-03-05 13:00", body, by=AYLIN, action="approvals_reset")
    row = collect(world).one("fact_mr", mr_id=request["id"])
    # Bram's went, Chidi's stayed; two were asked for.
    assert (row["approvals_given"], row["is_bypassed"]) == (1, True)
    # Rounds: Bram's approval, Chidi's after the push. The resets are the pushes' doing.
    assert row["rework_count"] == 1


def test_requests_for_changes_and_reviews_after_the_merge(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    asked = of(project, AYLIN, 0, merged="2026-03-05 13:00")
    project.note(
        asked, "2026-03-05 10:00", "requested changes", by=BRAM, action="requested_changes"
    )
    late = of(project, AYLIN, 0, merged="2026-03-05 14:00")
    project.note(late, "2026-03-06 09:00", "Looks fine, in hindsight", by=BRAM)
    unreached = of(project, AYLIN, 2, merged="2026-03-05 15:00")
    project.note(unreached, "2026-03-05 11:00", APPROVED, by=BRAM, action="approved")
    done = collect(world)
    rows = {row["mr_id"]: row for row in done.rows("fact_mr")}
    first = rows[asked["id"]]
    assert (first["review_wait_hours"], first["code_review_hours"]) == (1, 3)
    raw = done.one("raw_mr", mr_id=asked["id"])
    assert raw["first_review_at"] == first["first_review_at"]
    after = rows[late["id"]]
    assert (after["review_wait_hours"], after["code_review_hours"]) == (24, None)
    assert after["reason"] == "review_after_merge"
    # Two approvals were never there: the merge ended the review.
    assert rows[unreached["id"]]["code_review_hours"] == 4
    # A review after the merge is no contradiction.
    assert done.check("fact_mr", "durations_are_not_negative").passed


def test_nobody_knows_who_the_ghost_user_was(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    own = of(project, GHOST, 0, merged="2026-03-05 13:00")
    project.note(own, "2026-03-05 10:00", "An afterthought, or a review", by=GHOST)
    project.note(own, "2026-03-05 11:00", "Fine", by=BRAM)
    twice = of(project, AYLIN, 2, merged="2026-03-05 14:00")
    project.note(twice, "2026-03-05 10:00", APPROVED, by=GHOST, action="approved")
    project.note(twice, "2026-03-05 11:00", APPROVED, by=GHOST, action="approved")
    done = collect(world)
    row = done.one("fact_mr", mr_id=own["id"])
    assert (row["first_review_at"], row["rework_count"], row["is_reworked"]) == (None, None, None)
    assert row["reason"] == "deleted_user"
    row = done.one("fact_mr", mr_id=twice["id"])
    assert (row["approvals_given"], row["is_bypassed"]) == (None, None)
    assert (row["review_wait_hours"], row["code_review_hours"]) == (1, None)
    # Of one merge request the rounds are known: none was needed again.
    assert done.metrics("2026-03-30", REPO)["rework_rate"] == 0
    # None of the one that needed none; the other's is not known.
    assert done.metrics("2026-03-30", REPO)["approval_bypass_ratio"] == 0
