"""What goes into a request for a project's entities and what comes out: windows and pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Payload = dict[str, Any]
"""One entity as GitLab sends it, plus `project_id`; nested connections are plain lists."""


@dataclass(frozen=True)
class Page:
    """Some payloads of one entity.

    `updated_at` is the largest `updatedAt` of this page and those before it, yet never later
    than GitLab's clock at the first page (None where the entity has none). It is the watermark
    once the last page is stored: what moves or appears while pages are read comes again.
    """

    entity: str
    project_id: int | None
    payloads: list[Payload]
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Window:
    """Which entities are read: those updated in [`updated_after`, `updated_before`).

    `with_open` adds every open merge request or issue whatever its age.
    """

    updated_after: datetime | None = None
    updated_before: datetime | None = None
    with_open: bool = False

    @classmethod
    def first(cls, now: datetime, days: int) -> "Window":
        """The first collection: the last `days` days, and all that is open."""
        return cls(updated_after=now - timedelta(days=days), with_open=True)

    @classmethod
    def since(cls, watermark: datetime, overlap: timedelta) -> "Window":
        """An incremental collection: from the largest `updated_at` seen, minus the overlap."""
        return cls(updated_after=watermark - overlap)

    @classmethod
    def between(cls, start: datetime, end: datetime) -> "Window":
        """The days of a backfill."""
        return cls(updated_after=start, updated_before=end)


@dataclass(frozen=True)
class ProjectReference:
    """What must be known of a project in order to read it."""

    project_id: int
    path: str
    default_branch: str | None = None
    is_empty: bool = False
    issues_enabled: bool = True
    merge_requests_enabled: bool = True
    jobs_enabled: bool = True
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "ProjectReference":
        """The reference in a payload of `GitLabSource.projects`."""
        repository = payload.get("repository") or {}
        return cls(
            project_id=int(payload["project_id"]),
            path=str(payload["fullPath"]),
            default_branch=repository.get("rootRef"),
            is_empty=bool(repository.get("empty")),
            issues_enabled=payload.get("issuesEnabled") is not False,
            merge_requests_enabled=payload.get("mergeRequestsEnabled") is not False,
            jobs_enabled=payload.get("jobsEnabled") is not False,
            payload=payload,
        )


def gid_number(gid: object) -> int:
    """The number of a GraphQL global id (`gid://gitlab/MergeRequest/12` → 12)."""
    return int(str(gid).rpartition("/")[2])
