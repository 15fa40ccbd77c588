"""Contributions of positions to portfolios' returns."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "contribution",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("metric_basis", sa.Text(), nullable=False),
        sa.Column("linking", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("position_id", sa.Text(), nullable=False),
        sa.Column("contribution", sa.Double(), nullable=True),
        sa.Column("average_weight", sa.Double(), nullable=True),
        sa.Column("position_return", sa.Double(), nullable=True),
        sa.Column("return_status", sa.Text(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "as_of_date", "portfolio_id", "metric_basis", "linking", "period", "position_id"
        ),
        schema="public",
    )
    op.create_table(
        "contribution_total",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("metric_basis", sa.Text(), nullable=False),
        sa.Column("linking", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("requested_start_date", sa.Date(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("is_clamped", sa.Boolean(), nullable=False),
        sa.Column("portfolio_return", sa.Double(), nullable=True),
        sa.Column("fees", sa.Double(), nullable=True),
        sa.Column("unexplained", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_date", sa.Date(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("as_of_date", "portfolio_id", "metric_basis", "linking", "period"),
        schema="public",
    )
    op.create_table(
        "contribution_level",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("metric_basis", sa.Text(), nullable=False),
        sa.Column("linking", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("node_key", sa.Text(), nullable=False),
        sa.Column("contribution", sa.Double(), nullable=True),
        sa.Column("average_weight", sa.Double(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "as_of_date", "portfolio_id", "metric_basis", "linking", "period", "node_key"
        ),
        schema="public",
    )
