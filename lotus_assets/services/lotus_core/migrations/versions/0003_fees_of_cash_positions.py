"""The cash position that paid a fee: until now a fee was on no position.

Fees that were loaded before are given the portfolio's only cash in their currency; where there is
none, or several, they stay with the portfolio alone.
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column and fill it in."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Refuse.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("drop the schema lotus_core and load anew")
