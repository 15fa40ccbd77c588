"""Attribution of portfolios' active returns."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "attribution",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("linking", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("portfolio_weight", sa.Double(), nullable=False),
        sa.Column("benchmark_weight", sa.Double(), nullable=False),
        sa.Column("allocation", sa.Double(), nullable=True),
        sa.Column("selection", sa.Double(), nullable=True),
        sa.Column("interaction", sa.Double(), nullable=True),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "as_of_date", "portfolio_id", "model", "linking", "period", "group_key"
        ),
        schema="public",
    )
    op.create_table(
        "attribution_total",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("linking", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("requested_start_date", sa.Date(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("is_clamped", sa.Boolean(), nullable=False),
        sa.Column("portfolio_return", sa.Double(), nullable=True),
        sa.Column("benchmark_return", sa.Double(), nullable=True),
        sa.Column("active_return", sa.Double(), nullable=True),
        sa.Column("own_return", sa.Double(), nullable=True),
        sa.Column("fees", sa.Double(), nullable=True),
        sa.Column("difference", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("own_status", sa.Text(), nullable=False),
        sa.Column("benchmark_days_linked", sa.BigInteger(), nullable=False),
        sa.Column("benchmark_days_filled", sa.BigInteger(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("as_of_date", "portfolio_id", "model", "linking", "period"),
        schema="public",
    )
    op.create_table(
        "attribution_level",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("linking", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("node_key", sa.Text(), nullable=False),
        sa.Column("allocation", sa.Double(), nullable=True),
        sa.Column("between", sa.Double(), nullable=True),
        sa.Column("within", sa.Double(), nullable=True),
        sa.Column("selection", sa.Double(), nullable=True),
        sa.Column("interaction", sa.Double(), nullable=True),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "as_of_date", "portfolio_id", "model", "linking", "period", "node_key"
        ),
        schema="public",
    )
    op.create_table(
        "attribution_currency",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("linking", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("is_local_known", sa.Boolean(), nullable=False),
        sa.Column("local_allocation", sa.Double(), nullable=True),
        sa.Column("local_selection", sa.Double(), nullable=True),
        sa.Column("local_interaction", sa.Double(), nullable=True),
        sa.Column("local_total", sa.Double(), nullable=True),
        sa.Column("currency_allocation", sa.Double(), nullable=True),
        sa.Column("currency_selection", sa.Double(), nullable=True),
        sa.Column("currency_interaction", sa.Double(), nullable=True),
        sa.Column("currency_total", sa.Double(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "as_of_date", "portfolio_id", "model", "linking", "period", "group_key"
        ),
        schema="public",
    )
