"""Say of a commit whether a bot pattern matches its author's address."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add what commits that are read from now on say; of those that are there nobody knows."""
    op.add_column("raw_commit", sa.Column("has_bot_address", sa.Boolean(), nullable=True))
