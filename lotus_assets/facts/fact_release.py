"""fact_release: releases and bare tags, when they came out, and whether they are versions."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.releases import release_cadence
from lotus_assets.facts.given import TIMEZONE
from lotus_assets.facts.project_rules import present
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.raw import raw_release, raw_tag
from lotus_assets.tables.columns import (
    Boolean,
    Text,
)
from lotus_assets.tables.gitlab_columns import IsRelease, ProjectId, ReleasedAt, TagName
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactRelease(TableModel):
    """One row a release or bare tag."""

    project_id: ProjectId
    tag_name: TagName
    released_at: ReleasedAt
    is_release: IsRelease
    is_semver: Boolean = Field(description="SemVer 2.0.0, one leading v allowed.")
    cadence_bucket: Text = Field(nullable=True, description="ISO week: 2026-W14.")
    reason: Text = Field(nullable=True, description="tag_missing, date_missing, by `;`.")


TABLE = Table(
    name="fact_release",
    model=FactRelease,
    key=("project_id", "tag_name"),
    version=None,
    description="Releases and bare tags by the ISO week in which they came out.",
)
RELEASED_AT = (
    *columns_of(raw_release.TABLE, "released_at"),
    *columns_of(raw_tag.TABLE, "tagged_at", "committed_at"),
)
NAMES = (*columns_of(raw_release.TABLE, "tag_name"), *columns_of(raw_tag.TABLE, "tag_name"))
LINEAGE = {
    "project_id": (
        *columns_of(raw_release.TABLE, "project_id"),
        *columns_of(raw_tag.TABLE, "project_id"),
    ),
    "tag_name": NAMES,
    "released_at": RELEASED_AT,
    "is_release": columns_of(raw_release.TABLE, "tag_name"),
    "is_semver": NAMES,
    "cadence_bucket": RELEASED_AT,
    "reason": (*columns_of(raw_tag.TABLE, "tag_name"), *RELEASED_AT),
}


def release_rows(raw_release: pd.DataFrame, raw_tag: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Rows of `fact_release`, sorted; what vanished itself is left out."""
    rows = release_cadence(present(raw_release), present(raw_tag), timezone)
    return rows.rename(columns={"semver_valid": "is_semver"})[TABLE.columns]


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return release_rows(
        asked.plausible(asked.read(raw_release.TABLE)),
        asked.plausible(asked.read(raw_tag.TABLE)),
        asked.given(TIMEZONE),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(raw_release.TABLE, raw_tag.TABLE),
    lineage=LINEAGE,
    given=(TIMEZONE,),
)
fact_release = project_asset(FACT)
