"""Payloads as `GitLabSource` gives them, from few words."""

from typing import Any

SHA = {letter: letter * 40 for letter in "abcdef0"}


def merge_request(number: int = 1, **more: Any) -> dict[str, Any]:
    """A merged merge request of user 1, created at 08:00, merged at 12:00."""
    return {
        "project_id": 7,
        "project_path": "toman/core/ledger",
        "id": f"gid://gitlab/MergeRequest/{100 + number}",
        "iid": str(number),
        "state": "merged",
        "draft": False,
        "createdAt": "2026-03-02T08:00:00Z",
        "updatedAt": "2026-03-02T13:00:00Z",
        "mergedAt": "2026-03-02T12:00:00Z",
        "closedAt": None,
        "sourceBranch": "feature",
        "targetBranch": "main",
        "sourceProjectId": 7,
        "diffHeadSha": SHA["a"],
        "mergeCommitSha": SHA["b"],
        "squashCommitSha": None,
        "diffStatsSummary": {"additions": 3, "deletions": 1, "fileCount": 2},
        "author": {"id": "gid://gitlab/User/1"},
        "mergeUser": {"id": "gid://gitlab/User/2"},
        "approvalsRequired": 1,
        "labels": ["bug"],
        "approvedBy": [],
        "closing": [],
        "commits": [],
        "mergeRequestDiffs": [],
        "notes": [],
    } | more


def note(
    number: int, at: str, user: int = 2, action: str | None = None, **more: Any
) -> dict[str, Any]:
    """A note at `at` of 2 March 2026; with `action` a system note."""
    return {
        "id": f"gid://gitlab/Note/{number}",
        "system": action is not None,
        "createdAt": f"2026-03-02T{at}Z",
        "updatedAt": f"2026-03-02T{at}Z",
        "author": {"id": f"gid://gitlab/User/{user}", "bot": False},
        "action": action,
        "pushedFromSha": None,
        "isApprovalReset": False,
    } | more


def pipeline(number: int = 1, **more: Any) -> dict[str, Any]:
    """A successful pipeline with stages build and test, without jobs."""
    return {
        "project_id": 7,
        "id": f"gid://gitlab/Ci::Pipeline/{number}",
        "iid": str(number),
        "sha": SHA["a"],
        "ref": "main",
        "source": "push",
        "name": None,
        "status": "SUCCESS",
        "createdAt": "2026-03-02T08:00:00Z",
        "updatedAt": "2026-03-02T08:10:00Z",
        "startedAt": "2026-03-02T08:01:00Z",
        "finishedAt": "2026-03-02T08:10:00Z",
        "duration": 540,
        "user": {"id": "gid://gitlab/User/1"},
        "mergeRequest": None,
        "stages": [{"name": "build"}, {"name": "test"}],
        "jobs": [],
    } | more


def job(number: int, **more: Any) -> dict[str, Any]:
    """A successful job of stage test that declares no needs."""
    return {
        "id": f"gid://gitlab/Ci::Build/{number}",
        "name": "unit",
        "kind": "BUILD",
        "status": "SUCCESS",
        "retried": False,
        "allowFailure": False,
        "createdAt": "2026-03-02T08:00:00Z",
        "startedAt": "2026-03-02T08:01:00Z",
        "finishedAt": "2026-03-02T08:03:00Z",
        "duration": 120,
        "schedulingType": "stage",
        "stage": {"name": "test"},
        "needs": {"nodes": []},
    } | more


def issue(number: int = 1, **more: Any) -> dict[str, Any]:
    """An open issue."""
    return {
        "project_id": 7,
        "project_path": "toman/core/ledger",
        "id": f"gid://gitlab/Issue/{200 + number}",
        "iid": str(number),
        "state": "opened",
        "type": "ISSUE",
        "createdAt": "2026-03-02T08:00:00Z",
        "updatedAt": "2026-03-02T09:00:00Z",
        "closedAt": None,
        "author": {"id": "gid://gitlab/User/1"},
        "labels": [],
        "events": [],
        "closingMergeRequests": [],
    } | more


def deployment(number: int = 1, **more: Any) -> dict[str, Any]:
    """A successful deployment to production."""
    return {
        "project_id": 7,
        "id": number,
        "iid": number,
        "ref": "main",
        "sha": SHA["a"],
        "status": "success",
        "created_at": "2026-03-02T09:00:00.000+01:00",
        "updated_at": "2026-03-02T08:05:00.123Z",
        "environment": {"id": 5, "name": "production"},
        "user": {"id": 1},
        "deployable": {
            "id": 11,
            "name": "deploy",
            "finished_at": "2026-03-02T08:05:00.000Z",
            "pipeline": {"id": 3},
        },
    } | more


def push(number: int = 1, **more: Any) -> dict[str, Any]:
    """A push to main."""
    data = {
        "action": "pushed",
        "ref_type": "branch",
        "ref": "main",
        "commit_from": SHA["a"],
        "commit_to": SHA["b"],
        "commit_count": 1,
    }
    return {
        "project_id": 7,
        "id": number,
        "author_id": 1,
        "created_at": "2026-03-02T08:00:00.000Z",
        "push_data": data | more,
    }


def commit(letter: str = "a", **more: Any) -> dict[str, Any]:
    """A commit on the default branch."""
    return {
        "project_id": 7,
        "commit_id": SHA[letter],
        "parent_ids": [SHA["0"]],
        "author_name": "Ann",
        "author_email_hash": "e" * 64,
        "has_bot_address": False,
        "committer_email_hash": None,
        "authored_at": "2026-03-02T08:00:00+00:00",
        "committed_at": "2026-03-02T08:00:00+00:00",
        "title": "Work",
        "closing": [],
        "is_signed": True,
        "is_on_default_branch": True,
        "is_first_parent": True,
    } | more


def project(number: int = 7, **more: Any) -> dict[str, Any]:
    """A project with one environment and one release."""
    return {
        "project_id": number,
        "id": f"gid://gitlab/Project/{number}",
        "fullPath": "toman/core/ledger",
        "visibility": "private",
        "archived": False,
        "markedForDeletionOn": None,
        "issuesEnabled": True,
        "mergeRequestsEnabled": True,
        "jobsEnabled": True,
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-03-01T00:00:00Z",
        "lastActivityAt": "2026-03-02T00:00:00Z",
        "repository": {"empty": False, "rootRef": "main"},
        "environments": [
            {
                "id": "gid://gitlab/Environment/5",
                "name": "production",
                "tier": "PRODUCTION",
                "state": "available",
                "createdAt": "2026-01-02T00:00:00Z",
                "updatedAt": None,
            }
        ],
        "releases": [
            {
                "tagName": "v1.0.0",
                "name": "One, by ann@example.com",
                "createdAt": "2026-02-01T00:00:00Z",
                "releasedAt": "2026-02-01T00:00:00Z",
                "commit": {"sha": SHA["a"]},
            }
        ],
    } | more
