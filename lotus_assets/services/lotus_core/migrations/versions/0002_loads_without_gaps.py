"""Load ids without gaps: a load that was killed or refused takes no number.

They are the data versions that every answer names; the same loads give the same ones.
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Leave the numbers to the loader, which takes turns."""
    op.execute("ALTER TABLE lotus_core.loads ALTER COLUMN load_id DROP IDENTITY")


def downgrade() -> None:
    """Refuse.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("drop the schema lotus_core and load anew")
