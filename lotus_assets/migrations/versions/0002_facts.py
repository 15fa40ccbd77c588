"""Facts of issue 3, and what changed since they were worked out."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables, the indexes that recomputing needs, and the triggers."""
    _create_bookkeeping()
    _create_pipeline_facts()
    _create_git_facts()
    _create_issue_facts()
    for table in ("fact_mr", "fact_pipeline"):
        op.create_index(f"{table}_by_project", table, ["project_id"], schema="public")
    op.execute(Path(__file__).with_name("0002_project_change.sql").read_text(encoding="utf-8"))


def _create_bookkeeping() -> None:
    op.create_table(
        "project_change",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "project_id"),
        schema="public",
    )
    op.create_table(
        "project_mark",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "project_id"),
        schema="public",
    )
    op.create_table(
        "metric_day",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("daily_export_mark", sa.Text(), nullable=True),
        sa.Column("weekly_export_mark", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("date"),
        schema="public",
    )


def _create_pipeline_facts() -> None:
    op.create_table(
        "fact_pipeline",
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("is_success", sa.Boolean(), nullable=False),
        sa.Column("opens_red_streak", sa.Boolean(), nullable=False),
        sa.Column("mtg_seconds", sa.BigInteger(), nullable=True),
        sa.Column("is_prod", sa.Boolean(), nullable=False),
        sa.Column("is_rollback", sa.Boolean(), nullable=True),
        sa.Column("is_flaky_candidate", sa.Boolean(), nullable=False),
        sa.Column("duration_sec", sa.BigInteger(), nullable=True),
        sa.Column("critical_path_sec", sa.Double(), nullable=True),
        sa.Column("job_count", sa.BigInteger(), nullable=False),
        sa.Column("unknown_need_count", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("critical_path_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pipeline_id"),
        schema="public",
    )
    op.create_table(
        "fact_deployment",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_as", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("deployment_id", sa.BigInteger(), nullable=True),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("sha", sa.Text(), nullable=True),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("pipeline_name", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previous_sha", sa.Text(), nullable=True),
        sa.Column("previous_finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_rollback", sa.Boolean(), nullable=True),
        sa.Column("rollback_time_hours", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "recorded_as", "record_id"),
        schema="public",
    )
    op.create_table(
        "fact_flaky_job",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("sha", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_job_id", sa.BigInteger(), nullable=False),
        sa.Column("first_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_flaky", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "sha", "name"),
        schema="public",
    )
    op.create_table(
        "fact_lead_time",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mr_id", sa.BigInteger(), nullable=False),
        sa.Column("mr_project_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merge_result", sa.Text(), nullable=True),
        sa.Column("deployment_id", sa.BigInteger(), nullable=True),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=True),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lead_time_hours", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "issue_id"),
        schema="public",
    )


def _create_git_facts() -> None:
    op.create_table(
        "fact_git_hygiene",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("direct_pushes_default", sa.BigInteger(), nullable=False),
        sa.Column("force_pushes_protected", sa.BigInteger(), nullable=False),
        sa.Column("unverified_pushes_protected", sa.BigInteger(), nullable=False),
        sa.Column("unsigned_commit_count", sa.BigInteger(), nullable=False),
        sa.Column("signed_commit_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "day"),
        schema="public",
    )
    op.create_table(
        "fact_branch",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("life_number", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("branch_ttl_hours", sa.Double(), nullable=True),
        sa.Column("is_over_30_days", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "branch", "life_number"),
        schema="public",
    )
    op.create_table(
        "fact_release",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_name", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_release", sa.Boolean(), nullable=False),
        sa.Column("is_semver", sa.Boolean(), nullable=False),
        sa.Column("cadence_bucket", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "tag_name"),
        schema="public",
    )


def _create_issue_facts() -> None:
    op.create_table(
        "fact_issue",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("iid", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reopened_count", sa.BigInteger(), nullable=False),
        sa.Column("target_days", sa.Double(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_bug", sa.Boolean(), nullable=False),
        sa.Column("is_escaped", sa.Boolean(), nullable=True),
        sa.Column("last_release_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "issue_id"),
        schema="public",
    )
    op.create_table(
        "fact_issue_closing",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_reopened", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "issue_id", "closed_at"),
        schema="public",
    )
