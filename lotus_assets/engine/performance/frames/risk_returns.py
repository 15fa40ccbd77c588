"""The single returns behind risk statistics, as who explains a figure needs them."""

from collections.abc import Mapping

import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.dated_series import Dated, Series
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    MissingData,
    align,
    to_frequency,
)
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.frames.risk_statistics import (
    alike,
    covered_windows,
    period_windows,
    series_in_windows,
)


def risk_returns(
    days: PortfolioDays,
    calendar: Dated,
    series: Mapping[str, Series],
    period: ReportingPeriod,
    frequency: Frequency,
) -> pd.DataFrame:
    """The single returns that a period's risk statistics of one frequency are of.

    Columns: portfolio_id, figures (which of them: `own`; `over_risk_free`, those of OVER_RISK_FREE;
    `relative`, those of RELATIVE), date (the last of the single period), then a column a series
    that the figures are of, NaN where the others have none.
    """
    parts = []
    for numbers, held in alike(series, len(days.portfolio_id)):
        windows = period_windows(days, numbers, held[PORTFOLIO], (period,))
        portfolio = numbers[windows.portfolio]
        covered = covered_windows(calendar, windows, portfolio)
        of_windows = series_in_windows(held, windows, portfolio)
        aligned = align(of_windows, covered.calendar, MissingData.ALLOW_PARTIAL)
        names = days.portfolio_id[portfolio]
        over_free = tuple(name for name in held if name != BENCHMARK)
        for figures, chosen in {
            "own": (PORTFOLIO,),
            "over_risk_free": over_free,
            "relative": tuple(held) if BENCHMARK in held else (),
        }.items():
            if chosen:
                linked = to_frequency(aligned.common(chosen), frequency)
                single = {
                    "portfolio_id": names[linked.rows.segment],
                    "figures": figures,
                    "date": linked.rows.dates,
                }
                parts.append(pd.DataFrame({**single, **linked.returns}))
    return pd.concat(parts, ignore_index=True)
