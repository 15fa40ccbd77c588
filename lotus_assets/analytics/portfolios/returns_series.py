"""returns_series: daily returns of portfolios, benchmarks and risk-free side by side."""

from pandera.pandas import Field

from lotus_assets.tables.columns import Day, Integer, Number
from lotus_assets.tables.portfolio_columns import (
    AssignedBenchmark,
    NewestAsOfDate,
    PerformanceHash,
    PerformanceVersion,
    PortfolioId,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class ReturnsSeries(TableModel):
    """One row a portfolio and business day of its calendar.

    Days off the calendar after its last one have rows too.
    """

    portfolio_id: PortfolioId
    date: Day = Field(
        description="A business day of the portfolio's calendar, or a later day off it with a "
        "return."
    )
    portfolio_return: Number = Field(
        nullable=True,
        description="Daily return net of fees, a decimal fraction; NULL: no valuation, no capital "
        "to have gained on, or more than a float holds.",
    )
    benchmark_return: Number = Field(
        nullable=True, description="Daily return of the benchmark; NULL: it has none of the day."
    )
    risk_free_return: Number = Field(
        nullable=True,
        description="Risk-free return since the calendar's day before, from returns or rates in "
        "the portfolio's currency; NULL: there is none of the day.",
    )
    excess_return: Number = Field(
        nullable=True, description="portfolio_return - benchmark_return; NULL where one is."
    )
    benchmark_id: AssignedBenchmark
    as_of_date: NewestAsOfDate
    data_version: PerformanceVersion
    content_hash: PerformanceHash
    off_calendar_returns: Integer = Field(
        ge=0,
        description="Returns of days off the calendar, over all series, that are linked into this "
        "day: the next one on which their series has a return.",
    )


TABLE = Table(
    name="returns_series",
    model=ReturnsSeries,
    key=("portfolio_id", "date"),
    version="as_of_date",
    description="Daily returns of portfolios, benchmarks and risk-free on the portfolios' "
    "calendars, as of each portfolio's newest day.",
)
