"""Say which deployments are one production deployment, and which job deployed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the columns; the next run works all rows out anew, for the engine has changed."""
    op.execute("DELETE FROM fact_deployment")
    op.add_column(
        "fact_deployment", sa.Column("topmost_pipeline_id", sa.BigInteger(), nullable=True)
    )
    op.add_column("fact_deployment", sa.Column("job_name", sa.Text(), nullable=True))
    op.add_column("fact_deployment", sa.Column("is_counted", sa.Boolean(), nullable=False))
    op.add_column("fact_deployment", sa.Column("counted_as", sa.BigInteger(), nullable=False))
