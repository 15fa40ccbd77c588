"""twr_breakdown: time-weighted returns week by week, month by month, by quarter and year."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.twr import STATUSES
from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.engine.performance.frames.twr import CALENDAR_BUCKETS
from lotus_assets.tables.columns import Day, Number, Text
from lotus_assets.tables.portfolio_columns import (
    MetricBasis,
    NewestAsOfDate,
    PerformanceHash,
    PerformanceVersion,
    PortfolioId,
    StatusDate,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class TwrBreakdown(TableModel):
    """One row a portfolio, basis, frequency and bucket of its longest period."""

    portfolio_id: PortfolioId
    metric_basis: MetricBasis
    frequency: Text = Field(
        isin=list(CALENDAR_BUCKETS), description="WEEKLY (ISO), MONTHLY, QUARTERLY or YEARLY."
    )
    bucket: Text = Field(description="2025-W05, 2025-01, 2025-Q1 or 2025.")
    period: Text = Field(
        isin=PERIOD_NAMES,
        description="The longest period that the inputs cover; cumulative_return is from its "
        "start, and only its first bucket may be cut by it.",
    )
    start_date: Day = Field(description="First day with a value in the bucket and the period.")
    end_date: Day = Field(description="Last day with a value, by which the bucket is dated.")
    bucket_return: Number = Field(
        nullable=True, description="Linked daily returns of the bucket, a decimal fraction."
    )
    cumulative_return: Number = Field(
        nullable=True,
        description="Linked from the period's start to end_date, a decimal fraction.",
    )
    status: Text = Field(isin=STATUSES, description="Status of bucket_return, as in twr.")
    status_date: StatusDate
    cumulative_status: Text = Field(
        isin=STATUSES, description="Status of cumulative_return, as in twr."
    )
    as_of_date: NewestAsOfDate
    data_version: PerformanceVersion
    content_hash: PerformanceHash


TABLE = Table(
    name="twr_breakdown",
    model=TwrBreakdown,
    key=("portfolio_id", "metric_basis", "frequency", "bucket"),
    version="as_of_date",
    description="Time-weighted returns by calendar bucket, as of each portfolio's newest day.",
)
