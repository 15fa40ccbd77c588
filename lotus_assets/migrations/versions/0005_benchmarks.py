"""Benchmark runs, their results, and the series made of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    _create_runs()
    _create_results()
    _create_history()


def _create_runs() -> None:
    op.create_table(
        "bench_run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("repository", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("of_run_id", sa.Text(), nullable=True),
        sa.Column("commit_id", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_dirty", sa.Boolean(), nullable=True),
        sa.Column("commit_url", sa.Text(), nullable=True),
        sa.Column("commit_message", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("machine_fingerprint", sa.Text(), nullable=False),
        sa.Column("machine", JSONB(), nullable=False),
        sa.Column("versions", JSONB(), nullable=False),
        sa.Column("load_average", sa.Double(), nullable=True),
        sa.Column("source_format", sa.Text(), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("expected", JSONB(), nullable=True),
        sa.Column("failures", JSONB(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        schema="public",
    )


def _create_results() -> None:
    op.create_table(
        "bench_result",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("benchmark", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("is_derived", sa.Boolean(), nullable=False),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("statistic", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("minimum", sa.Double(), nullable=True),
        sa.Column("median", sa.Double(), nullable=True),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("stddev", sa.Double(), nullable=True),
        sa.Column("maximum", sa.Double(), nullable=True),
        sa.Column("rounds", sa.BigInteger(), nullable=True),
        sa.Column("samples", JSONB(), nullable=False),
        sa.Column("iterations", JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "benchmark", "metric"),
        schema="public",
    )


def _create_history() -> None:
    op.create_table(
        "bench_history",
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("benchmark", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("machine_fingerprint", sa.Text(), nullable=False),
        sa.Column("is_machine_change", sa.Boolean(), nullable=False),
        sa.Column("commit_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("is_derived", sa.Boolean(), nullable=False),
        sa.Column("statistic", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("stddev", sa.Double(), nullable=True),
        sa.Column("rounds", sa.BigInteger(), nullable=True),
        sa.Column("previous_value", sa.Double(), nullable=True),
        sa.Column("best_value", sa.Double(), nullable=True),
        sa.Column("ratio_to_previous", sa.Double(), nullable=True),
        sa.Column("ratio_to_best", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("suite", "benchmark", "metric", "run_id"),
        schema="public",
    )
