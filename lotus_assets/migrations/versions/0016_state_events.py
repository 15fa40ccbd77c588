"""Closings and reopenings from the event list, and when merge requests were open by them."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create both tables; counts of reopenings are filled after an issue is stored."""
    op.create_table(
        "fact_mr_open_period",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("mr_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mr_id", "period_start_at"),
        schema="public",
    )
    op.create_index(
        "fact_mr_open_period_by_project",
        "fact_mr_open_period",
        ["project_id"],
        unique=False,
        schema="public",
    )
    op.create_table(
        "raw_state_event",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("target_type", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "event_id"),
        schema="public",
    )
    for table in ("fact_issue", "raw_issue"):
        op.alter_column(
            table, "reopened_count", existing_type=sa.BigInteger(), nullable=True, schema="public"
        )
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
