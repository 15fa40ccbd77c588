"""Issues: service levels by label, reopenings, escaped bugs."""

import json
from typing import Any

import pandas as pd
import pytest

from lotus_assets.engine.delivery.issues import (
    bug_issues,
    issue_closings,
    sla_issues,
    sla_targets,
)
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

COLUMNS = "project_id issue_id issue_type created_at closed_at reopened_count labels state"
TARGETS = pd.DataFrame({"label": ["s::1", "s::2", "s::1"], "target_days": [2, 7.5, 90]})
RELEASES = "project_id tag_name released_at created_at"


def issue(number: int, *labels: str, **other: Any) -> tuple[Any, ...]:
    row = {"type": "issue", "created": "10", "closed": None, "reopened": 0, "project": 1} | other
    closed = row["closed"] and at(row["closed"])
    key = (row["project"], number, row["type"], at(row["created"]), closed)
    state = row.get("state", "closed" if closed else "opened")
    return (*key, row["reopened"], json.dumps(labels), state)


def test_the_first_rule_wins_whatever_the_order_of_labels() -> None:
    issues = raw(
        COLUMNS, [issue(1, "x", "s::2", "s::1"), issue(2, "s::2"), issue(3, "S::1"), issue(4)]
    )

    assert sla_targets(issues, TARGETS).tolist() == [2, 7.5, pd.NA, pd.NA]


def test_labels_may_be_null_or_ten_thousand() -> None:
    issues = raw(
        COLUMNS, [issue(1, *map(str, range(10_000)), "s::1"), (1, 2, "issue", *[None] * 5)]
    )

    assert sla_targets(issues, TARGETS).tolist() == [2, pd.NA]


def test_due_after_target_days_of_24_hours() -> None:
    issues = raw(
        COLUMNS,
        [
            issue(1, "s::1", created="28 12:00"),
            issue(2, "s::1", created="28 12:00", closed="30 12:00"),
            issue(3, "s::1", created="28 12:00", closed="30 12:01"),
            issue(4, closed="30"),
            issue(5, "s::1", closed="9"),
        ],
    )

    found = sla_issues(issues, TARGETS).set_index("issue_id")

    assert found.index.tolist() == [1, 2, 3, 5]
    assert found.loc[1, "due_at"] == at("30 12:00")
    assert found["breached_at"].notna().tolist() == [True, False, True, False]
    assert found.loc[3, "breached_at"] == at("30 12:00")
    assert found["reason"].tolist() == [pd.NA, pd.NA, pd.NA, "closed_before_created"]


def test_a_closed_issue_that_does_not_say_when_is_in_no_breach() -> None:
    issues = raw(COLUMNS, [issue(1, "s::1", state="closed"), issue(2, "s::1")])
    assert sla_issues(issues, TARGETS)["breached_at"].notna().tolist() == [False, True]


def test_a_bug_without_a_plausible_creation_escapes_by_its_label_alone() -> None:
    issues = raw(COLUMNS, [issue(1, "bug"), issue(2, "bug", "escaped")]).assign(
        created_at=pd.Series([pd.NaT, pd.NaT], dtype="datetime64[us, UTC]")
    )
    releases = raw(RELEASES, [(1, "v1", at("9"), at("9"))])
    found = bug_issues(issues, releases, ["bug"], ["escaped"])
    assert found["is_escaped"].tolist() == [False, True]


def test_any_close_event_counts_and_the_stated_close_where_none_tells_of_it() -> None:
    issues = raw(
        COLUMNS,
        [
            issue(1, reopened=1),
            issue(2, closed="12", reopened=0),
            issue(3, closed="12 10:00", reopened=2),
            issue(4),
        ],
    )
    changes = raw(
        "target_id action created_at",
        [
            (1, "closed", at("11")),
            (1, "reopened", at("12")),
            (3, "closed", at("11")),
            (3, "closed", at("12 10:00") + pd.Timedelta("0.4s")),
        ],
    ).rename(columns={"created_at": "at"})

    found = issue_closings(issues, changes)

    assert found["issue_id"].tolist() == [1, 2, 3, 3]
    assert found["closed_at"].dt.day.tolist() == [11, 12, 11, 12]
    assert found["is_reopened"].tolist() == [True, False, True, True]


def test_a_bug_is_an_incident_or_bears_a_bug_label() -> None:
    issues = raw(COLUMNS, [issue(1, type="incident"), issue(2, "bug"), issue(3, "debug"), issue(4)])

    found = bug_issues(issues, raw(RELEASES), ["bug", "type::bug"], ["escaped"])

    assert found["issue_id"].tolist() == [1, 2]
    assert found["is_escaped"].tolist() == [False, False]


@pytest.mark.parametrize(
    ("released", "is_escaped"),
    [
        ("9", True),
        ("10", False),
        ("11", False),
    ],
)
def test_a_bug_escapes_the_release_before_it(released: str, is_escaped: bool) -> None:
    releases = raw(RELEASES, [(1, "v1", at(released), at("1"))])

    found = bug_issues(raw(COLUMNS, [issue(1, "bug")]), releases, ["bug"], [])

    assert found["is_escaped"].tolist() == [is_escaped]


def test_only_the_latest_release_of_its_own_project_and_only_for_so_many_days() -> None:
    releases = raw(
        RELEASES,
        [(1, "v1", at("1"), at("1")), (1, "v2", at("5"), at("1")), (2, "v9", None, at("19"))],
    )
    issues = raw(
        COLUMNS,
        [
            issue(1, "bug", created="19"),
            issue(2, "bug", created="19 00:01"),
            issue(3, "bug", "escaped", created="25"),
            issue(4, "bug", project=2, created="20"),
            issue(5, "bug", project=3, created="20"),
        ],
    )

    found = bug_issues(issues.sample(frac=1, random_state=2), releases, ["bug"], ["escaped"])

    assert found["issue_id"].tolist() == [1, 2, 3, 4, 5]
    assert found["is_escaped"].tolist() == [True, False, True, True, False]
    assert found["released_at"].tolist()[:4] == [at("5"), at("5"), at("5"), at("19")]


def test_no_issues_no_rows() -> None:
    none = raw(COLUMNS)
    assert sla_issues(none, TARGETS).empty
    assert bug_issues(none, raw(RELEASES), ["bug"], []).empty
    assert issue_closings(
        none, raw("target_id action created_at").rename(columns={"created_at": "at"})
    ).empty
