"""REST v4 payloads of merge requests, pipelines, jobs, environments and deployments."""

from lotus_assets.standin.gitlab.store import BASE_URL, Payload
from lotus_assets.standin.gitlab.world.calendar import text
from lotus_assets.standin.gitlab.world.payloads import time_stats
from lotus_assets.standin.gitlab.world.people import Person


def merge_request(
    identifier: int,
    iid: int,
    project: Payload,
    author: Person,
    at: int,
    *,
    title: str,
    description: str,
    source_branch: str,
    target_branch: str,
    source_project_id: int,
    squash: bool,
    approvals_required: int,
) -> Payload:
    """`GET /projects/:id/merge_requests/:iid` of an open merge request."""
    path = project["path_with_namespace"]
    return {
        "id": identifier,
        "iid": iid,
        "project_id": project["id"],
        "title": title,
        "description": description,
        "state": "opened",
        "created_at": text(at),
        "updated_at": text(at),
        "merged_by": None,
        "merge_user": None,
        "merged_at": None,
        "closed_by": None,
        "closed_at": None,
        "target_branch": target_branch,
        "source_branch": source_branch,
        "user_notes_count": 0,
        "upvotes": 0,
        "downvotes": 0,
        "author": author.brief,
        "assignees": [author.brief],
        "assignee": author.brief,
        "reviewers": [],
        "source_project_id": source_project_id,
        "target_project_id": project["id"],
        "labels": [],
        "draft": title.startswith("Draft: "),
        "imported": False,
        "imported_from": "none",
        "work_in_progress": title.startswith("Draft: "),
        "milestone": None,
        "merge_when_pipeline_succeeds": False,
        "merge_status": "can_be_merged",
        "detailed_merge_status": "mergeable",
        "merge_after": None,
        "sha": None,
        "merge_commit_sha": None,
        "squash_commit_sha": None,
        "discussion_locked": None,
        "should_remove_source_branch": None,
        "force_remove_source_branch": True,
        "prepared_at": text(at),
        "reference": f"!{iid}",
        "references": {"short": f"!{iid}", "relative": f"!{iid}", "full": f"{path}!{iid}"},
        "web_url": f"{BASE_URL}/{path}/-/merge_requests/{iid}",
        "time_stats": time_stats(),
        "squash": squash,
        "squash_on_merge": squash,
        "task_completion_status": {"count": 0, "completed_count": 0},
        "has_conflicts": False,
        "blocking_discussions_resolved": True,
        "approvals_before_merge": None,
        "subscribed": False,
        "changes_count": "0",
        "latest_build_started_at": None,
        "latest_build_finished_at": None,
        "first_deployed_to_production_at": None,
        "pipeline": None,
        "head_pipeline": None,
        "diff_refs": None,
        "merge_error": None,
        "first_contribution": False,
        "user": {"can_merge": False},
        "diff_stats": {"additions": 0, "deletions": 0, "file_count": 0},
        "approvals_required": approvals_required,
    }


def version(identifier: int, at: int, *, head: str) -> Payload:
    """One diff of a merge request (`GET …/merge_requests/:iid/versions`)."""
    return {"id": identifier, "head_commit_sha": head, "created_at": text(at)}


def pipeline(
    identifier: int,
    iid: int,
    project: Payload,
    user: Person,
    at: int,
    *,
    sha: str,
    ref: str,
    source: str,
    is_tag: bool,
) -> Payload:
    """A pipeline that nothing ran in yet: its list's keys, and what GraphQL shows besides."""
    path = project["path_with_namespace"]
    return {
        "id": identifier,
        "iid": iid,
        "project_id": project["id"],
        "sha": sha,
        "ref": ref,
        "status": "created",
        "source": source,
        "created_at": text(at),
        "updated_at": text(at),
        "web_url": f"{BASE_URL}/{path}/-/pipelines/{identifier}",
        "tag": is_tag,
        "user": user.brief,
        "started_at": None,
        "finished_at": None,
        "duration": None,
        "queued_duration": None,
        "name": None,
        "merge_request_iid": None,
        "upstream_id": None,
        "stages": [],
    }


def brief_pipeline(payload: Payload) -> Payload:
    """A pipeline as its list, its jobs and its merge request show it."""
    keys = ("id", "iid", "project_id", "sha", "ref", "status", "source", "created_at")
    return {key: payload[key] for key in (*keys, "updated_at", "web_url")}


def job(
    identifier: int,
    pipeline_payload: Payload,
    brief: Payload,
    commit: Payload,
    user: Payload,
    at: int,
    *,
    name: str,
    stage: str,
    kind: str,
    allow_failure: bool,
    needs: list[str] | None,
    is_manual: bool = False,
) -> Payload:
    """A job of `GET …/pipelines/:pipeline_id/jobs`, or a bridge of `…/bridges`."""
    payload: Payload = {
        "id": identifier,
        "status": "created",
        "stage": stage,
        "name": name,
        "ref": pipeline_payload["ref"],
        "tag": pipeline_payload["tag"],
        "coverage": None,
        "allow_failure": allow_failure,
        "created_at": text(at),
        "started_at": None,
        "finished_at": None,
        "erased_at": None,
        "duration": None,
        "queued_duration": None,
        "user": user,
        "commit": commit,
        "pipeline": brief,
        "web_url": pipeline_payload["web_url"].replace(
            f"pipelines/{pipeline_payload['id']}", f"jobs/{identifier}"
        ),
        "project": {"ci_job_token_scope_enabled": False},
        "retried": False,
        "needs": needs,
        "scheduling_type": "stage" if needs is None else "dag",
        "kind": kind,
        "manual": is_manual,
    }
    if kind == "bridge":
        return {**payload, "downstream_pipeline": None}
    return {
        **payload,
        "artifacts": [],
        "runner": None,
        "runner_manager": None,
        "artifacts_expire_at": None,
        "archived": False,
        "tag_list": [],
    }


def environment(identifier: int, name: str, tier: str | None, project: Payload, at: int) -> Payload:
    """`GET /projects/:id/environments`: one environment, available."""
    kept = ("id", "description", "name", "name_with_namespace", "path", "path_with_namespace")
    return {
        "id": identifier,
        "name": name,
        "slug": name.replace("/", "-"),
        "external_url": None,
        "created_at": text(at),
        "updated_at": text(at),
        "tier": tier,
        "project": {key: project[key] for key in (*kept, "created_at", "default_branch")},
        "state": "available",
        "auto_stop_at": None,
        "description": None,
        "auto_stop_setting": "always",
    }


def deployment(
    identifier: int, iid: int, job_payload: Payload, environment_payload: Payload, at: int
) -> Payload:
    """`GET /projects/:id/deployments`: one deployment, running."""
    kept = ("id", "name", "slug", "external_url", "created_at", "updated_at")
    user = {key: job_payload["user"][key] for key in _BRIEF_USER}
    return {
        "id": identifier,
        "iid": iid,
        "ref": job_payload["ref"],
        "sha": job_payload["pipeline"]["sha"],
        "created_at": text(at),
        "updated_at": text(at),
        "user": user,
        "environment": {key: environment_payload[key] for key in kept},
        "deployable": job_payload,
        "status": "running",
    }


_BRIEF_USER = (
    "id",
    "username",
    "public_email",
    "name",
    "state",
    "locked",
    "avatar_url",
    "web_url",
)
