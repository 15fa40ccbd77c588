"""What the stand-in knows at one instant: every entity in the form of GitLab's REST v4 payloads.

What is answered over REST is a whole payload of the endpoint that is named; of the rest, which
GraphQL alone shows, the keys that are needed are there, by REST's names. Keys that no real payload
has are listed after "plus": the doors drop them from REST answers or use them to answer GraphQL.
Instants are ISO 8601 text in UTC with milliseconds (`…T09:38:27.123Z`); commit dates have whole
seconds. Addresses inside payloads begin with `Store.base_url`, as GitLab's begin with its
`external_url`; the doors put their own address into `http_url_to_repo`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Payload = dict[str, Any]
"""One entity as GitLab sends it: a JSON object."""

BASE_URL = "https://gitlab.example.invalid"
"""The address that payloads carry; nothing answers there."""


@dataclass
class ProjectData:
    """One project with all that belongs to it."""

    project: Payload
    """`GET /projects/:id`, plus `empty_repo`, `marked_for_deletion_on` (day or None)."""
    access: Literal["full", "forbidden"] = "full"
    """`forbidden`: listed with its group, and every detail answers 403."""
    repository: Path | None = None
    """Bare Git repository; None where nothing was ever pushed to disk."""
    merge_requests: dict[int, Payload] = field(default_factory=dict)
    """iid → `GET /projects/:id/merge_requests/:iid`, plus `squash_commit_sha`, `diff_stats`
    (`additions`, `deletions`, `file_count`) and `approvals_required`."""
    merge_request_commits: dict[int, list[Payload]] = field(default_factory=dict)
    """iid → its commits as `commits` below has them, newest first."""
    merge_request_notes: dict[int, list[Payload]] = field(default_factory=dict)
    """iid → its notes, oldest first, plus `system_action` (None for people's notes; GitLab's action
    names: `approved`, `unapproved`, `approvals_reset`, `commit`, `title`, …). Closings, reopenings
    and merges are in none (since 13.3); `events` has them."""
    merge_request_versions: dict[int, list[Payload]] = field(default_factory=dict)
    """iid → its diffs (`id`, `head_commit_sha`, `created_at`), newest first."""
    merge_request_approvals: dict[int, list[Payload]] = field(default_factory=dict)
    """iid → the users of `approved_by` in `GET …/merge_requests/:iid/approvals`."""
    closes_issues: dict[int, list[str]] = field(default_factory=dict)
    """iid → references (`group/project#12`) of the issues that it closes."""
    pipelines: dict[int, Payload] = field(default_factory=dict)
    """id → `GET /projects/:id/pipelines`, with `user`, `started_at`, `finished_at`, `duration` and
    `name`, plus `merge_request_iid`, `stages` (names in their order) and `upstream_id` (the
    pipeline that started it)."""
    jobs: dict[int, list[Payload]] = field(default_factory=dict)
    """pipeline id → its jobs, retried ones too, and its `GET …/bridges`, ascending by id, plus
    `retried`, `needs` (job names; None: not declared), `scheduling_type` (`dag` or `stage`),
    `kind` (`build` or `bridge`) and `manual` (it waits for a hand)."""
    deployments: list[Payload] = field(default_factory=list)
    """`GET /projects/:id/deployments`, ascending by id, plus `finished_at` of those without a
    job (`deployable`)."""
    environments: list[Payload] = field(default_factory=list)
    """`GET /projects/:id/environments`."""
    releases: list[Payload] = field(default_factory=list)
    """`name`, `tag_name`, `created_at`, `released_at` and `commit` of releases, newest first."""
    tags: list[Payload] = field(default_factory=list)
    """`name`, `target` and `commit` of tags."""
    branches: list[Payload] = field(default_factory=list)
    """`name` and `commit` of branches."""
    protected_branches: list[Payload] = field(default_factory=list)
    """`GET /projects/:id/protected_branches`."""
    events: list[Payload] = field(default_factory=list)
    """`GET /projects/:id/events`, ascending by id, plus `action` (`Event.actions`: `created`,
    `closed`, `reopened`, `merged`, `approved`, `commented`, `pushed`)."""
    issues: dict[int, Payload] = field(default_factory=dict)
    """iid → issue."""
    issue_notes: dict[int, list[Payload]] = field(default_factory=dict)
    """iid → its notes, oldest first, plus `system_action`."""
    commits: dict[str, Payload] = field(default_factory=dict)
    """sha → `GET /projects/:id/repository/commits` with `stats`, plus `is_signed`. Holds
    every commit that the repository or a payload knows, kept old heads included."""


@dataclass
class Store:
    """What GitLab knows at the instant `now`."""

    edition: Literal["enterprise", "free"]
    version: str
    """As `GET /version` gives it, for example `18.8.0-ee`."""
    now: datetime
    """The instant, in UTC, that the state belongs to."""
    groups: dict[str, Payload] = field(default_factory=dict)
    """full path → group."""
    users: dict[int, Payload] = field(default_factory=dict)
    """id → user, `bot` and `public_email` (may be empty) included."""
    projects: dict[int, ProjectData] = field(default_factory=dict)
    """id → project."""
    base_url: str = BASE_URL
    """What the addresses inside payloads begin with."""
