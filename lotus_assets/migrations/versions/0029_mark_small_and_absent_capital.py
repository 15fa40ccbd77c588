"""Mark small and absent capital: worked out anew, rows get what the default stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

UNKNOWN = "0"


def upgrade() -> None:
    """Say on how many days capital was small or absent."""
    for table, name in (
        ("attribution_total", "no_net_capital_days"),
        ("twr", "small_capital_days"),
    ):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default=UNKNOWN)
        op.add_column(table, column)
        op.alter_column(table, name, server_default=None)
