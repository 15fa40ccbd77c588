"""Pipelines with `jobs` (retried ones and bridges too) and `stages`; no child pipelines."""

from lotus_assets.sources.gitlab.pages import Payload, ProjectReference
from lotus_assets.sources.gitlab.project_lists import GraphQLList
from lotus_assets.sources.gitlab.reduction import Node, Reduction


def payload(_reduction: Reduction, node: Node, project: ProjectReference) -> Payload:
    """A pipeline as it is: it holds no text of a person's."""
    return {**node, "project_id": project.project_id}


PIPELINES = GraphQLList(
    name="pipelines",
    connection="pipelines",
    node="pipeline",
    feature="pipelines",
    payload=payload,
    nested={"stages": "pipeline_stages", "jobs": "pipeline_jobs"},
    has_open=False,
    shared_by=2,
    few=50,
)
