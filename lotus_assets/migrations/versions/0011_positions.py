"""Positions of portfolios."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "positions",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("position_id", sa.Text(), nullable=False),
        sa.Column("valuation_date", sa.Date(), nullable=False),
        sa.Column("instrument_id", sa.Text(), nullable=False),
        sa.Column("instrument_name", sa.Text(), nullable=False),
        sa.Column("instrument_type", sa.Text(), nullable=False),
        sa.Column("dimensions", JSONB(), nullable=False),
        sa.Column("position_currency", sa.Text(), nullable=False),
        sa.Column("portfolio_currency", sa.Text(), nullable=False),
        sa.Column("reporting_currency", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("held_since", sa.Date(), nullable=False),
        sa.Column("market_value_position", sa.Double(), nullable=False),
        sa.Column("market_value_portfolio", sa.Double(), nullable=False),
        sa.Column("market_value_reporting", sa.Double(), nullable=False),
        sa.Column("cost_position", sa.Double(), nullable=False),
        sa.Column("cost_portfolio", sa.Double(), nullable=False),
        sa.Column("cost_reporting", sa.Double(), nullable=False),
        sa.Column("unrealised_gain_position", sa.Double(), nullable=False),
        sa.Column("unrealised_gain_portfolio", sa.Double(), nullable=False),
        sa.Column("unrealised_gain_reporting", sa.Double(), nullable=False),
        sa.Column("accrued_income_position", sa.Double(), nullable=False),
        sa.Column("accrued_income_portfolio", sa.Double(), nullable=False),
        sa.Column("accrued_income_reporting", sa.Double(), nullable=False),
        sa.Column("accrual_date", sa.Date(), nullable=False),
        sa.Column("return_mtd", sa.Double(), nullable=True),
        sa.Column("return_qtd", sa.Double(), nullable=True),
        sa.Column("return_ytd", sa.Double(), nullable=True),
        sa.Column("return_1y", sa.Double(), nullable=True),
        sa.Column("return_3y", sa.Double(), nullable=True),
        sa.Column("return_5y", sa.Double(), nullable=True),
        sa.Column("return_itd", sa.Double(), nullable=True),
        sa.Column("return_status", JSONB(), nullable=False),
        sa.Column("returns_content_hash", sa.Text(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("as_of_date", "portfolio_id", "position_id"),
        schema="public",
    )
