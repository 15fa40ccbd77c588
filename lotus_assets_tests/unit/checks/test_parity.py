"""Stored beside GitLab, field by field; the share that must agree; the week and its sample."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.checks.parity import judged, parity_share
from lotus_assets.checks.parity_comparison import compared
from lotus_assets.checks.parity_sample import iso_week, start_of_week
from lotus_assets.sources.gitlab.parity import FIELDS

COLLECTED = pd.Timestamp("2026-03-30T10:00:00Z")


def stored_row(**changes: Any) -> dict[str, Any]:
    """One merge request as `read_sample` gives it."""
    return {
        "project_id": 501,
        "mr_id": 300001,
        "iid": 7,
        "collected_at": COLLECTED,
        "state": "merged",
        "is_draft": False,
        "author_user_id": 101,
        "merge_user_id": 102,
        "created_at": pd.Timestamp("2026-03-02T09:00:00Z"),
        "updated_at": pd.Timestamp("2026-03-03T12:00:00Z"),
        "merged_at": pd.Timestamp("2026-03-03T12:00:00Z"),
        "closed_at": None,
        "source_branch": "work",
        "target_branch": "main",
        "source_project_id": 501,
        "head_sha": "a" * 40,
        "merge_commit_sha": "b" * 40,
        "squash_commit_sha": None,
        "labels": ["bug", "api"],
        "changes_count": 3,
        "lines_added": 20,
        "lines_removed": 0,
        "approvals_given": 1,
        "approvals_required": 1,
        "commit_count": 2,
        "comment_count": 4,
        **changes,
    }


def told(**changes: Any) -> dict[str, Any]:
    """The same merge request as `merge_request_again` gives it: texts, milliseconds, any order."""
    answer = {name: value for name, value in stored_row().items() if name in FIELDS}
    answer |= {
        "created_at": "2026-03-02T09:00:00.417Z",
        "updated_at": "2026-03-03T13:00:00.999+01:00",
        "merged_at": "2026-03-03T12:00:00.100Z",
        "labels": ["api", "bug"],
    }
    return answer | changes


def comparison(stored: dict[str, Any], answer: dict[str, Any]) -> pd.DataFrame:
    return compared(pd.DataFrame([stored], dtype=object), {0: answer}).set_index("field")


def differing(stored: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    found = comparison(stored, answer)
    return [str(name) for name in found.index[~found["is_equal"].astype(bool)]]


def test_the_same_in_other_words_agrees_in_every_field() -> None:
    found = comparison(stored_row(), told())
    assert found.index.tolist() == list(FIELDS)
    assert found["is_equal"].all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("merged_at", "2026-03-03T12:00:02Z"),
        ("merged_at", None),
        ("closed_at", "2026-03-03T12:00:00Z"),
        ("head_sha", "c" * 40),
        ("labels", ["bug"]),
        ("lines_removed", 1),
        ("lines_removed", None),
        ("squash_commit_sha", "d" * 40),
        ("is_draft", True),
        ("comment_count", 5),
    ],
)
def test_a_difference_is_found_in_its_field_alone(field: str, value: Any) -> None:
    assert differing(stored_row(), told(**{field: value})) == [field]


def test_both_values_are_shown() -> None:
    found = comparison(stored_row(), told(labels=["bug"], merged_at="2026-03-04T12:00:00Z"))
    stored, again = found["stored_value"], found["gitlab_value"]
    assert (stored["labels"], again["labels"]) == ("api, bug", "bug")
    assert stored["merged_at"] == "2026-03-03T12:00:00Z"
    assert again["merged_at"] == "2026-03-04T12:00:00Z"
    assert (stored["lines_added"], again["lines_added"]) == ("20", "20")


def test_what_gitlab_does_not_tell_is_not_compared() -> None:
    answer = told()
    del answer["approvals_required"], answer["changes_count"]
    found = comparison(stored_row(), answer)
    assert set(FIELDS) - set(found.index) == {"approvals_required", "changes_count"}
    assert found["is_equal"].all()


def test_of_two_answers_one_may_tell_less() -> None:
    stored = pd.DataFrame([stored_row(), stored_row(mr_id=2, iid=8)], dtype=object)
    less = told()
    del less["changes_count"]
    found = compared(stored, {0: told(), 1: less})
    assert len(found) == 2 * len(FIELDS) - 1
    assert found["is_equal"].all()


def test_of_two_answers_one_may_say_null() -> None:
    stored = pd.DataFrame([stored_row(), stored_row(head_sha=None, lines_added=None)], dtype=object)
    found = compared(stored, {0: told(), 1: told(head_sha=None, lines_added=None)})
    assert found["is_equal"].all()
    shown = found[found["field"].eq("lines_added")]["gitlab_value"].tolist()
    assert shown == ["20", None]


def test_what_moved_after_it_was_collected_is_said_and_not_compared() -> None:
    moved = told(updated_at="2026-03-30T10:00:05Z", state="opened", comment_count=9)
    (row,) = compared(pd.DataFrame([stored_row()], dtype=object), {0: moved}).to_dict("records")
    assert (row["field"], row["reason"]) == ("updated_at", "moved")
    assert pd.isna(row["is_equal"])


def test_what_moved_before_it_was_collected_was_missed() -> None:
    missed = told(updated_at="2026-03-30T09:59:00Z", comment_count=9)
    assert differing(stored_row(), missed) == ["updated_at", "comment_count"]


def week_rows(equal: int, different: int, unread: int = 0) -> pd.DataFrame:
    """Rows of `parity`, each of another merge request."""
    answers = [*[True] * equal, *[False] * different, *[None] * unread]
    return pd.DataFrame(
        {
            "iso_week": "2026-W14",
            "project_id": 501,
            "mr_id": range(len(answers)),
            "iid": range(len(answers)),
            "field": "state",
            "stored_value": "merged",
            "gitlab_value": "opened",
            "is_equal": pd.array(answers, dtype="boolean"),
            "reason": None,
        }
    )


@pytest.mark.parametrize(
    ("equal", "different", "is_kept"),
    [(98, 2, True), (97, 3, False), (440, 0, True), (0, 1, False)],
)
def test_ninety_eight_per_cent_must_agree(equal: int, different: int, is_kept: bool) -> None:
    findings = judged(week_rows(equal, different))
    assert findings.is_kept is is_kept
    assert findings.total == different
    assert ("Data Quality Red" in findings.summary) is not is_kept


def test_what_was_not_compared_does_not_count() -> None:
    assert parity_share(week_rows(3, 1, unread=9)) == 3 / 4
    assert judged(week_rows(3, 0, unread=9)).is_kept
    assert judged(week_rows(0, 0)).is_kept
    assert parity_share(week_rows(0, 0, unread=2)) is None


def test_one_field_that_is_wrong_everywhere_is_red() -> None:
    wrong = [told(lines_added=21) for _ in range(20)]
    stored = pd.DataFrame([stored_row(mr_id=number) for number in range(20)], dtype=object)
    found = compared(stored, dict(enumerate(wrong))).assign(iso_week="2026-W14")
    assert parity_share(found) == 21 / 22  # 95.5 %
    assert not judged(found).is_kept


def test_one_merge_request_that_is_wrong_in_everything_is_red() -> None:
    other = dict.fromkeys(FIELDS, "other") | dict.fromkeys(
        ("created_at", "updated_at", "merged_at", "closed_at"), "2026-01-01T00:00:00Z"
    )
    answers = {number: told() for number in range(19)} | {19: other}
    stored = pd.DataFrame([stored_row(mr_id=number) for number in range(20)], dtype=object)
    found = compared(stored, answers).assign(iso_week="2026-W14")
    assert parity_share(found) == 19 / 20
    assert not judged(found).is_kept


@pytest.mark.parametrize(
    ("now", "week", "start"),
    [
        # Monday 30 March, 00:00 in Amsterdam, is 22:00 UTC of the day after the clock change.
        ("2026-03-29T21:59:59Z", "2026-W13", "2026-03-22T23:00:00Z"),
        ("2026-03-29T22:00:00Z", "2026-W14", "2026-03-29T22:00:00Z"),
        ("2026-01-01T12:00:00Z", "2026-W01", "2025-12-28T23:00:00Z"),
        ("2027-01-03T12:00:00Z", "2026-W53", "2026-12-27T23:00:00Z"),
    ],
)
def test_weeks_are_those_of_amsterdam(now: str, week: str, start: str) -> None:
    zone, instant = ZoneInfo("Europe/Amsterdam"), datetime.fromisoformat(now)
    assert iso_week(instant.astimezone(zone).date()) == week
    assert start_of_week(instant, zone) == datetime.fromisoformat(start)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_week_begins_on_its_monday(day: date) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
    start = start_of_week(noon, zone).astimezone(zone)
    assert (start.isoweekday(), start.hour) == (1, 0)
    assert iso_week(start.date()) == iso_week(day)
    assert 0 <= (day - start.date()).days < 7
