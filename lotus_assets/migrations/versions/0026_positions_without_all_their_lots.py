"""Positions without all their lots."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Positions without all their lots."""
    op.add_column("core_positions_input", sa.Column("cost_reason", sa.Text(), nullable=True))
    op.alter_column(
        "core_positions_input",
        "cost_position",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "core_positions_input",
        "cost_portfolio",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "core_positions_input",
        "cost_reporting",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "core_positions_input",
        "unrealised_gain_position",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "core_positions_input",
        "unrealised_gain_portfolio",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "core_positions_input",
        "unrealised_gain_reporting",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.add_column("positions", sa.Column("cost_reason", sa.Text(), nullable=True))
    op.alter_column(
        "positions", "cost_position", existing_type=sa.DOUBLE_PRECISION(precision=53), nullable=True
    )
    op.alter_column(
        "positions",
        "cost_portfolio",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "positions",
        "cost_reporting",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "positions",
        "unrealised_gain_position",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "positions",
        "unrealised_gain_portfolio",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
    op.alter_column(
        "positions",
        "unrealised_gain_reporting",
        existing_type=sa.DOUBLE_PRECISION(precision=53),
        nullable=True,
    )
