"""Read child pipelines, which jobs wait for a hand, and the names of deploying jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns; pipelines and deployments are read anew, with what they lacked."""
    op.add_column("raw_deployment", sa.Column("job_name", sa.Text(), nullable=True))
    op.add_column("raw_job", sa.Column("is_manual", sa.Boolean(), nullable=True))
    op.add_column("raw_pipeline", sa.Column("parent_pipeline_id", sa.BigInteger(), nullable=True))
    op.execute("DELETE FROM ingestion_state WHERE entity ~ '^raw_(pipeline|deployment):[0-9]+$'")
