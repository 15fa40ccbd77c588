"""risk_statistics: risk and risk-adjusted figures of portfolios by period and frequency."""

from pandera.pandas import Field

from lotus_assets.engine.performance.frames.risk_statistics import RiskStatisticsOptions
from lotus_assets.tables.columns import (
    Boolean,
    Day,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.portfolio_columns import (
    AsOfDate,
    AssignedBenchmark,
    EndDate,
    PerformanceHash,
    PerformanceVersion,
    PortfolioId,
    StaleSince,
    StartDate,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

OPTIONS = RiskStatisticsOptions()
STATUSES = (
    "OK",
    "CLOSED",
    "WINDOW_TOO_SHORT",
    "NO_OBSERVATIONS",
    "UNDEFINED_RETURN",
    "BROKEN_CHAIN",
    "TOO_FEW_OBSERVATIONS",
    "OVERFLOW",
)


class RiskStatistics(TableModel):
    """One row an as-of day, portfolio, frequency and period."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    frequency: Text = Field(
        isin=[str(frequency) for frequency in OPTIONS.frequencies],
        description="Length of the single returns: DAILY, WEEKLY or MONTHLY.",
    )
    period: Text = Field(
        isin=[period.key for period in OPTIONS.periods], description="YTD, 1Y, 3Y, 5Y or ITD."
    )
    start_date: StartDate
    end_date: EndDate
    status: Text = Field(
        isin=STATUSES,
        description="OK, or why there is no figure: as in twr, or fewer than three observations "
        "(TOO_FEW_OBSERVATIONS); OVERFLOW: a figure is past what a float holds, it is NULL and so "
        "are those made of it.",
    )
    observations: Integer = Field(
        ge=0, description="Single returns of the portfolio, which its own figures are of."
    )
    missing_dates: Integer = Field(
        ge=0,
        description="Business days of the period on which the portfolio, its benchmark or the "
        "risk-free series has no return.",
    )
    has_benchmark: Boolean = Field(description="Whether there is a benchmark to compare with.")
    has_risk_free: Boolean = Field(
        description="Whether risk-free returns are there; 0 stands for them where they are not."
    )
    is_short_period: Boolean = Field(
        description="Under 12 months: annualised figures are to be read with care."
    )
    linked_return: Number = Field(
        nullable=True, description="Linked return of the observations, net of fees."
    )
    annualised_return: Number = Field(
        nullable=True, description="(1 + linked_return)^(q/n) - 1; q is 252, 52 or 12 a year."
    )
    volatility: Number = Field(nullable=True, description="Standard deviation (n - 1), a year.")
    downside_deviation: Number = Field(
        nullable=True, description="Deviation of the returns below 0, a year."
    )
    sharpe_ratio: Number = Field(
        nullable=True, description="Mean excess over risk-free ÷ its deviation."
    )
    sortino_ratio: Number = Field(
        nullable=True, description="Mean return ÷ downside deviation, a year."
    )
    tracking_error: Number = Field(
        nullable=True, description="Standard deviation of portfolio less benchmark, a year."
    )
    information_ratio: Number = Field(
        nullable=True, description="Annualised active return ÷ tracking error."
    )
    beta: Number = Field(nullable=True, description="On excess returns over risk-free.")
    correlation: Number = Field(nullable=True, description="On excess returns, -1 to 1.")
    r_squared: Number = Field(nullable=True, description="Square of the correlation.")
    alpha: Number = Field(nullable=True, description="Jensen's alpha of annualised returns.")
    alpha_per_period: Number = Field(
        nullable=True, description="Jensen's alpha of mean single returns."
    )
    up_capture: Number = Field(
        nullable=True, description="Linked portfolio ÷ benchmark over periods that it gained in."
    )
    down_capture: Number = Field(
        nullable=True, description="Linked portfolio ÷ benchmark over its other periods."
    )
    maximum_drawdown: Number = Field(
        nullable=True, le=0, description="Deepest fall from a highest value, 0 or less."
    )
    drawdown_peak_date: Day = Field(
        nullable=True, description="Day of that highest value; NULL: the period's start."
    )
    drawdown_trough_date: Day = Field(nullable=True, description="Day of the lowest value after.")
    benchmark_id: AssignedBenchmark
    benchmark_content_hash: Text = Field(
        nullable=True, description="Hash of its return series: core_payload."
    )
    risk_free_mode: Text = Field(
        nullable=True, description="return_series or annualized_rate_series."
    )
    risk_free_content_hash: Text = Field(
        nullable=True, description="Hash of the risk-free series: core_payload."
    )
    data_version: PerformanceVersion
    content_hash: PerformanceHash
    excess_observations: Integer = Field(
        ge=0,
        description="Single returns on dates that the risk-free series has too: sharpe_ratio is "
        "of them.",
    )
    relative_observations: Integer = Field(
        nullable=True,
        ge=0,
        description="Single returns on dates that every series has: tracking_error to "
        "down_capture are of them; NULL without a benchmark.",
    )
    stale_since: StaleSince


TABLE = Table(
    name="risk_statistics",
    model=RiskStatistics,
    key=("as_of_date", "portfolio_id", "frequency", "period"),
    version=None,
    description="Risk statistics of portfolios, net of fees: every period and frequency.",
)
