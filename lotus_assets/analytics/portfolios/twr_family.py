"""The family of time-weighted returns: by period, and broken down by calendar bucket."""

import pandas as pd

from lotus_assets.analytics.portfolios import twr, twr_breakdown
from lotus_assets.analytics.portfolios.performance_days import performance_days
from lotus_assets.analytics.portfolios.performance_picture import cumulative_returns_picture
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily, RowsOfTables
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.frames.twr import TwrOptions, twr_buckets
from lotus_assets.engine.performance.frames.twr import twr as time_weighted_returns
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT


def compute(inputs: PortfolioInputs) -> RowsOfTables:
    """Rows of both tables for some portfolios as of a day."""
    days = performance_days(inputs)

    def returns() -> pd.DataFrame:
        rows = time_weighted_returns(days, TwrOptions())
        return inputs.named(rows)[twr.TABLE.columns]

    def breakdown() -> pd.DataFrame:
        rows = twr_buckets(days, TwrOptions(), longest_only=True)
        table = twr_breakdown.TABLE
        return inputs.named(rows)[table.columns] if len(rows) else table.empty()

    return {twr.TABLE: returns, twr_breakdown.TABLE: breakdown}


FAMILY = PortfolioFamily(
    "twr",
    tables=(twr.TABLE, twr_breakdown.TABLE),
    reads=(PERFORMANCE_INPUT,),
    compute=compute,
    chunk=64,
)
twr_family = portfolio_asset(FAMILY, {twr.TABLE: cumulative_returns_picture})
