"""From what the rows of portfolios were worked out."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "baseline"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "portfolio_computation",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "as_of_date", "portfolio_id"),
        schema="public",
    )
