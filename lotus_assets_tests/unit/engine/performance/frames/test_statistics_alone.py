"""Own figures of a portfolio are the same alone and beside one that has gaps."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.dated_series import Dated, Series
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    MissingData,
    align,
)
from lotus_assets.engine.performance.frames.risk_statistics import statistics_of_rows

OWN = pd.bdate_range("2024-01-02", "2024-06-28").drop([pd.Timestamp("2024-03-29")])
"""29 March is a holiday on which the index has a return: the last one of its month."""


def figures(portfolios: int) -> pd.DataFrame:
    """Statistics by month of the first portfolio, alone or beside one whose index has a gap."""
    days = OWN.to_numpy().astype("datetime64[D]")
    index = np.append(days, np.datetime64("2024-03-29", "D"))
    index.sort()
    returns = np.where(days < np.datetime64("2024-04-01", "D"), 0.01, -0.01)
    indices = [index, np.delete(index, 5)][:portfolios]
    offsets = np.arange(portfolios + 1) * len(days)
    series = {
        PORTFOLIO: Series(np.tile(days, portfolios), offsets, np.tile(returns, portfolios)),
        BENCHMARK: Series(
            np.concatenate(indices),
            np.cumsum([0, *map(len, indices)]),
            np.zeros(sum(map(len, indices))),
        ),
    }
    calendar = Dated(np.tile(days, portfolios), offsets)
    aligned = align(series, calendar, MissingData.ALLOW_PARTIAL)
    return statistics_of_rows(aligned, Frequency.MONTHLY).head(1)


def test_a_peak_has_the_portfolios_own_date_whoever_is_beside_it() -> None:
    alone, beside = figures(1), figures(2)
    assert alone["drawdown_peak_date"].dt.strftime("%Y-%m-%d").tolist() == ["2024-03-28"]
    pd.testing.assert_frame_equal(alone, beside)
