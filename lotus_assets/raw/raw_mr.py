"""raw_mr: merge requests."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    identifiers,
    instants,
    json_text,
    looked_up,
    lowered,
    not_before,
    nothing,
    sortable,
)
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Text,
)
from lotus_assets.tables.gitlab_columns import (
    SHA,
    ClosedUnmergedAt,
    Labels,
    MergedAt,
    MergeRequestId,
    OpenedAt,
    OpenedBy,
    TargetProjectId,
    UpdatedAt,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawMr(TableModel):
    """One row a merge request."""

    project_id: TargetProjectId
    mr_id: MergeRequestId
    iid: Integer = Field(ge=1, description="The number after the exclamation mark: !iid.")
    author_user_id: OpenedBy
    created_at: OpenedAt
    updated_at: UpdatedAt
    merged_at: MergedAt
    closed_at: ClosedUnmergedAt
    state: Text = Field(
        isin=["opened", "closed", "merged", "locked"],
        description="opened, closed, merged, or locked while it is being merged.",
    )
    is_draft: Boolean = Field(nullable=True, description="Marked as a draft.")
    changes_count: Integer = Field(nullable=True, ge=0, description="Files in its diff.")
    lines_added: Integer = Field(nullable=True, ge=0, description="Lines that its diff adds.")
    lines_removed: Integer = Field(nullable=True, ge=0, description="Lines that it removes.")
    source_branch: Text = Field(description="Branch to be merged.")
    target_branch: Text = Field(description="Branch that it is merged into.")
    source_project_id: Integer = Field(
        nullable=True, description="Another project for a merge request from a fork."
    )
    merge_user_id: Integer = Field(nullable=True, description="Who merged it.")
    merge_commit_sha: Text = Field(
        nullable=True, str_matches=SHA, description="Its merge commit, if one was made."
    )
    squash_commit_sha: Text = Field(
        nullable=True, str_matches=SHA, description="Its squash commit, if it was squashed."
    )
    head_sha: Text = Field(
        nullable=True, str_matches=SHA, description="Head of the source branch, at the last push."
    )
    approvals_required: Integer = Field(
        nullable=True, ge=0, description="NULL where the edition does not have it."
    )
    approvals_given: Integer = Field(ge=0, description="Approvals that GitLab lists now.")
    first_review_at: Instant = Field(
        nullable=True,
        description="First note by another human, or approval or request for changes by another. "
        "A bot is who has GitLab's own bot flag; fact_mr.first_review_at goes by the rules file.",
    )
    labels: Labels
    vanished_at: VanishedAt

    @dataframe_check(name="merged_without_merged_at")
    def merged_with_time(cls, rows: pd.DataFrame) -> pd.Series:
        """What is merged says when."""
        return ~(rows["state"].eq("merged").fillna(False) & rows["merged_at"].isna())

    @dataframe_check(name="merged_at_without_merge")
    def time_with_merge(cls, rows: pd.DataFrame) -> pd.Series:
        """What is open or closed was not merged."""
        unmerged = rows["state"].isin(["opened", "closed"]).fillna(False)
        return ~(unmerged & rows["merged_at"].notna())

    @dataframe_check(name="updated_before_created")
    def updated_not_before_created(cls, rows: pd.DataFrame) -> pd.Series:
        """An update is not older than the creation."""
        return not_before(rows["updated_at"], rows["created_at"])


TABLE = Table(
    name="raw_mr",
    model=RawMr,
    key=("project_id", "mr_id"),
    description="Merge requests with their diff totals and approvals.",
)

_COLUMNS = {
    "iid": "iid",
    "state": "state",
    "draft": "is_draft",
    "diffStatsSummary.fileCount": "changes_count",
    "diffStatsSummary.additions": "lines_added",
    "diffStatsSummary.deletions": "lines_removed",
    "sourceBranch": "source_branch",
    "targetBranch": "target_branch",
    "sourceProjectId": "source_project_id",
    "mergeCommitSha": "merge_commit_sha",
    "squashCommitSha": "squash_commit_sha",
    "diffHeadSha": "head_sha",
    "approvalsRequired": "approvals_required",
}
_OTHERS = ["project_id", "id", "createdAt", "updatedAt", "mergedAt", "closedAt"]
_PEOPLE = ["author.id", "mergeUser.id", "approvedBy", "labels"]


def rows(payloads: Payloads, notes: pd.DataFrame) -> pd.DataFrame:
    """Rows of `GitLabSource.merge_requests`; `notes` are the rows of `raw_mr_note` in them."""
    frame = flat(payloads, [*_OTHERS, *_PEOPLE, *_COLUMNS]).rename(columns=_COLUMNS)
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        mr_id=identifiers(frame["id"]),
        iid=identifiers(frame["iid"]),
        state=lowered(frame["state"]),
        author_user_id=identifiers(frame["author.id"]),
        merge_user_id=identifiers(frame["mergeUser.id"]),
        created_at=instants(frame["createdAt"]),
        updated_at=instants(frame["updatedAt"]),
        merged_at=instants(frame["mergedAt"]),
        closed_at=instants(frame["closedAt"]),
        approvals_given=frame["approvedBy"].str.len().astype("Int64"),
        labels=json_text(frame["labels"]),
        vanished_at=nothing(frame),
    )
    return frame.assign(first_review_at=first_reviews(frame, notes))[TABLE.columns]


def first_reviews(merge_requests: pd.DataFrame, notes: pd.DataFrame) -> pd.Series:
    """`first_review_at` of each merge request, NULL without a review.

    The earliest of a comment by a human who is not the author, and an approval or a request for
    changes by someone who is not. Who is human, GitLab's own bot flag alone decides: rules are
    read for facts only.
    """
    authors = merge_requests.set_index("mr_id")["author_user_id"]
    is_by_author = (notes["author_user_id"] == looked_up(notes["mr_id"], authors)).fillna(False)
    is_comment = ~notes["is_system"].fillna(True) & ~notes["is_author_bot"].fillna(False)
    is_approval = notes["system_action"].isin(["approved", "requested_changes"])
    is_known = notes["author_user_id"].notna()
    reviews = notes[(is_comment | is_approval) & is_known & ~is_by_author]
    first = sortable(reviews["created_at"]).groupby(reviews["mr_id"]).min()
    return looked_up(merge_requests["mr_id"], first)
