"""Keys of benchmark groups as attribution spells them: dimensions outermost first."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Spell the keys that are stored anew; nothing else of their rows changes."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
