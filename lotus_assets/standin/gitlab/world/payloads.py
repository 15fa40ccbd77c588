"""REST v4 payloads of projects and of what people write; CI's are in `ci_payloads`."""

from lotus_assets.standin.gitlab.store import BASE_URL, Payload
from lotus_assets.standin.gitlab.world.calendar import commit_text, text
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.repository import LineCounts, Revision


def group(identifier: int, full_path: str, name: str, parent: Payload | None) -> Payload:
    """`GET /groups/:id`."""
    full_name = f"{parent['full_name']} / {name}" if parent else name
    return {
        "id": identifier,
        "web_url": f"{BASE_URL}/groups/{full_path}",
        "name": name,
        "path": full_path.rpartition("/")[2],
        "description": "",
        "visibility": "internal",
        "share_with_group_lock": False,
        "require_two_factor_authentication": True,
        "two_factor_grace_period": 48,
        "project_creation_level": "developer",
        "auto_devops_enabled": None,
        "subgroup_creation_level": "maintainer",
        "emails_disabled": False,
        "emails_enabled": True,
        "mentions_disabled": None,
        "lfs_enabled": True,
        "archived": False,
        "default_branch": None,
        "default_branch_protection": 2,
        "avatar_url": None,
        "request_access_enabled": True,
        "full_name": full_name,
        "full_path": full_path,
        "created_at": "2024-01-15T09:00:00.000Z",
        "parent_id": parent["id"] if parent else None,
        "organization_id": 1,
        "shared_runners_setting": "enabled",
        "marked_for_deletion_on": None,
        "shared_with_groups": [],
    }


def namespace(owner: Payload) -> Payload:
    """The namespace of a project: its group, or its owner when a person's."""
    is_group = "full_path" in owner
    path = owner["full_path"] if is_group else owner["username"]
    return {
        "id": owner["id"] if is_group else owner["id"] + 10_000,
        "name": owner["name"],
        "path": path.rpartition("/")[2],
        "kind": "group" if is_group else "user",
        "full_path": path,
        "parent_id": owner.get("parent_id"),
        "avatar_url": None,
        "web_url": owner["web_url"],
    }


def project(
    identifier: int, path: str, owner: Payload, *, default_branch: str | None, created_at: int
) -> Payload:
    """`GET /projects/:id` of a private project with every feature enabled."""
    full_path = f"{namespace(owner)['full_path']}/{path}"
    name = path.replace("-", " ").capitalize()
    features = ("issues", "repository", "merge_requests", "forking", "wiki", "builds", "snippets")
    return {
        "id": identifier,
        "description": f"{name} of toman.",
        "name": name,
        "name_with_namespace": f"{owner.get('full_name', owner['name'])} / {name}",
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
        "namespace": namespace(owner),
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


def commit_detail(brief: Payload, counts: LineCounts, is_signed: bool, project_id: int) -> Payload:
    """`GET /projects/:id/repository/commits/:sha`, plus `is_signed`."""
    return {
        **brief,
        "stats": {
            "additions": counts.additions,
            "deletions": counts.deletions,
            "total": counts.additions + counts.deletions,
        },
        "status": None,
        "project_id": project_id,
        "last_pipeline": None,
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
        "id": identifier,
        "project_id": project_id,
        "action_name": verb,
        "target_id": None,
        "target_iid": None,
        "target_type": None,
        "author_id": author.user_id,
        "target_title": None,
        "created_at": text(at),
        "author": author.brief,
        "imported": False,
        "imported_from": "none",
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
        "author_username": author.username,
    }


def note(
    identifier: int,
    author: Person,
    body: str,
    at: int,
    *,
    noteable: Payload,
    noteable_type: str,
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
        "noteable_id": noteable["id"],
        "noteable_type": noteable_type,
        "project_id": noteable["project_id"],
        "resolvable": kind == "DiffNote",
        **({"resolved": False, "resolved_by": None} if kind == "DiffNote" else {}),
        "confidential": False,
        "internal": False,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": noteable["iid"],
        "commands_changes": {},
        "system_action": action,
    }


def issue(
    identifier: int,
    iid: int,
    project_payload: Payload,
    author: Person,
    at: int,
    *,
    title: str,
    labels: list[str],
    issue_type: str,
) -> Payload:
    """`GET /projects/:id/issues/:iid` of an open issue."""
    path, project_id = project_payload["path_with_namespace"], project_payload["id"]
    own = f"{BASE_URL}/api/v4/projects/{project_id}/issues/{iid}"
    return {
        "id": identifier,
        "iid": iid,
        "project_id": project_id,
        "title": title,
        "description": f"Seen by {author.name}.",
        "state": "opened",
        "created_at": text(at),
        "updated_at": text(at),
        "closed_at": None,
        "closed_by": None,
        "labels": labels,
        "milestone": None,
        "assignees": [],
        "author": author.brief,
        "type": issue_type.upper(),
        "assignee": None,
        "user_notes_count": 0,
        "merge_requests_count": 0,
        "upvotes": 0,
        "downvotes": 0,
        "due_date": None,
        "confidential": False,
        "discussion_locked": None,
        "issue_type": issue_type,
        "web_url": f"{BASE_URL}/{path}/-/issues/{iid}",
        "time_stats": time_stats(),
        "task_completion_status": {"count": 0, "completed_count": 0},
        "weight": None,
        "blocking_issues_count": 0,
        "has_tasks": False,
        "_links": {
            "self": own,
            "notes": f"{own}/notes",
            "award_emoji": f"{own}/award_emoji",
            "project": f"{BASE_URL}/api/v4/projects/{project_id}",
            "closed_as_duplicate_of": None,
        },
        "references": {"short": f"#{iid}", "relative": f"#{iid}", "full": f"{path}#{iid}"},
        "severity": "UNKNOWN",
        "moved_to_id": None,
        "imported": False,
        "imported_from": "none",
        "service_desk_reply_to": None,
    }


def time_stats() -> Payload:
    """Nobody at toman tracks time."""
    return {
        "time_estimate": 0,
        "total_time_spent": 0,
        "human_time_estimate": None,
        "human_total_time_spent": None,
    }
