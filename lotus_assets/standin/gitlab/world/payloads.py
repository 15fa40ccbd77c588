"""REST v4 payloads of projects and of what people write; CI's are in `ci_payloads`."""

from lotus_assets.standin.gitlab.store import BASE_URL, Payload
from lotus_assets.standin.gitlab.world.calendar import commit_text, text
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.repository import LineCounts, Revision


def group(identifier: int, full_path: str, name: str, parent: Payload | None) -> Payload:
    """A group, as far as anybody asks for it."""
    return {
        "id": identifier,
        "web_url": f"{BASE_URL}/groups/{full_path}",
        "name": name,
        "visibility": "internal",
        "full_name": f"{parent['full_name']} / {name}" if parent else name,
        "full_path": full_path,
        "parent_id": parent["id"] if parent else None,
    }


def namespace(holder: Payload) -> Payload:
    """The namespace of a project: its group, or its owner when a person's."""
    is_group = "full_path" in holder
    path = holder["full_path"] if is_group else holder["username"]
    return {
        "id": holder["id"] if is_group else holder["id"] + 10_000,
        "name": holder["name"],
        "path": path.rpartition("/")[2],
        "kind": "group" if is_group else "user",
        "full_path": path,
        "parent_id": holder.get("parent_id"),
        "avatar_url": None,
        "web_url": holder["web_url"],
    }


def project(
    identifier: int, path: str, holder: Payload, *, default_branch: str | None, created_at: int
) -> Payload:
    """`GET /projects/:id` of a private project with every feature enabled."""
    full_path = f"{namespace(holder)['full_path']}/{path}"
    name = path.replace("-", " ").capitalize()
    features = ("issues", "repository", "merge_requests", "forking", "wiki", "builds", "snippets")
    return {
        "id": identifier,
        "description": f"{name} of toman.",
        "name": name,
        "name_with_namespace": f"{holder.get('full_name', holder['name'])} / {name}",
        "path": path,
        "path_with_namespace": full_path,
        "created_at": text(created_at),
        "default_branch": default_branch,
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@gitlab.example.invalid:{full_path}.git",
        "http_url_to_repo": f"{BASE_URL}/{full_path}.git",
        "web_url": f"{BASE_URL}/{full_path}",
        "readme_url": f"{BASE_URL}/{full_path}/-/blob/{default_branch or 'main'}/README.md",
        "forks_count": 0,
        "avatar_url": None,
        "star_count": 0,
        "last_activity_at": text(created_at),
        "visibility": "internal",
        "namespace": namespace(holder),
        "container_registry_image_prefix": f"registry.example.invalid/{full_path}",
        "_links": {
            kind: f"{BASE_URL}/api/v4/projects/{identifier}{tail}"
            for kind, tail in (
                ("self", ""),
                ("issues", "/issues"),
                ("merge_requests", "/merge_requests"),
                ("repo_branches", "/repository/branches"),
                ("labels", "/labels"),
                ("events", "/events"),
                ("members", "/members"),
            )
        },
        "marked_for_deletion_at": None,
        "marked_for_deletion_on": None,
        "packages_enabled": True,
        "empty_repo": False,
        "archived": False,
        "repository_object_format": "sha1",
        "issues_enabled": True,
        "merge_requests_enabled": True,
        "wiki_enabled": True,
        "jobs_enabled": True,
        "snippets_enabled": True,
        "container_registry_enabled": True,
        "service_desk_enabled": False,
        "can_create_merge_request_in": True,
        **{f"{feature}_access_level": "enabled" for feature in features},
        "emails_disabled": False,
        "emails_enabled": True,
        "shared_runners_enabled": True,
        "lfs_enabled": True,
        "creator_id": 101,
        "import_status": "none",
        "open_issues_count": 0,
        "updated_at": text(created_at),
        "ci_default_git_depth": 20,
        "public_jobs": True,
        "shared_with_groups": [],
        "only_allow_merge_if_pipeline_succeeds": False,
        "request_access_enabled": True,
        "only_allow_merge_if_all_discussions_are_resolved": False,
        "remove_source_branch_after_merge": True,
        "merge_method": "merge",
        "squash_option": "default_off",
        "approvals_before_merge": 0,
        "mirror": False,
        "permissions": {
            "project_access": None,
            "group_access": {"access_level": 20, "notification_level": 3},
        },
    }


def commit(revision: Revision, web_url: str) -> Payload:
    """A commit of `GET …/merge_requests/:iid/commits`, without line counts."""
    return {
        "id": revision.sha,
        "short_id": revision.sha[:8],
        "created_at": commit_text(revision.committed_at),
        "parent_ids": list(revision.parents),
        "title": revision.message.partition("\n")[0],
        "message": revision.message,
        "author_name": revision.author.name,
        "author_email": revision.author.email,
        "authored_date": commit_text(revision.authored_at),
        "committer_name": revision.committer.name,
        "committer_email": revision.committer.email,
        "committed_date": commit_text(revision.committed_at),
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{web_url}/-/commit/{revision.sha}",
    }


def commit_detail(brief: Payload, counts: LineCounts, is_signed: bool) -> Payload:
    """A commit of `GET /projects/:id/repository/commits?with_stats=true`, plus `is_signed`."""
    return {
        **brief,
        "stats": {
            "additions": counts.additions,
            "deletions": counts.deletions,
            "total": counts.additions + counts.deletions,
        },
        "is_signed": is_signed,
    }


def push_event(
    identifier: int,
    project_id: int,
    author: Person,
    at: int,
    *,
    ref_type: str,
    ref: str,
    old: str | None,
    new: str | None,
    commit_count: int,
    title: str | None,
) -> Payload:
    """A push of `GET /projects/:id/events`: of a new ref, to a ref, or its removal."""
    action = "pushed" if old and new else "created" if new else "removed"
    verb = {"pushed": "pushed to", "created": "pushed new", "removed": "deleted"}[action]
    return {
        **_event(identifier, project_id, author, at, verb, "pushed"),
        "push_data": {
            "commit_count": commit_count,
            "action": action,
            "ref_type": ref_type,
            "commit_from": old,
            "commit_to": new,
            "ref": ref,
            "commit_title": title,
            "ref_count": None,
        },
    }


def record_event(
    identifier: int,
    project_id: int,
    author: Person,
    at: int,
    action: str,
    target: Payload,
    *,
    written: Payload | None = None,
) -> Payload:
    """What happened to an issue or a merge request, in `GET /projects/:id/events`.

    `action` is GitLab's own (`Event.actions`); the answer names an opening and a reopening alike.
    `written` is the note of a comment: it is the event's target then.
    """
    is_request = "source_branch" in target
    kind = "MergeRequest" if is_request else "Issue"
    event = _event(identifier, project_id, author, at, ACTION_NAMES[action], action)
    event |= {"target_id": target["id"], "target_iid": target["iid"], "target_type": kind}
    if written is not None:
        event |= {
            "target_id": written["id"],
            "target_iid": written["id"],
            "target_type": written["type"] or "Note",
            "note": {**written, "noteable_id": target["id"], "noteable_type": kind},
        }
        del event["note"]["system_action"]
    return event | {"target_title": target["title"]}


ACTION_NAMES = {
    "created": "opened",
    "closed": "closed",
    "reopened": "opened",
    "merged": "accepted",
    "approved": "approved",
    "commented": "commented on",
}
"""`Event.actions` → what `Event#action_name` calls it."""


def _event(
    identifier: int, project_id: int, author: Person, at: int, name: str, action: str
) -> Payload:
    return {
        "id": identifier,
        "project_id": project_id,
        "action_name": name,
        "action": action,
        "target_id": None,
        "target_iid": None,
        "target_type": None,
        "author_id": author.user_id,
        "target_title": None,
        "created_at": text(at),
        "author": author.brief,
        "imported": False,
        "imported_from": "none",
        "author_username": author.username,
    }


def note(
    identifier: int,
    author: Person,
    body: str,
    at: int,
    *,
    action: str | None,
    kind: str | None = None,
) -> Payload:
    """A note of a merge request or an issue, plus `system_action`."""
    return {
        "id": identifier,
        "type": kind,
        "body": body,
        "author": author.brief,
        "created_at": text(at),
        "updated_at": text(at),
        "system": action is not None,
        "system_action": action,
    }


def issue(
    identifier: int,
    iid: int,
    author: Person,
    at: int,
    *,
    title: str,
    labels: list[str],
    issue_type: str,
) -> Payload:
    """An open issue, as far as anybody asks for it."""
    return {
        "id": identifier,
        "iid": iid,
        "title": title,
        "state": "opened",
        "created_at": text(at),
        "updated_at": text(at),
        "closed_at": None,
        "labels": labels,
        "author": author.brief,
        "user_notes_count": 0,
        "merge_requests_count": 0,
        "moved_to_id": None,
        "issue_type": issue_type,
    }


def time_stats() -> Payload:
    """Nobody at toman tracks time."""
    return {
        "time_estimate": 0,
        "total_time_spent": 0,
        "human_time_estimate": None,
        "human_total_time_spent": None,
    }
