"""Time-weighted returns of portfolios."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "twr",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("metric_basis", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("requested_start_date", sa.Date(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("is_clamped", sa.Boolean(), nullable=False),
        sa.Column("period_return", sa.Double(), nullable=True),
        sa.Column("annualised_return", sa.Double(), nullable=True),
        sa.Column("annualisation_reason", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_date", sa.Date(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("as_of_date", "portfolio_id", "metric_basis", "period"),
        schema="public",
    )
    op.create_table(
        "twr_breakdown",
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("metric_basis", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("bucket_return", sa.Double(), nullable=True),
        sa.Column("cumulative_return", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_date", sa.Date(), nullable=True),
        sa.Column("cumulative_status", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "metric_basis", "frequency", "bucket"),
        schema="public",
    )
