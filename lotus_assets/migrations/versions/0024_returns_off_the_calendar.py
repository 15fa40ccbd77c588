"""Count returns off the calendar, and the observations of figures beside other series."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

UNKNOWN = "0"
"""For rows that are there: they are worked out again, the engine being another."""


def upgrade() -> None:
    """Append the columns; those of the counts are never NULL."""
    for table, name in (
        ("returns_series", "off_calendar_returns"),
        ("risk_statistics", "excess_observations"),
    ):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default=UNKNOWN)
        op.add_column(table, column)
        op.alter_column(table, name, server_default=None)
    op.add_column("risk_statistics", sa.Column("relative_observations", sa.BigInteger()))
    op.add_column("risk_statistics", sa.Column("stale_since", sa.Date()))
