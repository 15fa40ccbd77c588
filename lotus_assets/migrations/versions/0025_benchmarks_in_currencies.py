"""Benchmark returns have a currency beside their day: that of the portfolios."""

from alembic import op

revision = "0025"
down_revision = "0024"

TABLE = "core_benchmark_returns"
KEY = ["benchmark_id", "series_date", "data_version", "currency"]


def upgrade() -> None:
    """Key the rows by currency, and name that of the payloads that are there."""
    op.drop_constraint(f"{TABLE}_pkey", TABLE, type_="primary")
    op.create_primary_key(f"{TABLE}_pkey", TABLE, KEY)
    op.execute(
        "UPDATE core_payload SET variant = header ->> 'currency' "
        "WHERE contract = 'benchmark-return-series' AND header ->> 'currency' IS NOT NULL"
    )
