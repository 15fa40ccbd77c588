"""Dimensions from raw frames: place in the organisation, activity, bots, protection, SemVer."""

from typing import Any

import pandas as pd
import pytest

from lotus_assets.engine.delivery.releases import is_semver
from lotus_assets.facts import dim_branch, dim_project, dim_release, dim_user
from lotus_assets.sources.organisation_file import Organisation
from lotus_assets.sources.rules_file import Rules
from lotus_assets.tables.table import gate
from lotus_assets_tests.unit.merge_request_frames import at, frame, merge_requests

NOW = pd.Timestamp("2026-03-02T08:00:00Z")
ORGANISATION = Organisation.model_validate(
    {
        "org": "Toman",
        "roots": ["toman/core"],
        "mapping": [
            {"prefix": "toman/core", "business_line": "Core/Platform", "team": "Platform"},
            {"prefix": "toman/core/identity", "business_line": "Core/Platform", "team": "Identity"},
        ],
    }
)


NEVER_RENAMED = frame(["project_id", "earlier_default_branch", "default_branch_since"], [])
NEVER_READ = pd.Series(dtype="datetime64[us, UTC]")


def raw_project(*rows: dict[str, Any]) -> pd.DataFrame:
    columns = ["project_id", "path_with_namespace", "default_branch", "visibility", "archived"]
    columns += ["pending_deletion", "created_at", "last_activity_at", "vanished_at"]
    default = {"archived": False, "pending_deletion": False, "path_with_namespace": "toman/core/a"}
    return frame(columns, [default | row for row in rows])


def test_the_longest_prefix_wins_and_half_a_name_is_no_prefix() -> None:
    raw = raw_project(
        {"project_id": 3, "path_with_namespace": "toman/corex/a"},
        {"project_id": 2, "path_with_namespace": "toman/core/identity/accounts"},
        {"project_id": 1, "path_with_namespace": "toman/core/identity-web"},
    )
    rows = dim_project.project_rows(
        raw, merge_requests(), NEVER_RENAMED, NEVER_READ, ORGANISATION, NOW
    )
    gated = gate(dim_project.TABLE, rows)
    assert gated.bad.empty
    place = gated.good[["project_id", "org", "business_line", "team"]]
    assert list(place.itertuples(index=False, name=None)) == [
        (1, "Toman", "Core/Platform", "Platform"),
        (2, "Toman", "Core/Platform", "Identity"),
        (3, "Toman", "Unmapped", "Unmapped"),
    ]


@pytest.mark.parametrize("column", ["created_at", "updated_at", "merged_at"])
@pytest.mark.parametrize(("age_days", "is_active"), [(90, True), (91, False), (-1, False)])
def test_active_by_a_merge_request_of_the_last_90_days(
    column: str, age_days: int, is_active: bool
) -> None:
    long_ago = at(-200 * 24 * 60)
    instants = {"created_at": long_ago, "updated_at": long_ago, column: at(-age_days * 24 * 60)}
    raw_mr = merge_requests({"mr_id": 1, **instants})
    rows = dim_project.project_rows(
        raw_project({"project_id": 1}), raw_mr, NEVER_RENAMED, NEVER_READ, ORGANISATION, NOW
    )
    assert rows["active_flag"].tolist() == [is_active]


@pytest.mark.parametrize(
    "closed", [{"archived": True}, {"pending_deletion": True}, {"vanished_at": at(0)}]
)
def test_what_is_archived_or_going_is_neither_active_nor_measured(closed: dict[str, Any]) -> None:
    raw = raw_project({"project_id": 1, **closed})
    rows = dim_project.project_rows(
        raw, merge_requests({"mr_id": 1}), NEVER_RENAMED, NEVER_READ, ORGANISATION, NOW
    )
    assert rows[["active_flag", "is_measured"]].to_numpy().tolist() == [[False, False]]


def test_unreadable_projects_are_active_by_their_last_activity() -> None:
    raw = raw_project(
        {"project_id": 1, "last_activity_at": at(-60)},
        {"project_id": 2, "last_activity_at": at(-91 * 24 * 60)},
        {"project_id": 3, "last_activity_at": at(-60)},
    )
    rows = dim_project.project_rows(
        raw, merge_requests(), NEVER_RENAMED, NEVER_READ, ORGANISATION, NOW, [1, 2]
    )
    assert rows["active_flag"].tolist() == [True, False, False]


def test_deployments_are_whole_since_both_lists_were_read() -> None:
    periods = pd.DataFrame(
        [
            ("collect_deployments", 1, at(-30)),
            ("collect_pipelines", 1, at(-20)),
            ("collect_issues", 1, at(-10)),
            ("collect_pipelines", 2, at(-20)),
        ],
        columns=["collection", "project_id", "collected_from"],
    )
    since = dim_project.deployments_collected_from(periods)
    assert since.to_dict() == {1: at(-20)}


def test_bots_by_flag_and_by_pattern() -> None:
    names = ["ada", "group_12_bot_3f", "project_7_bot", "service_account_ci", "merge-bot", "robot"]
    raw = frame(
        ["user_id", "username", "name", "state", "is_bot", "email_hash"],
        [
            {"user_id": number, "username": name, "is_bot": name == "ada"}
            for number, name in enumerate(names)
        ],
    )
    rows = gate(dim_user.TABLE, dim_user.user_rows(raw, Rules().bot_patterns)).good
    assert rows["is_bot"].tolist() == [True, True, True, True, True, False]


def test_protection_by_name_and_wildcard_of_the_own_project() -> None:
    names = ["main", "maintenance", "release/1", "release/1/fix", "a.b", "axb", "gone"]
    branches = [
        {"project_id": 1, "branch": name, "vanished_at": at(0) if name == "gone" else None}
        for name in names
    ]
    raw_branch = frame(
        ["project_id", "branch", "vanished_at"], [*branches, {"project_id": 2, "branch": "main"}]
    )
    raw_protected_branch = frame(
        ["project_id", "name", "vanished_at"],
        [
            {"project_id": 1, "name": "main"},
            {"project_id": 1, "name": "release/*"},
            {"project_id": 1, "name": "a.b"},
            {"project_id": 1, "name": "maintenance", "vanished_at": at(0)},
            {"project_id": 2, "name": "master"},
        ],
    )
    rows = gate(dim_branch.TABLE, dim_branch.branch_rows(raw_branch, raw_protected_branch)).good
    protected = rows[rows["protected_flag"]]
    assert list(protected[["project_id", "branch"]].itertuples(index=False, name=None)) == [
        (1, "a.b"),
        (1, "main"),
        (1, "release/1"),
        (1, "release/1/fix"),
    ]
    assert len(rows) == 7


@pytest.mark.parametrize(
    ("tag", "is_valid"),
    [
        ("1.2.3", True),
        ("v1.2.3", True),
        ("v1.2.3-rc.1+build.5", True),
        ("vv1.2.3", False),
        ("V1.2.3", False),
        ("1.2", False),
        ("01.2.3", False),
        ("release-1.2.3", False),
        ("1.2.3-01", False),
    ],
)
def test_semver(tag: str, is_valid: bool) -> None:
    assert is_semver(pd.Series([tag])).tolist() == [is_valid]


def test_releases_and_bare_tags_by_the_best_instant_known() -> None:
    raw_release = frame(
        ["project_id", "tag_name", "released_at", "vanished_at"],
        [
            {"project_id": 1, "tag_name": "v1.0.0", "released_at": at(1)},
            {"project_id": 1, "tag_name": "v1.1.0"},
            {"project_id": 1, "tag_name": "untagged", "released_at": at(3)},
            {"project_id": 1, "tag_name": "v1.2.0", "released_at": at(4), "vanished_at": at(9)},
        ],
    )
    raw_tag = frame(
        ["project_id", "tag_name", "tagged_at", "committed_at", "vanished_at"],
        [
            {"project_id": 1, "tag_name": "v1.0.0", "tagged_at": at(10), "committed_at": at(11)},
            {"project_id": 1, "tag_name": "v1.1.0", "tagged_at": at(20), "committed_at": at(21)},
            {"project_id": 1, "tag_name": "v1.2.0", "committed_at": at(31)},
            {"project_id": 1, "tag_name": "v1.3.0", "vanished_at": at(9)},
        ],
    )
    rows = gate(dim_release.TABLE, dim_release.release_rows(raw_release, raw_tag)).good
    shown = rows[["tag_name", "released_at", "semver_valid", "is_release"]]
    assert list(shown.itertuples(index=False, name=None)) == [
        ("untagged", at(3), False, True),
        ("v1.0.0", at(1), True, True),
        ("v1.1.0", at(20), True, True),
        ("v1.2.0", at(31), True, False),
    ]
