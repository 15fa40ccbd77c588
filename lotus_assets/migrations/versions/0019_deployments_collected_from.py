"""Note from when on deployments and pipelines of a project were collected."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column; the next run fills it."""
    op.add_column(
        "dim_project",
        sa.Column("deployments_collected_from", sa.DateTime(timezone=True), nullable=True),
    )
