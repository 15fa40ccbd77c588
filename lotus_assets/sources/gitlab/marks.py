"""What a probe is asked with and what it finds: marks of what is stored, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

ProbedEntity = Literal["merge_requests", "issues", "pipelines", "child_pipelines"]
PROBED: tuple[ProbedEntity, ...] = get_args(ProbedEntity)


@dataclass(frozen=True)
class EntityMark:
    """What is stored of one entity of one project.

    `count`: stored rows that have not vanished. `watermark`: the largest `updated_at` seen (None:
    never collected). `recent`: GitLab id → stored `updated_at` of the rows updated at or after
    the watermark less the overlap. `total`: GitLab's own count as the last probe gave it
    (`Probe.totals`; None: unknown). `largest_id`: the largest GitLab id stored.
    """

    count: int
    watermark: datetime | None
    recent: Mapping[int, datetime] = field(default_factory=dict)
    total: int | None = None
    largest_id: int = 0


@dataclass(frozen=True)
class Stored:
    """What is stored of a project, entity by entity; an entity left out was never collected."""

    marks: Mapping[ProbedEntity, EntityMark] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """What the probe found of one project.

    `changed`: entities with something new or moved since the watermark, or never collected.
    `vanished`: entities of which some seem to have been deleted: sweep them with
    `GitLabSource.identifiers`. `totals`: GitLab's counts, to be stored for the next probe; an
    entity that cannot be read is in none of the three. `unreadable`: the coverage reason
    (`forbidden`, `not_found`) when the project itself cannot be read, else None. `first_counts`:
    of a project that was never collected, how many of each entity a first collection reads; and
    as `<entity>_open` how many it reads besides because they are open.
    """

    project_id: int
    changed: frozenset[ProbedEntity]
    vanished: frozenset[ProbedEntity]
    totals: Mapping[ProbedEntity, int] = field(default_factory=dict)
    unreadable: str | None = None
    first_counts: Mapping[str, int] = field(default_factory=dict)
