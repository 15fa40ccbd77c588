"""Pictures of how portfolios went in the year up to a day: cumulative return, and drawdown."""

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from lotus_assets.analytics.portfolios.charts import line_chart
from lotus_assets.analytics.portfolios.performance_days import performance_days
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.frames.twr import twr_days
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.inputs.payload_reading import read_payloads

DRAWN = 100
"""Portfolios that a picture is of, at most: the first by id."""
DAYS = 365


def cumulative_returns_picture(connection: Connection, as_of: date) -> str | None:
    """Cumulative net return of a year: the middle portfolio, and the tenth from either end."""
    growth = _growth(connection, as_of)
    if growth is None:
        return None
    days = growth.index.to_numpy()
    shares = {"90 % of portfolios below": 0.9, "median": 0.5, "10 % below": 0.1}
    lines = {
        name: (days, growth.quantile(share, axis=1).to_numpy() - 1)
        for name, share in shares.items()
    }
    return line_chart(f"Cumulative return, one year, {growth.shape[1]} portfolios", lines)


def drawdowns_picture(connection: Connection, as_of: date) -> str | None:
    """How far below their highest value of the year: the middle portfolio, and the deepest."""
    growth = _growth(connection, as_of)
    if growth is None:
        return None
    days = growth.index.to_numpy()
    falls = growth / growth.cummax().clip(lower=1.0) - 1
    lines = {
        "median": (days, falls.median(axis=1).to_numpy()),
        "deepest": (days, falls.min(axis=1).to_numpy()),
    }
    return line_chart(f"Drawdown, one year, {growth.shape[1]} portfolios", lines)


def _growth(connection: Connection, as_of: date) -> pd.DataFrame | None:
    """Value of 1 invested a year before, net of fees: a row a day, a column a portfolio."""
    payloads = read_payloads(connection, PERFORMANCE_INPUT, as_of)
    good = payloads[payloads["status"] == OK].head(DRAWN)
    rows = twr_days(
        performance_days(PortfolioInputs(connection, as_of, good, (PERFORMANCE_INPUT,)))
    )
    recent = rows[rows["perf_date"] > np.datetime64(as_of) - np.timedelta64(DAYS, "D")]
    returns = recent.pivot(index="perf_date", columns="portfolio_id", values="daily_return")
    growth = (1 + returns).cumprod().ffill().dropna(axis=1, how="all")
    return None if growth.empty else growth
