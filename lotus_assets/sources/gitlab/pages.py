"""What goes into a request for a project's entities and what comes out: windows and pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

Payload = dict[str, Any]
"""One entity as GitLab sends it, plus `project_id`; nested connections are plain lists."""

Row = dict[str, Any]
"""One entity as REST lists it."""
Query = Mapping[str, Any]
"""The query string of a REST list."""
Feature = Literal["merge_requests", "issues", "pipelines"]
"""What can be switched off in a project."""


@dataclass(frozen=True)
class EntityPage:
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
class ReadingWindow:
    """Which entities are read: those updated in [`updated_after`, `updated_before`).

    `has_open` adds every open merge request or issue whatever its age. Where it is known that
    nothing was updated in the window, `is_empty` says so.
    """

    updated_after: datetime | None = None
    updated_before: datetime | None = None
    has_open: bool = False
    is_empty: bool = False

    @classmethod
    def first(cls, now: datetime, days: int) -> "ReadingWindow":
        """The first collection: the last `days` days, and all that is open."""
        return cls(updated_after=now - timedelta(days=days), has_open=True)

    @classmethod
    def since(cls, watermark: datetime, overlap: timedelta) -> "ReadingWindow":
        """An incremental collection: from the largest `updated_at` seen, minus the overlap."""
        return cls(updated_after=watermark - overlap)

    @classmethod
    def between(cls, start: datetime, end: datetime) -> "ReadingWindow":
        """The days of a backfill."""
        return cls(updated_after=start, updated_before=end)


UNBOUNDED = ReadingWindow()


@dataclass(frozen=True)
class ProjectReference:
    """What must be known of a project in order to read it."""

    project_id: int
    path: str
    default_branch: str | None = None
    is_empty: bool = False
    has_issues: bool = True
    has_merge_requests: bool = True
    has_pipelines: bool = True

    def has(self, feature: Feature) -> bool:
        """Whether a feature is switched on."""
        return {
            "merge_requests": self.has_merge_requests,
            "issues": self.has_issues,
            "pipelines": self.has_pipelines,
        }[feature]

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "ProjectReference":
        """The reference in a payload of `GitLabSource.projects`."""
        repository = payload.get("repository") or {}
        return cls(
            project_id=int(payload["project_id"]),
            path=str(payload["fullPath"]),
            default_branch=repository.get("rootRef"),
            is_empty=bool(repository.get("empty")),
            has_issues=payload.get("issuesEnabled") is not False,
            has_merge_requests=payload.get("mergeRequestsEnabled") is not False,
            has_pipelines=payload.get("jobsEnabled") is not False,
        )


def gid_number(gid: object) -> int:
    """The number of a GraphQL global id (`gid://gitlab/MergeRequest/12` → 12)."""
    return int(str(gid).rpartition("/")[2])


def iso_text(instant: datetime | None) -> str | None:
    """An instant in UTC as GraphQL takes it: `2026-03-02T08:00:00+00:00`."""
    return instant.astimezone(UTC).isoformat() if instant else None


def instant_text(instant: datetime | None) -> str | None:
    """The same as REST takes it: `2026-03-02T08:00:00Z`."""
    text = iso_text(instant)
    return text.replace("+00:00", "Z") if text else None
