"""Did anything change? One request answers for about ten projects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ProbedEntity = Literal["merge_requests", "issues", "pipelines"]
PROBED: tuple[ProbedEntity, ...] = ("merge_requests", "issues", "pipelines")


@dataclass(frozen=True)
class Mark:
    """What is stored of one entity of one project.

    `count` is the number of stored rows that have not vanished; `watermark` the largest
    `updated_at` seen (None: never collected); `recent` maps the GitLab ids whose `updated_at` is
    at or after `watermark − overlap` to that `updated_at`.
    """

    count: int
    watermark: datetime | None
    recent: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Stored:
    """What is stored of a project, entity by entity; an entity left out was never collected."""

    marks: Mapping[ProbedEntity, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """What the probe found of one project.

    `changed`: entities with something new or moved since the watermark (or never collected).
    `vanished`: entities of which GitLab now has fewer than are stored, to be swept with
    `GitLabSource.identifiers`. `unreadable`: the coverage reason when the project is gone or
    forbidden, else None.
    """

    project_id: int
    changed: frozenset[ProbedEntity]
    vanished: frozenset[ProbedEntity]
    unreadable: str | None = None
