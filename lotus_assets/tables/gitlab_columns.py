"""Columns that several tables about GitLab share: type, checks and description in one.

A contract says `project_id: ProjectId`. What only one table has stands in its own file.
"""

from typing import Annotated

from pandera.pandas import Field

from lotus_assets.tables.columns import JSON, Boolean, Instant, Integer, Json, Text

SHA = r"^[0-9a-f]{40}(?:[0-9a-f]{24})?$"
"""A Git object name, SHA-1 or SHA-256."""
HASH = r"^[0-9a-f]{64}$"
JOB_STATUSES = [
    "created",
    "waiting_for_resource",
    "preparing",
    "waiting_for_callback",
    "pending",
    "running",
    "failed",
    "success",
    "canceling",
    "canceled",
    "skipped",
    "manual",
    "scheduled",
]
"""CiJobStatus and PipelineStatusEnum of GitLab's GraphQL schema, 18.8."""

# Whose row it is.
ProjectId = Annotated[Integer, Field(description="GitLab's id of the project.")]
TargetProjectId = Annotated[Integer, Field(description="GitLab's id of the target project.")]
IssueProjectId = Annotated[Integer, Field(description="GitLab's id of the issue's project.")]
MergeRequestProjectId = Annotated[
    Integer, Field(description="GitLab's id of the merge request's project.")
]
MergeRequestId = Annotated[Integer, Field(description="GitLab's global id of the merge request.")]
MergeRequestIid = Annotated[
    Integer, Field(description="The number after the exclamation mark: !iid.")
]
IssueId = Annotated[Integer, Field(description="GitLab's global id of the issue.")]
IssueIid = Annotated[Integer, Field(ge=1, description="The issue's number in its project.")]
EventId = Annotated[Integer, Field(description="GitLab's global id of the event.")]
UserId = Annotated[Integer, Field(description="GitLab's id of the user.")]
Iid = Annotated[Integer, Field(nullable=True, ge=1, description="Its number in the project.")]

# When something happened to it.
VanishedAt = Annotated[Instant, Field(nullable=True, description="When it was found to be gone.")]
CreatedAt = Annotated[Instant, Field(description="When it was created.")]
CreatedAtIfKnown = Annotated[
    Instant, Field(nullable=True, description="When it was created, if known.")
]
OpenedAt = Annotated[Instant, Field(description="When it was opened.")]
PlausiblyOpenedAt = Annotated[
    Instant,
    Field(nullable=True, description="When it was opened; NULL where GitLab's instant cannot be."),
]
OccurredAt = Annotated[Instant, Field(description="When.")]
UpdatedAt = Annotated[Instant, Field(description="When it last changed; orders copies of one row.")]
MergeRequestUpdatedAt = Annotated[
    Instant, Field(description="The merge request's; orders copies of one row.")
]
IssueUpdatedAt = Annotated[Instant, Field(description="The issue's; orders copies of one row.")]
MergedAt = Annotated[Instant, Field(nullable=True, description="When it was merged.")]
ClosedUnmergedAt = Annotated[
    Instant, Field(nullable=True, description="When it was closed unmerged.")
]
LastClosedAt = Annotated[Instant, Field(nullable=True, description="When it was last closed.")]
FinishedAt = Annotated[Instant, Field(nullable=True, description="When it ended.")]
ReleasedAt = Annotated[
    Instant,
    Field(nullable=True, description="The release's instant, else the tag's, else its commit's."),
]
AuthoredAt = Annotated[
    Instant, Field(nullable=True, description="Author's date; a rebase keeps it.")
]

# What is said of it.
DoneBy = Annotated[Integer, Field(nullable=True, description="Who did it.")]
OpenedBy = Annotated[Integer, Field(nullable=True, description="Who opened it.")]
AuthorEmailHash = Annotated[
    Text, Field(nullable=True, str_matches=HASH, description="Hash of the author's address.")
]
Labels = Annotated[Json, Field(metadata=JSON, description="Names of its labels, a JSON list.")]
StateChange = Annotated[Text, Field(isin=["closed", "reopened"], description="closed or reopened.")]
ReopenedCount = Annotated[
    Integer, Field(nullable=True, ge=0, description="How often it was reopened.")
]
DurationSeconds = Annotated[Integer, Field(nullable=True, ge=0, description="Seconds that it ran.")]
Branch = Annotated[Text, Field(description="Its name, without refs/heads/.")]
TagName = Annotated[Text, Field(description="Its name, without refs/tags/.")]
IsRelease = Annotated[Boolean, Field(description="A release, not a bare tag.")]
DeployedRef = Annotated[Text, Field(nullable=True, description="Branch or tag that was deployed.")]
InputReason = Annotated[
    Text, Field(nullable=True, description="What is wrong with its input, by `;`.")
]
JobStatus = Annotated[Text, Field(isin=JOB_STATUSES, description="GitLab's status, in lower case.")]
