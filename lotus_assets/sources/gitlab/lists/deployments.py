"""Deployments, oldest update first, continued by `updated_after`.

The list names the environment without its tier (`API::Entities::EnvironmentBasic`), and no finish
but that of the job; GraphQL has the deployment's own.
"""

from collections.abc import Sequence

from lotus_assets.sources.gitlab.pages import (
    Payload,
    ProjectReference,
    Query,
    ReadingWindow,
    Row,
    instant_text,
)
from lotus_assets.sources.gitlab.project_lists import Clients, RestList

DEPLOYMENTS_A_REQUEST = 40
KEPT = ("id", "iid", "ref", "sha", "status", "created_at", "updated_at")


def payload(row: Row, project: ProjectReference) -> Payload:
    """What is stored of a deployment; its commit with names and addresses is left out."""
    deployable = row.get("deployable") or {}
    environment = row.get("environment") or {}
    return {
        **{key: row.get(key) for key in KEPT},
        "project_id": project.project_id,
        "environment": {key: environment.get(key) for key in ("id", "name")},
        "user": {"id": (row.get("user") or {}).get("id")},
        "deployable": {
            "id": deployable.get("id"),
            "name": deployable.get("name"),
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


def add_finishes(clients: Clients, project: ProjectReference, payloads: Sequence[Payload]) -> None:
    """`finished_at` of the successful ones without a job: those made through the API."""
    # Here, because reading queries as programs takes a library that only a step needs.

    without_job = [
        payload
        for payload in payloads
        if payload["status"] == "success" and payload["deployable"]["id"] is None
    ]
    for start in range(0, len(without_job), DEPLOYMENTS_A_REQUEST):
        some = without_job[start : start + DEPLOYMENTS_A_REQUEST]
        variables = [{"project": project.path, "iid": str(row["iid"])} for row in some]
        answers = clients.graphql.execute_many("deployment_finish", variables)
        for payload, answer in zip(some, answers, strict=True):
            deployment = (answer or {}).get("deployment") or {}
            payload["deployable"]["finished_at"] = deployment.get("finishedAt")


DEPLOYMENTS = RestList(
    name="deployments",
    path="deployments",
    payload=payload,
    feature="pipelines",
    query=query,
    narrowed=narrowed,
    instant="updated_at",
    complete=add_finishes,
)
