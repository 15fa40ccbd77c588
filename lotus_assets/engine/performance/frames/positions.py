"""Returns of positions over the periods of their portfolios."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.periods import STANDARD_PERIODS, ReportingPeriod
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.frames.portfolio_parts import PortfolioParts
from lotus_assets.engine.performance.frames.twr import TwrOptions, twr


def position_returns(
    parts: PortfolioParts,
    periods: tuple[ReportingPeriod, ...] = STANDARD_PERIODS,
    basis: Basis = Basis.NET,
) -> pd.DataFrame:
    """One row a position and period, position by position, periods in the order asked.

    The period is the portfolio's: a position that was held for a part of it is linked over the
    days on which it was. Columns: portfolio_id, position_id, period, requested_start_date,
    start_date, end_date, is_clamped, position_return, status, status_date. Raises ValueError for a
    period asked for twice.
    """
    portfolios = parts.days
    days = PortfolioDays(
        np.arange(len(parts.part_id)).astype(object),
        portfolios.as_of_date[parts.owner],
        portfolios.portfolio_open_date[parts.owner],
        portfolios.performance_start_date[parts.owner],
        parts.values,
        portfolio_close_date=portfolios.close_dates[parts.owner],
    )
    measured = twr(days, TwrOptions(periods=periods, bases=(basis,)))
    number = measured.pop("portfolio_id").to_numpy(np.int64)
    measured.insert(0, "portfolio_id", portfolios.portfolio_id[parts.owner[number]])
    measured.insert(1, "position_id", parts.part_id[number])
    left_out = ["metric_basis", "annualised_return", "annualisation_reason", "stale_since"]
    left_out.append("small_capital_days")
    return measured.drop(columns=left_out).rename(columns={"period_return": "position_return"})
