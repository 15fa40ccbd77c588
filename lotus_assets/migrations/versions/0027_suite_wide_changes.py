"""What changed suite-wide, and the commits between which a change lies."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the columns; facts are worked out anew with the next run."""
    for name in ("suite_wide_run_id", "commit_id", "baseline_commit_id"):
        op.add_column("bench_regression", sa.Column(name, sa.Text(), nullable=True))
