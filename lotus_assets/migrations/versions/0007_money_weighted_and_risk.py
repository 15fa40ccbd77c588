"""Money-weighted returns, returns series and risk statistics of portfolios."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    _create_returns()
    _create_risk_statistics()


def _create_returns() -> None:
    op.create_table(
        "mwr",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("begin_mv", sa.Double(), nullable=False),
        sa.Column("end_mv", sa.Double(), nullable=False),
        sa.Column("flow_count", sa.BigInteger(), nullable=False),
        sa.Column("net_flow", sa.Double(), nullable=False),
        sa.Column("annual_rate", sa.Double(), nullable=True),
        sa.Column("period_return", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("roots", JSONB(), nullable=False),
        sa.Column("residual", sa.Double(), nullable=True),
        sa.Column("iterations", sa.BigInteger(), nullable=True),
        sa.Column("average_capital", sa.Double(), nullable=True),
        sa.Column("is_short_period", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("as_of_date", "portfolio_id", "period", "method"),
        schema="public",
    )
    op.create_table(
        "returns_series",
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("portfolio_return", sa.Double(), nullable=True),
        sa.Column("benchmark_return", sa.Double(), nullable=True),
        sa.Column("risk_free_return", sa.Double(), nullable=True),
        sa.Column("excess_return", sa.Double(), nullable=True),
        sa.Column("benchmark_id", sa.Text(), nullable=True),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "date"),
        schema="public",
    )


def _create_risk_statistics() -> None:
    op.create_table(
        "risk_statistics",
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("portfolio_id", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("observations", sa.BigInteger(), nullable=False),
        sa.Column("missing_dates", sa.BigInteger(), nullable=False),
        sa.Column("has_benchmark", sa.Boolean(), nullable=False),
        sa.Column("has_risk_free", sa.Boolean(), nullable=False),
        sa.Column("is_short_period", sa.Boolean(), nullable=False),
        sa.Column("linked_return", sa.Double(), nullable=True),
        sa.Column("annualised_return", sa.Double(), nullable=True),
        sa.Column("volatility", sa.Double(), nullable=True),
        sa.Column("downside_deviation", sa.Double(), nullable=True),
        sa.Column("sharpe_ratio", sa.Double(), nullable=True),
        sa.Column("sortino_ratio", sa.Double(), nullable=True),
        sa.Column("tracking_error", sa.Double(), nullable=True),
        sa.Column("information_ratio", sa.Double(), nullable=True),
        sa.Column("beta", sa.Double(), nullable=True),
        sa.Column("correlation", sa.Double(), nullable=True),
        sa.Column("r_squared", sa.Double(), nullable=True),
        sa.Column("alpha", sa.Double(), nullable=True),
        sa.Column("alpha_per_period", sa.Double(), nullable=True),
        sa.Column("up_capture", sa.Double(), nullable=True),
        sa.Column("down_capture", sa.Double(), nullable=True),
        sa.Column("maximum_drawdown", sa.Double(), nullable=True),
        sa.Column("drawdown_peak_date", sa.Date(), nullable=True),
        sa.Column("drawdown_trough_date", sa.Date(), nullable=True),
        sa.Column("benchmark_id", sa.Text(), nullable=True),
        sa.Column("benchmark_content_hash", sa.Text(), nullable=True),
        sa.Column("risk_free_mode", sa.Text(), nullable=True),
        sa.Column("risk_free_content_hash", sa.Text(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("as_of_date", "portfolio_id", "frequency", "period"),
        schema="public",
    )
