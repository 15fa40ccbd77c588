"""Days that decide the status of attributions."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Name the day, as the other totals do."""
    op.add_column("attribution_total", sa.Column("status_date", sa.Date(), nullable=True))
