"""The family of daily returns: side by side with benchmark and risk-free, and their risk."""

import numpy as np
import pandas as pd

from lotus_assets.analytics.portfolios import returns_series, risk_statistics
from lotus_assets.analytics.portfolios.performance_picture import drawdowns_picture
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily, RowsOfTables
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.analytics.portfolios.portfolio_series import portfolio_series
from lotus_assets.engine.performance.formulas.returns_series import EXCESS, MissingData
from lotus_assets.engine.performance.frames.returns_series import SELECTABLE, ReturnsSeriesOptions
from lotus_assets.engine.performance.frames.returns_series import returns_series as side_by_side
from lotus_assets.engine.performance.frames.risk_statistics import risk_statistics as statistics_of
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT, USED_BENCHMARK, USED_RISK_FREE

OPTIONS = ReturnsSeriesOptions(missing_data_policy=MissingData.ALLOW_PARTIAL)
"""Each series as it is: NULL is a gap."""


def compute(inputs: PortfolioInputs) -> RowsOfTables:
    """Rows of both tables for some portfolios as of a day."""
    returns = portfolio_series(inputs)
    days, calendar, series = returns.days, returns.calendar, returns.series

    def daily() -> pd.DataFrame:
        rows = side_by_side(days.portfolio_id, calendar, returns.within, OPTIONS).rows
        columns = {name: f"{name}_return" for name in (*SELECTABLE, EXCESS)}
        rows = rows.replace(np.inf, np.nan)
        named = rows.rename(columns=columns).merge(returns.named[["portfolio_id", "benchmark_id"]])
        return inputs.named(named)[returns_series.TABLE.columns]

    def statistics() -> pd.DataFrame:
        rows = statistics_of(days, calendar, series, risk_statistics.OPTIONS)
        return inputs.named(rows.merge(returns.named))[risk_statistics.TABLE.columns]

    return {returns_series.TABLE: daily, risk_statistics.TABLE: statistics}


FAMILY = PortfolioFamily(
    "returns_series",
    tables=(returns_series.TABLE, risk_statistics.TABLE),
    reads=(PERFORMANCE_INPUT,),
    shared=(USED_BENCHMARK, USED_RISK_FREE),
    compute=compute,
    chunk=64,
)
returns_family = portfolio_asset(FAMILY, {risk_statistics.TABLE: drawdowns_picture})
