"""Deployments: a REST list by `updated_at`, because GraphQL has none for a project."""

from collections.abc import Iterator

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import raw_deployment, raw_project
from lotus_assets.raw.reading import Reading, collection_asset


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The deployments of one project that are new or moved."""
    window = reading.window(project_id)
    if window is None:
        return
    yield Batch(frames={}, updated_at=window.updated_after)
    for page in reading.source.deployments(reading.references[project_id], window):
        yield Batch(
            frames={raw_deployment.TABLE: raw_deployment.rows(page.payloads)},
            updated_at=page.updated_at,
        )


collect_deployments = collection_asset(
    "collect_deployments",
    (raw_deployment.TABLE,),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
)
