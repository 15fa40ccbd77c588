"""Did anything change? One request answers for several projects."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic.alias_generators import to_camel

from lotus_assets.sources.gitlab.graphql import GraphQLClient, QueryError
from lotus_assets.sources.gitlab.many_projects import of_many
from lotus_assets.sources.gitlab.marks import PROBED, EntityMark, Probe, ProbedEntity, Stored
from lotus_assets.sources.gitlab.pages import ProjectReference, gid_number, iso_text
from lotus_assets.sources.gitlab.session import TimedOutError, TransientError

logger = logging.getLogger(__name__)

PROJECTS_A_REQUEST = 6
NEW_PROJECTS_A_REQUEST = 8
LISTED_BY_ID: tuple[ProbedEntity, ...] = ("pipelines", "child_pipelines")


def probe(
    client: GraphQLClient,
    projects: Sequence[ProjectReference],
    stored: Mapping[int, Stored],
    overlap: timedelta,
    first_after: datetime | None = None,
) -> Iterator[tuple[ProjectReference, Probe | None]]:
    """A probe for each project, None for one that cannot be read; known projects come first.

    What cannot be asked has changed: the lists themselves will say what there is. Of a project
    that was never collected it is asked how many its first collection will read, which begins at
    `first_after`.
    """
    known = [project for project in projects if project.project_id in stored]
    new = [project for project in projects if project.project_id not in stored]
    for some in _chunks(known, PROJECTS_A_REQUEST):
        yield from _probed(client, some, stored, overlap)
    for some in _chunks(new, NEW_PROJECTS_A_REQUEST):
        yield from _first_probed(client, some, first_after)


def _chunks(
    projects: Sequence[ProjectReference], size: int
) -> Iterator[Sequence[ProjectReference]]:
    return (projects[start : start + size] for start in range(0, len(projects), size))


def _first_probed(
    client: GraphQLClient, some: Sequence[ProjectReference], after: datetime | None
) -> Iterator[tuple[ProjectReference, Probe | None]]:
    variables: dict[str, Any] = {}
    for slot, project in enumerate(some):
        variables |= {f"project{slot}": project.path, f"after{slot}": iso_text(after)}
    try:
        data = client.execute(
            "first_probe", variables, of_many("first_probe", len(some)), unless=TimedOutError
        ).data
    except (TransientError, QueryError) as failed:
        if isinstance(failed, TimedOutError) and len(some) > 1:
            for half in _chunks(some, -(-len(some) // 2)):
                yield from _first_probed(client, half, after)
        else:
            yield from ((project, _unprobed(project, failed)) for project in some)
        return
    for slot, project in enumerate(some):
        answer = data.get(f"project{slot}")
        yield project, None if answer is None else _counted(project, answer)


def _counted(project: ProjectReference, answer: Mapping[str, Any]) -> Probe:
    counts = {name: int(given["count"]) for name, given in answer.items() if given is not None}
    totals = {entity: counts[f"{entity}_total"] for entity in PROBED if entity in counts}
    return Probe(project.project_id, frozenset(PROBED), frozenset(), totals, first_counts=counts)


def _probed(
    client: GraphQLClient,
    some: Sequence[ProjectReference],
    stored: Mapping[int, Stored],
    overlap: timedelta,
) -> Iterator[tuple[ProjectReference, Probe | None]]:
    """The same for few projects: a question that takes too long is asked in halves."""
    variables: dict[str, Any] = {}
    for slot, project in enumerate(some):
        variables[f"project{slot}"] = project.path
        for entity, mark in stored.get(project.project_id, Stored()).marks.items():
            if mark.watermark is not None:
                after = (mark.watermark - overlap).astimezone(UTC)
                variables[f"{to_camel(entity)}After{slot}"] = after.isoformat()
    text = of_many("probe", len(some))
    try:
        data = client.execute("probe", variables, text, unless=TimedOutError).data
    except (TransientError, QueryError) as failed:
        if isinstance(failed, TimedOutError) and len(some) > 1:
            for half in _chunks(some, -(-len(some) // 2)):
                yield from _probed(client, half, stored, overlap)
        else:
            yield from ((project, _unprobed(project, failed)) for project in some)
        return
    for slot, project in enumerate(some):
        answer = data.get(f"project{slot}")
        known = stored.get(project.project_id, Stored())
        yield project, None if answer is None else _compared(project, answer, known)


def _unprobed(project: ProjectReference, error: Exception) -> Probe:
    logger.warning("project %s was not probed and counts as changed: %s", project.path, error)
    return Probe(project.project_id, frozenset(PROBED), frozenset())


def _compared(project: ProjectReference, answer: Mapping[str, Any], stored: Stored) -> Probe:
    changed: set[ProbedEntity] = set()
    vanished: set[ProbedEntity] = set()
    totals: dict[ProbedEntity, int] = {}
    for entity in PROBED:
        recent, total = answer.get(entity), answer.get(f"{entity}_total")
        if recent is None or total is None:
            continue
        totals[entity] = int(total["count"])
        mark = stored.marks.get(entity, EntityMark(0, None))
        if _has_changed(entity, recent, mark):
            changed.add(entity)
        if _has_vanished(recent, totals[entity], mark):
            vanished.add(entity)
    return Probe(project.project_id, frozenset(changed), frozenset(vanished), totals)


def _has_changed(entity: ProbedEntity, recent: Mapping[str, Any], mark: EntityMark) -> bool:
    """More, fewer, or other entities moved since the watermark than are stored as such.

    Lists newest first show at their top whatever moved; pipelines come by id, so when they do not
    all fit on the probe's list, one of the others may have moved.
    """
    if mark.watermark is None or recent["count"] != len(mark.recent):
        return True
    if entity in LISTED_BY_ID and recent["count"] > len(recent["nodes"]):
        return True
    return any(
        _second(mark.recent.get(gid_number(node["id"]))) != _second(node["updatedAt"])
        for node in recent["nodes"]
    )


def _second(instant: datetime | str | None) -> datetime | None:
    """GraphQL gives whole seconds, so instants are compared without their fraction."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return None if instant is None else instant.astimezone(UTC).replace(microsecond=0)


def _has_vanished(recent: Mapping[str, Any], total: int, mark: EntityMark) -> bool:
    """GitLab has fewer than it had, new ones counted: those with ids beyond the largest stored.

    When more moved than the probe lists, new ones cannot be told from old: then only a total
    that fell says so. Without an earlier total, only fewer than are stored do: the first
    collection leaves out what is older than its window.
    """
    if mark.total is None:
        return total < mark.count
    if recent["count"] > len(recent["nodes"]):
        return total < mark.total
    new = sum(gid_number(node["id"]) > mark.largest_id for node in recent["nodes"])
    return total < mark.total + new
