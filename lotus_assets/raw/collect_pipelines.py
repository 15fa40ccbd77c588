"""Pipelines with their jobs, child pipelines too: one that moved brings all its jobs again.

So a manual job pressed next day is found: it moves its pipeline's `updated_at`.
"""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
from sqlalchemy import Connection, select, update

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import raw_deployment, raw_job, raw_pipeline, raw_project
from lotus_assets.raw.list_reading import read_window, still_there
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.child_pipelines import CHILD_PIPELINES
from lotus_assets.sources.gitlab.lists.pipelines import PIPELINES
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


def page_rows(payloads: Payloads) -> dict[Table, pd.DataFrame]:
    """What a page holds, table by table."""
    return {
        raw_pipeline.TABLE: raw_pipeline.rows(payloads),
        raw_job.TABLE: raw_job.rows(payloads),
    }


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The pipelines of one project that are new or moved, with all their jobs."""
    yield from read_window(reading, project_id, PIPELINES, page_rows, (raw_job.TABLE,))
    children = read_window(reading, project_id, CHILD_PIPELINES, page_rows, (raw_job.TABLE,))
    # The watermark is that of the first list: what moved in it while the second was read is newer.
    yield from (replace(batch, updated_at=None) for batch in children)
    yield from still_there(reading, project_id, (PIPELINES, CHILD_PIPELINES), raw_pipeline.TABLE)


def fill_environment(connection: Connection) -> None:
    """`raw_pipeline.environment`: that of the pipeline's latest deployment.

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
    shared=(PIPELINES, CHILD_PIPELINES),
    after_promote=fill_environment,
)
