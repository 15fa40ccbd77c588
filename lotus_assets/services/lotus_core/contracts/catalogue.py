"""What can be asked for, with data versions: the sensor sees by them what changed."""

import datetime as dt

from pydantic import Field

from lotus_assets.services.lotus_core.contracts.reference import SeriesMode
from lotus_assets.services.lotus_core.contracts.shared import Currency, Identifier, Strict


class PortfolioEntry(Strict):
    """A portfolio as of the day."""

    portfolio_id: Identifier = Field(description="The portfolio.", examples=["PF-001"])
    portfolio_currency: Currency = Field(description="Its currency.", examples=["EUR"])
    calendar_id: Identifier = Field(description="Its calendar.", examples=["TARGET"])
    open_date: dt.date = Field(description="First day.", examples=["2021-01-04"])
    close_date: dt.date | None = Field(description="Last day; null: open.", examples=["2025-12-31"])
    data_version: str = Field(
        description="Changes when anything changed that its answers as of the day are made of.",
        examples=["7"],
    )


class PortfolioList(Strict):
    """`GET /integration/portfolios`."""

    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    portfolios: list[PortfolioEntry] = Field(description="By id.")


class BenchmarkEntry(Strict):
    """A benchmark as of the day."""

    benchmark_id: Identifier = Field(description="The benchmark.", examples=["BM-BALANCED-EUR"])
    benchmark_currency: Currency = Field(description="Its currency.", examples=["EUR"])
    calendar_id: Identifier = Field(description="Its calendar.", examples=["TARGET"])
    first_date: dt.date | None = Field(
        description="First rebalance; null: none.", examples=["2021-01-04"]
    )
    data_version: str = Field(description="See portfolios.", examples=["7"])


class BenchmarkList(Strict):
    """`GET /integration/benchmarks`."""

    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    benchmarks: list[BenchmarkEntry] = Field(description="By id.")


class RiskFreeEntry(Strict):
    """A stored risk-free series as of the day."""

    currency: Currency = Field(description="Its currency.", examples=["EUR"])
    series_mode: SeriesMode = Field(
        description="What its values are.", examples=["annualized_rate_series"]
    )
    first_date: dt.date = Field(description="First value.", examples=["2021-01-04"])
    data_version: str = Field(description="See portfolios.", examples=["7"])


class RiskFreeList(Strict):
    """`GET /integration/reference/risk-free-series`."""

    as_of_date: dt.date = Field(description="As of which day.", examples=["2025-03-31"])
    series: list[RiskFreeEntry] = Field(description="By currency, then mode.")
