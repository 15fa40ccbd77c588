"""Pipelines with their jobs: a pipeline that moved brings all its jobs again.

So a manual job pressed next day is found: it moves its pipeline's `updated_at`.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select, update

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw import raw_deployment, raw_job, raw_pipeline, raw_project
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.raw.vanishing import still_there
from lotus_assets.sources.warehouse.schema import database_table


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The pipelines of one project that are new or moved, with all their jobs."""
    window = reading.window(project_id, "pipelines")
    if window is not None:
        yield Batch(frames={}, updated_at=window.updated_after)
        for page in reading.source.pipelines(reading.references[project_id], window):
            pipelines = raw_pipeline.rows(page.payloads)
            parents = pipelines[["project_id", "pipeline_id", "updated_at"]]
            yield Batch(
                frames={
                    raw_pipeline.TABLE: pipelines,
                    raw_job.TABLE: raw_job.rows(page.payloads),
                },
                complete=(CompleteList(raw_job.TABLE, parents, version="updated_at"),),
                updated_at=page.updated_at,
            )
    yield from still_there(reading, project_id, "pipelines", raw_pipeline.TABLE)


def fill_environment(connection: Connection) -> None:
    """`raw_pipeline.environment`: that of the pipeline's latest deployment (PRD §5).

    GitLab names the environment at the deployment only; the newest one speaks for the pipeline.
    """
    deployments = database_table(raw_deployment.TABLE)
    pipelines = database_table(raw_pipeline.TABLE)
    latest = (
        select(deployments.c.project_id, deployments.c.pipeline_id, deployments.c.environment)
        .distinct(deployments.c.project_id, deployments.c.pipeline_id)
        .where(deployments.c.pipeline_id.isnot(None))
        .order_by(
            deployments.c.project_id,
            deployments.c.pipeline_id,
            deployments.c.deployment_id.desc(),
        )
        .subquery()
    )
    connection.execute(
        update(pipelines)
        .values(environment=latest.c.environment)
        .where(
            pipelines.c.project_id == latest.c.project_id,
            pipelines.c.pipeline_id == latest.c.pipeline_id,
            pipelines.c.environment.is_distinct_from(latest.c.environment),
        )
    )


collect_pipelines = collection_asset(
    "collect_pipelines",
    (raw_pipeline.TABLE, raw_job.TABLE),
    read,
    deps=(raw_project.TABLE.name, raw_deployment.TABLE.name),
    is_daily=True,
    after_promote=fill_environment,
)
