"""Raw frames for tests, from few words: times are minutes after the start of one morning."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

MORNING = pd.Timestamp("2026-03-02T08:00:00Z")
INSTANT = pd.DatetimeTZDtype("us", "UTC")

TYPES: dict[str, Any] = {
    **dict.fromkeys(("created_at", "updated_at", "merged_at", "closed_at"), INSTANT),
    **dict.fromkeys(("authored_at", "vanished_at", "first_review_at"), INSTANT),
    **dict.fromkeys(("released_at", "tagged_at", "committed_at", "last_activity_at"), INSTANT),
    "default_branch_since": INSTANT,
    **dict.fromkeys(("project_id", "mr_id", "iid", "note_id", "user_id"), "Int64"),
    **dict.fromkeys(("author_user_id", "version_number", "lines_added", "lines_removed"), "Int64"),
    **dict.fromkeys(("approvals_required", "approvals_given"), "Int64"),
    **dict.fromkeys(("is_system", "is_author_bot", "is_approval_reset", "is_bot"), "boolean"),
    **dict.fromkeys(("archived", "pending_deletion"), "boolean"),
}


def at(minutes: float | None) -> pd.Timestamp | None:
    """The instant so many minutes into the morning."""
    return None if minutes is None else MORNING + pd.Timedelta(minutes=minutes)


def frame(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A frame with the types of the raw tables; what a row leaves out is NULL."""
    content = {name: [row.get(name) for row in rows] for name in columns}
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object).astype(TYPES.get(name, "string"))
            for name, values in content.items()
        }
    )


def merge_requests(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """`raw_mr`, by default opened by user 1 in project 1 at minute 0."""
    columns = ["project_id", "mr_id", "iid", "author_user_id", "created_at", "updated_at"]
    columns += ["merged_at", "closed_at", "state", "approvals_required", "approvals_given"]
    columns += ["first_review_at", "lines_added", "lines_removed", "vanished_at"]
    default = {"project_id": 1, "iid": 1, "author_user_id": 1, "created_at": at(0)}
    return frame(
        columns, [default | {"updated_at": at(0), "state": "opened"} | dict(row) for row in rows]
    )


def notes(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """`raw_mr_note`, by default a comment on merge request 1; note ids count up."""
    columns = ["project_id", "note_id", "mr_id", "author_user_id", "created_at", "is_system"]
    columns += ["is_author_bot", "system_action", "is_approval_reset", "vanished_at"]
    columns += ["approvals_reset_of"]
    default = {"project_id": 1, "mr_id": 1, "is_system": False, "is_author_bot": False}
    counted = enumerate(rows, start=1)
    return frame(columns, [default | {"note_id": number} | dict(row) for number, row in counted])


def comment(minutes: float, user: int | None, **more: Any) -> dict[str, Any]:
    """A person's note."""
    return {"created_at": at(minutes), "author_user_id": user} | more


def system(minutes: float, user: int, action: str, **more: Any) -> dict[str, Any]:
    """A note of GitLab's about what a person did."""
    return comment(minutes, user, is_system=True, system_action=action) | more


def reset(minutes: float, user: int, **more: Any) -> dict[str, Any]:
    """GitLab took the approvals back because `user` pushed."""
    return system(minutes, user, "unapproved", is_approval_reset=True) | more


def approvals(*rows: tuple[int, int]) -> pd.DataFrame:
    """`raw_mr_approval` from (mr_id, user_id)."""
    columns = ["project_id", "mr_id", "user_id", "vanished_at"]
    return frame(columns, [{"project_id": 1, "mr_id": mr, "user_id": user} for mr, user in rows])


def versions(*rows: tuple[int, int, float, str]) -> pd.DataFrame:
    """`raw_mr_version` from (mr_id, version_number, minutes, head_sha)."""
    columns = ["project_id", "mr_id", "version_number", "created_at", "head_sha"]
    return frame(
        columns,
        [
            {
                "project_id": 1,
                "mr_id": mr,
                "version_number": number,
                "created_at": at(minutes),
                "head_sha": sha,
            }
            for mr, number, minutes, sha in rows
        ],
    )


def commits(*rows: tuple[int, str, float | None]) -> pd.DataFrame:
    """`raw_mr_commit` from (mr_id, commit_id, minutes of authoring)."""
    columns = ["project_id", "mr_id", "commit_id", "authored_at", "vanished_at"]
    return frame(
        columns,
        [
            {"project_id": 1, "mr_id": mr, "commit_id": sha, "authored_at": at(minutes)}
            for mr, sha, minutes in rows
        ],
    )
