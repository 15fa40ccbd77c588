"""Note over which time each project was collected whole, and whom figures leave out."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Note the periods, those of earlier runs included; until they are made anew, figures say 0."""
    op.create_table(
        "collected_period",
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("collected_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("collection", "project_id"),
        schema="public",
    )
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    op.add_column(
        "metric_daily",
        sa.Column("projects_left_out", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("metric_daily", "projects_left_out", server_default=None)
    op.add_column("metric_daily", sa.Column("reason", sa.Text(), nullable=True))
