"""dim_release: releases, and tags without a release."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.plausible_instants import plausible
from lotus_assets.engine.delivery.releases import is_semver
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import FACTS
from lotus_assets.raw import raw_release, raw_tag
from lotus_assets.tables.columns import (
    Boolean,
)
from lotus_assets.tables.gitlab_columns import IsRelease, ProjectId, ReleasedAt, TagName
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class DimRelease(TableModel):
    """One row a release or bare tag."""

    project_id: ProjectId
    tag_name: TagName
    released_at: ReleasedAt
    semver_valid: Boolean = Field(description="SemVer 2.0.0, one leading v allowed.")
    is_release: IsRelease


TABLE = Table(
    name="dim_release",
    model=DimRelease,
    key=("project_id", "tag_name"),
    version=None,
    description="Releases and bare tags, with whether their names are SemVer.",
)
LINEAGE = {
    **{
        name: (*columns_of(raw_release.TABLE, name), *columns_of(raw_tag.TABLE, name))
        for name in TABLE.key
    },
    "released_at": (
        *columns_of(raw_release.TABLE, "released_at"),
        *columns_of(raw_tag.TABLE, "tagged_at", "committed_at"),
    ),
    "semver_valid": (
        *columns_of(raw_release.TABLE, "tag_name"),
        *columns_of(raw_tag.TABLE, "tag_name"),
    ),
    "is_release": columns_of(raw_release.TABLE, "tag_name"),
}


def release_rows(raw_release: pd.DataFrame, raw_tag: pd.DataFrame) -> pd.DataFrame:
    """Rows of `dim_release`, sorted.

    A release whose tag is gone stays a release; what vanished itself is left out.
    """
    key = ["project_id", "tag_name"]
    releases = raw_release.loc[raw_release["vanished_at"].isna(), [*key, "released_at"]]
    tags = raw_tag.loc[raw_tag["vanished_at"].isna(), [*key, "tagged_at", "committed_at"]]
    both = releases.merge(tags, on=key, how="outer", indicator="found_in")
    tagged_at = both["tagged_at"].fillna(both["committed_at"])
    rows = both.assign(
        released_at=both["released_at"].fillna(tagged_at),
        semver_valid=is_semver(both["tag_name"]),
        is_release=both["found_in"] != "right_only",
    )
    return rows.sort_values(key, ignore_index=True)[TABLE.columns]


def compute(inputs: Inputs) -> pd.DataFrame:
    """Rows of `dim_release` from what is stored."""
    now = pd.Timestamp(inputs.now)
    releases, tags = inputs.read(raw_release.TABLE), inputs.read(raw_tag.TABLE)
    return release_rows(plausible(releases, now), plausible(tags, now))


COMPUTED = ComputedTable(TABLE, compute, reads=(raw_release.TABLE, raw_tag.TABLE), lineage=LINEAGE)
dim_release = computed_asset(COMPUTED, FACTS)
