"""What counts as one production deployment: the visits of a pipeline to its chains.

A *chain* is a production environment and the name of the job that deploys to it (through the API
the environment alone); pipelines that stand for deployments are one chain of their project. In
each chain what one pipeline deployed without another in between is one *visit*. The first visits
of a pipeline to all its chains are one production deployment, two regions or two jobs of one
environment; its second visits are another, a return; and so on.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.patterns import matches_any

CHAIN = ["project_id", "environment", "job_name"]
ENVIRONMENT = ["project_id", "environment"]
_ORDER = ["deployment_id", "deployed_at", "pipeline_id"]
"""Deployments stand in the order of their ids, pipelines in that of their ends."""


def production_visits(deployments: pd.DataFrame, rollback_pattern: str) -> pd.DataFrame:
    """`production_deployments`' rows with what they belong to; their index and order are kept.

    A child pipeline counts as its topmost parent; without a pipeline the SHA stands for it. What
    is deployed by a job whose name matches `rollback_pattern` is a production deployment of its
    own each time.

    Added columns: production_deployment numbers what is one; is_counted, true of the row of it
    that finished first, which stands for it.
    """
    is_rollback_job = matches_any(deployments["job_name"], [rollback_pattern])
    carrier = _carrier(deployments)
    rows = deployments.assign(carrier=carrier, row=np.arange(len(deployments)))
    visits = pd.DataFrame(
        {
            "project_id": rows["project_id"],
            "carrier": carrier,
            "visit": _visit_numbers(rows).mask(is_rollback_job, 0),
            "job_row": rows["row"].where(is_rollback_job, -1),
        }
    )
    number = pd.MultiIndex.from_frame(visits).factorize()[0]
    placed = deployments.assign(production_deployment=number)
    finishes = placed.sort_values(["finished_at", "deployed_at", "deployment_id"], kind="stable")
    counted = finishes.index[~finishes["production_deployment"].duplicated()]
    return placed.assign(is_counted=placed.index.isin(counted))


def value_before(deployments: pd.DataFrame, line: list[str], column: str) -> pd.Series:
    """`column` of the row before each one's visit on its line, as far as there is one.

    `line` is CHAIN or ENVIRONMENT: rows that follow one another and belong to one production
    deployment have the same row before them.
    """
    ordered = deployments.sort_values([*line, *_ORDER], kind="stable")
    begins = _differs(ordered, [*line, "production_deployment"])
    before = ordered[column].shift().mask(_differs(ordered, line))
    of_visit = before[begins].iloc[begins.cumsum() - 1]
    return of_visit.set_axis(ordered.index).reindex(deployments.index)


def _carrier(deployments: pd.DataFrame) -> pd.Series:
    """What brought each deployment: a pipeline, else a SHA, else nothing but itself."""
    pipeline = "pipeline " + deployments["topmost_pipeline_id"].astype("string")
    itself = "deployment " + deployments["deployment_id"].astype("string")
    return pipeline.fillna(deployments["sha"]).fillna(itself)


def _visit_numbers(rows: pd.DataFrame) -> pd.Series:
    """Which visit of its carrier to its chain each row belongs to, counted from 1."""
    keys = [*CHAIN, "carrier"]
    ordered = rows.sort_values([*CHAIN, *_ORDER], kind="stable")
    begins = pd.Series(_differs(ordered, keys), index=ordered.index)
    numbers = begins.groupby([ordered[name] for name in keys], dropna=False).cumsum()
    return numbers.astype("int64").reindex(rows.index)


def _differs(ordered: pd.DataFrame, columns: list[str]) -> NDArray[np.bool_]:
    """Which rows differ from the one before in any of `columns`; NULL equals NULL."""
    codes = np.column_stack([ordered[name].factorize()[0] for name in columns])
    differs = np.ones(len(ordered), dtype=bool)
    differs[1:] = (codes[1:] != codes[:-1]).any(axis=1)
    return differs
