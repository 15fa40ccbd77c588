"""Whose approvals a reset took, issues that were moved, and what is not known of merge requests."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

NULLABLE: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "fact_issue": {"created_at": sa.DateTime(timezone=True)},
    "fact_lead_time": {"created_at": sa.DateTime(timezone=True)},
    "fact_mr": {
        "created_at": sa.DateTime(timezone=True),
        "rework_count": sa.BigInteger(),
        "is_reworked": sa.Boolean(),
    },
    "fact_mr_open_period": {"created_at": sa.DateTime(timezone=True)},
}


def upgrade() -> None:
    """Add the columns; let NULL into what may not be known."""
    op.add_column("fact_mr", sa.Column("reason", sa.Text(), nullable=True), schema="public")
    op.add_column("raw_issue", sa.Column("is_moved", sa.Boolean(), nullable=True), schema="public")
    op.add_column(
        "raw_mr_note",
        sa.Column("approvals_reset_of", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        schema="public",
    )
    for table, columns in NULLABLE.items():
        for name, kind in columns.items():
            op.alter_column(table, name, existing_type=kind, nullable=True, schema="public")
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
