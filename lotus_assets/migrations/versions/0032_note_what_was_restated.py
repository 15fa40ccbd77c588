"""Note what was restated."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"

NOTE_PAYLOAD_CHANGE = """
CREATE FUNCTION public.note_payload_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.payload_change (contract, subject, variant, as_of_date, old_status,
        old_data_version, old_content_hash, noted_at)
    VALUES (OLD.contract, OLD.subject, OLD.variant, OLD.as_of_date, OLD.status,
        OLD.data_version, OLD.content_hash, now());
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER note_update AFTER UPDATE ON public.core_payload FOR EACH ROW
WHEN ((OLD.status, OLD.data_version, OLD.content_hash)
    IS DISTINCT FROM (NEW.status, NEW.data_version, NEW.content_hash))
EXECUTE FUNCTION public.note_payload_change()
"""


def upgrade() -> None:
    """Note what was restated."""
    op.create_table(
        "fact_basis",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("basis", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("table_name"),
        schema="public",
    )
    op.create_table(
        "fact_change",
        sa.Column("fact_change_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("row_key", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "old_row", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fact_change_id"),
        schema="public",
    )
    op.create_table(
        "payload_change",
        sa.Column("payload_change_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("old_status", sa.Text(), nullable=False),
        sa.Column("old_data_version", sa.Text(), nullable=True),
        sa.Column("old_content_hash", sa.Text(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("payload_change_id"),
        schema="public",
    )
    op.create_index(
        "payload_change_by_day",
        "payload_change",
        ["as_of_date", "subject"],
        unique=False,
        schema="public",
    )
    op.create_table(
        "restatement",
        sa.Column("restatement_id", sa.Text(), nullable=False),
        sa.Column("restated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("figure_date", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("row_key", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("old_value", sa.Double(), nullable=True),
        sa.Column("new_value", sa.Double(), nullable=True),
        sa.Column("is_vanished", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("restatement_id"),
        schema="public",
    )
    op.create_index(
        "restatement_by_figure_date", "restatement", ["figure_date"], unique=False, schema="public"
    )
    op.create_index(
        "restatement_by_restated_at", "restatement", ["restated_at"], unique=False, schema="public"
    )
    op.create_index(
        "restatement_by_subject", "restatement", ["subject"], unique=False, schema="public"
    )
    op.add_column("metric_day", sa.Column("seen_change", sa.BigInteger(), nullable=True))
    op.add_column(
        "metric_day",
        sa.Column(
            "basis", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
    )
    op.add_column("portfolio_computation", sa.Column("seen_change", sa.BigInteger(), nullable=True))
    op.add_column("project_mark", sa.Column("rows_mark", sa.Text(), nullable=True))
    op.execute(sa.text(NOTE_PAYLOAD_CHANGE))
    op.execute(sa.text(TRIGGER))
