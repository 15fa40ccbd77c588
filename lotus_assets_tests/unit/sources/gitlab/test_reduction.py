"""What is left of a payload when it leaves the source."""

from typing import Any

import pytest

from lotus_assets.sources.gitlab.commit_log import CommitParser, records
from lotus_assets.sources.gitlab.email_hash import EmailHash
from lotus_assets.sources.gitlab.lists.merge_requests import payload as payload_of
from lotus_assets.sources.gitlab.pages import ProjectReference
from lotus_assets.sources.gitlab.reduction import Reduction, note, system_action

OLD_HEAD = "8891924597600f608459fa9d981145d89add1161"


def system_note(
    body: str, action: str | None = None, at: str = "2026-03-02T09:00:00Z"
) -> dict[str, Any]:
    return {
        "id": "gid://gitlab/Note/1",
        "system": True,
        "body": body,
        "createdAt": at,
        "updatedAt": at,
        "author": {"id": "gid://gitlab/User/1", "bot": False},
        "systemNoteMetadata": {"action": action} if action else None,
    }


@pytest.mark.parametrize(
    ("body", "action"),
    [
        ("approved this merge request", "approved"),
        ("unapproved this merge request", "unapproved"),
        ("added 1 commit\n\n<ul><li>abbe0ab2 - work</li></ul>", "commit"),
        ("added 12 new commits", "commit"),
        ("closed", "closed"),
        ("reopened", "opened"),
        ("assigned to @ann", None),
        ("", None),
    ],
)
def test_old_notes_say_in_words_what_they_record(body: str, action: str | None) -> None:
    assert system_action(system_note(body)) == action


def test_the_recorded_action_goes_before_the_wording() -> None:
    assert system_action(system_note("closed", "merge")) == "merge"


def test_a_push_note_names_the_old_head() -> None:
    body = (
        "added 1 commit\n\n[Compare with previous version]"
        f"(/group/project/-/merge_requests/1/diffs?diff_id=46674001&start_sha={OLD_HEAD})"
    )
    assert note(system_note(body, "commit"))["pushedFromSha"] == OLD_HEAD
    assert "body" not in note(system_note(body, "commit"))


def test_words_of_a_person_are_no_action() -> None:
    said = system_note("approved this merge request") | {"system": False}
    assert note(said)["action"] is None


def test_notes_that_are_rendered_events_are_no_notes_and_free_edition_counts_pushes() -> None:
    node = {
        "createdAt": "2026-03-02T08:00:00Z",
        "description": "Closes #1, says ann@example.com",
        "labels": [],
        "approvedBy": [],
        "commits": [],
        "notes": [
            system_note("added 1 commit", "commit"),
            system_note("added ~1 label", "label") | {"id": "gid://gitlab/LabelNote/ab12cf"},
        ],
    }
    payload = payload_of(Reduction(EmailHash()), node, ProjectReference(7, "toman/core/ledger"))
    assert len(payload["notes"]) == 1
    assert payload["closing"] == ["#1"]
    assert "description" not in payload
    times = [each["createdAt"] for each in payload["mergeRequestDiffs"]]
    assert times == ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"]


def test_records_are_cut_anywhere() -> None:
    assert list(records([b"on", b"e\0tw", b"o\0", b"\n"])) == [b"one", b"two"]
    assert list(records([b"one\0rest"])) == [b"one", b"rest"]


def test_a_commit_with_a_broken_author_line_and_odd_bytes() -> None:
    record = (
        b"a" * 40 + b"\ntree " + b"b" * 40 + b"\nauthor Nobody\n"
        b"committer Ann <ann@example.com> 99999999999999999 +0000\n\n    Caf\xe9\n"
    )
    commit = CommitParser(EmailHash()).commit(record)
    assert commit["authored_at"] is None
    assert commit["committed_at"] is None
    assert commit["author_email_hash"] is None
    assert commit["title"] == "Caf\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("address", "is_bot"),
    [("project_7_bot@noreply.example.com", True), ("ann@project_7_bot.example.com", False)],
)
def test_a_bot_s_address_is_told_by_its_local_part(address: str, is_bot: bool) -> None:
    record = f"{'a' * 40}\nauthor Deploy <{address}> 1772438400 +0000\n\n    Work\n".encode()
    parser = CommitParser(EmailHash(), bot_patterns=(r"^project_\d+_bot",))
    assert parser.commit(record)["has_bot_address"] is is_bot
