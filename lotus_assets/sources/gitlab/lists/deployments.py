"""Deployments, oldest update first, continued by `updated_after`."""

from lotus_assets.sources.gitlab.pages import (
    Payload,
    ProjectReference,
    Query,
    ReadingWindow,
    Row,
    instant_text,
)
from lotus_assets.sources.gitlab.project_lists import RestList

KEPT = ("id", "iid", "ref", "sha", "status", "created_at", "updated_at")


def payload(row: Row, project: ProjectReference) -> Payload:
    """What is stored of a deployment; its commit with names and addresses is left out."""
    deployable = row.get("deployable") or {}
    environment = row.get("environment") or {}
    return {
        **{key: row.get(key) for key in KEPT},
        "project_id": project.project_id,
        "environment": {key: environment.get(key) for key in ("id", "name", "tier")},
        "user": {"id": (row.get("user") or {}).get("id")},
        "deployable": {
            "id": deployable.get("id"),
            "finished_at": deployable.get("finished_at"),
            "pipeline": {"id": (deployable.get("pipeline") or {}).get("id")},
        },
    }


def query(window: ReadingWindow) -> Query:
    """The window by update."""
    return {
        "order_by": "updated_at",
        "sort": "asc",
        "updated_after": instant_text(window.updated_after),
        "updated_before": instant_text(window.updated_before),
    }


def narrowed(current: Query, last: Row) -> Query:
    """From the last row's update on."""
    return {**current, "updated_after": last["updated_at"]}


DEPLOYMENTS = RestList(
    name="deployments",
    path="deployments",
    payload=payload,
    feature="pipelines",
    query=query,
    narrowed=narrowed,
    instant="updated_at",
)
