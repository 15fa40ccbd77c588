"""Hold money-weighted periods after a portfolio's closing, which have no values at their ends."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Allow rows without values."""
    for name in ("begin_mv", "end_mv"):
        op.alter_column("mwr", name, nullable=True)
