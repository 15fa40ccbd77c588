"""twr: time-weighted returns of portfolios for every period, net and gross of fees."""

from pandera.pandas import Field

from lotus_assets.tables.columns import (
    Day,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.portfolio_columns import (
    AsOfDate,
    EndDate,
    IsClamped,
    MetricBasis,
    PerformanceHash,
    PerformanceVersion,
    PortfolioId,
    RequestedStartDate,
    StaleSince,
    StandardPeriod,
    StartDate,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

STATUSES = (
    "OK",
    "CLOSED",
    "WINDOW_TOO_SHORT",
    "NO_OBSERVATIONS",
    "UNDEFINED_RETURN",
    "BROKEN_CHAIN",
    "OVERFLOW",
)
REASONS = ("PERIOD_SHORTER_THAN_ONE_YEAR", "STALE_VALUATIONS", "NO_RETURN", "OVERFLOW")


class Twr(TableModel):
    """One row an as-of day, portfolio, basis and period."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    metric_basis: MetricBasis
    period: StandardPeriod
    requested_start_date: RequestedStartDate
    start_date: StartDate
    end_date: EndDate
    is_clamped: IsClamped
    period_return: Number = Field(
        nullable=True,
        description="Linked daily returns, a decimal fraction; NULL where the status says why.",
    )
    annualised_return: Number = Field(
        nullable=True,
        description="The return a year, a decimal fraction, on ACT/365; NULL with its reason.",
    )
    annualisation_reason: Text = Field(
        nullable=True,
        isin=REASONS,
        description="Why annualised_return is NULL: the period is shorter than a year, the last "
        "valuation lies too long before its end (stale_since), it has no return, or one a year "
        "past what a float holds (OVERFLOW).",
    )
    status: Text = Field(
        isin=STATUSES,
        description="OK, or why there is no return: the period begins after the portfolio's close "
        "(CLOSED), the window of the inputs begins after start_date (WINDOW_TOO_SHORT), no day has "
        "a value (NO_OBSERVATIONS), a day gained without capital (UNDEFINED_RETURN) or lost more "
        "than all of it (BROKEN_CHAIN), or the return is past what a float holds (OVERFLOW).",
    )
    status_date: Day = Field(
        nullable=True,
        description="The day that decided the status, or from which on everything was lost.",
    )
    data_version: PerformanceVersion
    content_hash: PerformanceHash
    stale_since: StaleSince
    small_capital_days: Integer = Field(
        ge=0,
        description="Days of the period that began with under 1 % of the largest capital of the "
        "365 days before: what they returned is large for what little was left.",
    )


TABLE = Table(
    name="twr",
    model=Twr,
    key=("as_of_date", "portfolio_id", "metric_basis", "period"),
    version=None,
    description="Time-weighted returns of portfolios: every period, net and gross of fees.",
)
