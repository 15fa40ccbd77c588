"""Tables of the layout, the portfolios' daily sums, and what each load recorded."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refuse: loaded data would be lost.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("the first revision cannot be undone; drop the schema lotus_core")
