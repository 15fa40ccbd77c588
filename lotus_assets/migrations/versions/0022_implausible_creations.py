"""A pipeline whose creation cannot be has none."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Let the column be NULL."""
    op.alter_column("fact_pipeline", "created_at", nullable=True)
