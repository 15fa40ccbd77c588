"""What lotus-core said: one table a contract, and what of a payload is no row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    _create_payloads()
    _create_portfolio_days()
    _create_report_inputs()
    _create_positions()
    _create_series()


def _create_payloads() -> None:
    op.create_table(
        "core_payload",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("page_hashes", JSONB(), nullable=True),
        sa.Column("request", JSONB(), nullable=False),
        sa.Column("request_fingerprint", sa.Text(), nullable=True),
        sa.Column("generated_by", sa.Text(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("continuity_breaks", JSONB(), nullable=True),
        sa.Column("header", JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("contract", "subject", "variant", "as_of_date"),
        schema="public",
    )


def _create_portfolio_days() -> None:
    op.create_table(
        "core_performance_input",
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("perf_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("begin_mv", sa.Double(), nullable=False),
        sa.Column("bod_cf", sa.Double(), nullable=False),
        sa.Column("eod_cf", sa.Double(), nullable=False),
        sa.Column("mgmt_fees", sa.Double(), nullable=False),
        sa.Column("end_mv", sa.Double(), nullable=False),
        sa.Column("capital_sign", sa.BigInteger(), nullable=False),
        sa.Column("is_business_day", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "perf_date", "data_version"),
        schema="public",
    )
    op.create_table(
        "core_mwr_input",
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("begin_mv", sa.Double(), nullable=False),
        sa.Column("end_mv", sa.Double(), nullable=False),
        sa.Column("cash_flows", JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "period", "end_date", "data_version"),
        schema="public",
    )


def _create_report_inputs() -> None:
    op.create_table(
        "core_attribution_input",
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("perf_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("begin_mv", sa.Double(), nullable=True),
        sa.Column("bod_cf", sa.Double(), nullable=True),
        sa.Column("eod_cf", sa.Double(), nullable=True),
        sa.Column("mgmt_fees", sa.Double(), nullable=True),
        sa.Column("end_mv", sa.Double(), nullable=True),
        sa.Column("weight_bop", sa.Double(), nullable=True),
        sa.Column("return_base", sa.Double(), nullable=True),
        sa.Column("return_local", sa.Double(), nullable=True),
        sa.Column("return_fx", sa.Double(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "part", "id", "perf_date", "data_version"),
        schema="public",
    )
    op.create_table(
        "core_contribution_input",
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("position_id", sa.Text(), nullable=False),
        sa.Column("perf_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("begin_mv", sa.Double(), nullable=False),
        sa.Column("bod_cf", sa.Double(), nullable=False),
        sa.Column("eod_cf", sa.Double(), nullable=False),
        sa.Column("mgmt_fees", sa.Double(), nullable=False),
        sa.Column("end_mv", sa.Double(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "part", "position_id", "perf_date", "data_version"),
        schema="public",
    )


def _create_positions() -> None:
    op.create_table(
        "core_positions_input",
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("position_id", sa.Text(), nullable=False),
        sa.Column("position_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("valuation_date", sa.Date(), nullable=False),
        sa.Column("instrument_id", sa.Text(), nullable=False),
        sa.Column("instrument_name", sa.Text(), nullable=False),
        sa.Column("instrument_type", sa.Text(), nullable=False),
        sa.Column("dimensions", JSONB(), nullable=False),
        sa.Column("position_currency", sa.Text(), nullable=False),
        sa.Column("portfolio_currency", sa.Text(), nullable=False),
        sa.Column("reporting_currency", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("held_since", sa.Date(), nullable=False),
        sa.Column("market_value_position", sa.Double(), nullable=False),
        sa.Column("market_value_portfolio", sa.Double(), nullable=False),
        sa.Column("market_value_reporting", sa.Double(), nullable=False),
        sa.Column("cost_position", sa.Double(), nullable=False),
        sa.Column("cost_portfolio", sa.Double(), nullable=False),
        sa.Column("cost_reporting", sa.Double(), nullable=False),
        sa.Column("unrealised_gain_position", sa.Double(), nullable=False),
        sa.Column("unrealised_gain_portfolio", sa.Double(), nullable=False),
        sa.Column("unrealised_gain_reporting", sa.Double(), nullable=False),
        sa.Column("accrued_income_position", sa.Double(), nullable=False),
        sa.Column("accrued_income_portfolio", sa.Double(), nullable=False),
        sa.Column("accrued_income_reporting", sa.Double(), nullable=False),
        sa.Column("accrual_date", sa.Date(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "position_id", "position_date", "data_version"),
        schema="public",
    )


def _create_series() -> None:
    op.create_table(
        "core_benchmark_returns",
        sa.Column("benchmark_id", sa.Text(), nullable=False),
        sa.Column("series_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("benchmark_return", sa.Double(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("benchmark_id", "series_date", "data_version"),
        schema="public",
    )
    op.create_table(
        "core_risk_free",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("series_mode", sa.Text(), nullable=False),
        sa.Column("series_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("day_count", sa.Text(), nullable=True),
        sa.Column("compounding", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "series_mode", "series_date", "data_version"),
        schema="public",
    )
