"""coverage: which projects a run collected whole, and why not the others."""

from collections.abc import Collection, Sequence

import dagster as dg
import pandas as pd
from pandera.pandas import Field

from lotus_assets.facts import dim_project
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import FACTS
from lotus_assets.raw import raw_project
from lotus_assets.raw.reading import first_tables
from lotus_assets.sources.warehouse.bookkeeping import NOTHING_TO_READ, read_outcomes
from lotus_assets.tables.columns import Boolean, Text
from lotus_assets.tables.gitlab_columns import ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

EMPTY_REPOSITORY = "empty_repository"


class ProjectCoverage(TableModel):
    """One row a run and listed project."""

    run_id: Text = Field(description="Dagster's id of the run.")
    project_id: ProjectId
    path: Text = Field(description="Full path of the project.")
    active: Boolean = Field(description="Counts in the denominator of coverage.")
    collected: Boolean = Field(description="Everything that the project has was read.")
    reason: Text = Field(
        nullable=True,
        description="What was not read and why; several reasons are joined by a semicolon.",
    )


TABLE = Table(
    name="coverage",
    model=ProjectCoverage,
    key=("run_id", "project_id"),
    version=None,
    description="Projects collected by a run.",
)
LINEAGE = {
    **copied_from(raw_project.TABLE, "project_id"),
    "path": columns_of(raw_project.TABLE, "path_with_namespace"),
    "active": columns_of(dim_project.TABLE, "active_flag"),
    "collected": columns_of(raw_project.TABLE, "archived", "pending_deletion"),
    "reason": columns_of(raw_project.TABLE, "archived", "pending_deletion", "is_empty_repository"),
}


def coverage_rows(
    run_id: str,
    raw_project: pd.DataFrame,
    dim_project: pd.DataFrame,
    outcomes: pd.DataFrame,
    collections: Collection[str],
) -> pd.DataFrame:
    """Coverage of one run, by project id.

    `outcomes`: (project_id, collection, reason) of the run, reason NULL where all was read. What
    is switched off or empty was read whole, since there is nothing more to read: it is listed
    with its reason and counts as collected. A project of which one of `collections` has no
    outcome was not collected whole.
    """
    projects = raw_project[raw_project["vanished_at"].isna()].sort_values("project_id")
    keyed = projects.set_index("project_id")
    known = outcomes[outcomes["project_id"].isin(keyed.index)]
    failed = known[known["reason"].notna()]
    is_harmless = failed["reason"].astype(str).str.startswith(NOTHING_TO_READ) | failed[
        "reason"
    ].eq(EMPTY_REPOSITORY)
    is_archived = keyed["archived"].fillna(False).astype(bool)
    is_pending = keyed["pending_deletion"].fillna(False).astype(bool)
    is_empty = keyed["is_empty_repository"].fillna(False).astype(bool)
    reasons = pd.concat(
        [
            failed[["project_id", "reason"]],
            _reason(keyed.index[is_archived], "archived"),
            _reason(keyed.index[is_pending], "pending_deletion"),
            _reason(keyed.index[is_empty & ~is_archived & ~is_pending], EMPTY_REPOSITORY),
        ]
    ).drop_duplicates()
    ordered = reasons.sort_values(["project_id", "reason"])
    joined = ordered.groupby("project_id")["reason"].agg("; ".join)
    expected = known[known["collection"].isin(list(collections))]
    counts = expected.groupby("project_id")["collection"].nunique()
    was_read = (counts.reindex(keyed.index).fillna(0) == len(collections)).to_numpy()
    has_failed = keyed.index.isin(failed.loc[~is_harmless, "project_id"])
    active = dim_project.set_index("project_id")["active_flag"].reindex(keyed.index)
    return pd.DataFrame(
        {
            "run_id": run_id,
            "project_id": keyed.index,
            "path": keyed["path_with_namespace"].to_numpy(),
            "active": active.fillna(False).astype(bool).to_numpy(),
            "collected": was_read & ~has_failed & ~is_archived.to_numpy() & ~is_pending.to_numpy(),
            "reason": joined.reindex(keyed.index).to_numpy(),
        }
    )


def _reason(project_ids: pd.Index, reason: str) -> pd.DataFrame:
    return pd.DataFrame({"project_id": project_ids, "reason": reason})


def coverage_share(rows: pd.DataFrame) -> float | None:
    """Active projects fully collected ÷ active projects; None without active projects."""
    active = rows[rows["active"].astype(bool)]
    return float(active["collected"].astype(bool).mean()) if len(active) else None


def compute(inputs: Inputs, collections: Collection[str]) -> pd.DataFrame:
    """Coverage of this run by these collections."""
    with inputs.connect() as connection:
        outcomes = read_outcomes(connection, inputs.run_id)
    return coverage_rows(
        inputs.run_id,
        inputs.read(raw_project.TABLE),
        inputs.read(dim_project.TABLE),
        outcomes,
        collections,
    )


def coverage_by(collections: Sequence[dg.AssetsDefinition]) -> dg.AssetsDefinition:
    """The asset: how the collections that read every project went."""
    names = [assets.op.name for assets in collections]
    computed = ComputedTable(
        TABLE,
        lambda inputs: compute(inputs, names),
        reads=(raw_project.TABLE, dim_project.TABLE),
        lineage=LINEAGE,
        after=first_tables(collections),
        scope=lambda inputs: pd.DataFrame({"run_id": [inputs.run_id]}),
    )
    return computed_asset(computed, FACTS)
