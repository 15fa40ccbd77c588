"""raw_release: releases of the projects."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    instants,
    nested,
    nothing,
)
from lotus_assets.sources.gitlab.email_hash import ADDRESS, PLACEHOLDER
from lotus_assets.tables.columns import Instant, Text
from lotus_assets.tables.gitlab_columns import SHA, ProjectId, VanishedAt
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawRelease(TableModel):
    """One row a release; a tag has at most one."""

    project_id: ProjectId
    tag_name: Text = Field(description="The tag that it belongs to.")
    release_name: Text = Field(nullable=True, description="Its title, e-mail addresses redacted.")
    commit_id: Text = Field(nullable=True, str_matches=SHA, description="The tag's commit.")
    created_at: Instant = Field(nullable=True, description="When it was entered.")
    released_at: Instant = Field(
        nullable=True, description="When it was, or will be, released; may be set by hand."
    )
    vanished_at: VanishedAt


TABLE = Table(
    name="raw_release",
    model=RawRelease,
    key=("project_id", "tag_name"),
    version=None,
    description="Releases of the projects.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of the projects of `GitLabSource.projects`."""
    columns = ["tagName", "name", "createdAt", "releasedAt", "commit.sha"]
    frame = nested(payloads, "releases", columns, ["project_id"])
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        tag_name=frame["tagName"],
        release_name=frame["name"].astype("string").str.replace(ADDRESS, PLACEHOLDER, regex=True),
        commit_id=frame["commit.sha"],
        created_at=instants(frame["createdAt"]),
        released_at=instants(frame["releasedAt"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
