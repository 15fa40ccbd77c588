"""Deployments: a REST list by `updated_at`, because GraphQL has none for a project."""

from collections.abc import Iterator

import pandas as pd
from sqlalchemy import Connection, exists, select, update

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import raw_deployment, raw_environment, raw_project
from lotus_assets.raw.list_reading import read_window
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.deployments import DEPLOYMENTS
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


def page_rows(payloads: Payloads) -> dict[Table, pd.DataFrame]:
    """What a page holds."""
    return {raw_deployment.TABLE: raw_deployment.rows(payloads)}


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The deployments of one project that are new or moved.

    Without an environment there are none: those of one that is deleted go with it (the foreign
    key of GitLab's table `deployments`).
    """
    environments = database_table(raw_environment.TABLE)
    there = environments.c.vanished_at.is_(None) & (environments.c.project_id == project_id)
    with reading.engine.connect() as connection:
        has_environments = connection.scalar(select(exists().where(there)))
    yield from read_window(
        reading, project_id, DEPLOYMENTS, page_rows, is_empty=not has_environments
    )


def fill_tier(connection: Connection) -> None:
    """`raw_deployment.environment_tier`: that of the environment, as it is now.

    GitLab names the tier at the environment only; one that vanished keeps its last.
    """
    deployments = database_table(raw_deployment.TABLE)
    environments = database_table(raw_environment.TABLE)
    connection.execute(
        update(deployments)
        .values(environment_tier=environments.c.tier)
        .where(
            deployments.c.project_id == environments.c.project_id,
            deployments.c.environment_id == environments.c.environment_id,
            deployments.c.environment_tier.is_distinct_from(environments.c.tier),
        )
    )


collect_deployments = collection_asset(
    "collect_deployments",
    (raw_deployment.TABLE,),
    read,
    deps=(raw_project.TABLE.name, raw_environment.TABLE.name),
    is_daily=True,
    after_promote=fill_tier,
)
