"""Say how many rows stand behind metrics: worked out anew, rows get what the default stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

UNKNOWN = "0"


def upgrade() -> None:
    """Say how many rows each value is made of, and how many the metric is over."""
    for name in ("sample_size", "population_size"):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default=UNKNOWN)
        op.add_column("metric_daily", column)
        op.alter_column("metric_daily", name, server_default=None)
