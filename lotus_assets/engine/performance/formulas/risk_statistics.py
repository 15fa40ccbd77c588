"""Risk statistics of many return series at once.

One row a period (day, week or month), segments by series. Sources of the definitions: Bacon,
"Practical Portfolio Performance Measurement and Attribution" (2nd edition), chapters 4 and 5;
Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994); Sortino and van der Meer,
"Downside Risk", Journal of Portfolio Management 17 (1991).
"""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import (
    DAY,
    Frequency,
    month_numbers,
    years_from,
)
from lotus_assets.engine.performance.formulas.drawdowns import maximum_drawdowns
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    as_offsets,
    segment_of_rows,
    segment_sums,
)

PERIODS_PER_YEAR = {Frequency.DAILY: 252, Frequency.WEEKLY: 52, Frequency.MONTHLY: 12}
ZERO = 1e-15
FEWEST = 3


class _Moments:
    """Sums over segments, each over the same rows."""

    def __init__(self, offsets: Integers) -> None:
        """Count the rows of every segment."""
        self.offsets = offsets
        self.segment = segment_of_rows(offsets)
        self.count = np.diff(offsets).astype(np.float64)

    def mean(self, values: Floats) -> Floats:
        """Arithmetic mean."""
        return segment_sums(values, self.offsets) / self.count

    def covariance(self, one: Floats, other: Floats) -> Floats:
        """Sample covariance, with n - 1, about the means."""
        product = (one - self.mean(one)[self.segment]) * (other - self.mean(other)[self.segment])
        return segment_sums(product, self.offsets) / (self.count - 1)

    def deviation(self, values: Floats) -> Floats:
        """Sample standard deviation, with n - 1; equal values have none, whatever rounding does."""
        deviation = np.sqrt(self.covariance(values, values))
        size = np.sqrt(segment_sums(values**2, self.offsets))
        return np.where(deviation <= ZERO * np.maximum(1.0, size), 0.0, deviation)

    def linked(self, values: Floats, chosen: Booleans | None = None) -> Floats:
        """Linked return of the (chosen) rows; 0 where none is chosen."""
        kept = values if chosen is None else np.where(chosen, values, 0.0)
        return link(kept, self.offsets[:-1], self.offsets[1:]).returns


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient; NaN where the denominator is 0 to 1e-15."""
    usable = np.abs(denominator) > ZERO
    return np.where(usable, numerator / np.where(usable, denominator, 1.0), np.nan)


def statistics_of_series(
    portfolio: Floats,
    dates: Days,
    offsets: Integers,
    frequency: Frequency,
    benchmark: Floats | None = None,
    risk_free: Floats | None = None,
    minimum_acceptable_return: float = 0.0,
    covered: tuple[Days, Days] | None = None,
) -> pd.DataFrame:
    """One row a series: every statistic of the table, NaN where it is undefined.

    Without a risk-free series 0 stands for it (`has_risk_free` False). NaN also for fewer than 3
    observations, or a series with a return that is missing or below -1. `is_short_period`: under
    12 months, so annualised figures are to be marked; `covered` are the first and last day that
    each series' returns are of, where more is known than their dates. Raises ValueError for a
    frequency that is not daily, weekly or monthly.
    """
    if frequency not in PERIODS_PER_YEAR:
        raise ValueError(f"risk statistics are daily, weekly or monthly, not {frequency}")
    offsets = as_offsets(offsets, len(portfolio))
    dates = as_days(dates)
    yearly = float(PERIODS_PER_YEAR[frequency])
    moments = _Moments(offsets)
    free = np.zeros(len(portfolio)) if risk_free is None else risk_free
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = _absolute(moments, portfolio, free, minimum_acceptable_return, yearly)
        if benchmark is not None:
            columns |= _relative(moments, portfolio, benchmark, free, columns, yearly)
    too_few = (moments.count < FEWEST) | _has_gap(moments, portfolio, benchmark, free)
    columns = {name: np.where(too_few, np.nan, values) for name, values in columns.items()}
    drawdown = maximum_drawdowns(portfolio, dates, offsets)
    frame = pd.DataFrame(
        {
            "observations": moments.count.astype(np.int64),
            "has_risk_free": risk_free is not None,
            "is_short_period": _is_short(dates, offsets, frequency, covered),
            **columns,
            "maximum_drawdown": np.where(too_few, np.nan, drawdown.depth),
            "drawdown_peak_date": drawdown.peak_date,
            "drawdown_trough_date": drawdown.trough_date,
        }
    )
    frame.loc[too_few, ["drawdown_peak_date", "drawdown_trough_date"]] = pd.NaT
    return frame


def _has_gap(moments: _Moments, *series: Floats | None) -> Booleans:
    """Whether a series has a return that is missing, or breaks its chain, in any of its columns."""
    missing = np.zeros(len(moments.segment), bool)
    for values in series:
        if values is not None:
            missing |= ~(values >= -1.0)
    gaps: Booleans = np.bincount(moments.segment[missing], minlength=len(moments.count)) > 0
    return gaps


def _annualised(moments: _Moments, returns: Floats, yearly: float) -> Floats:
    """`(1 + R)^(q/n) - 1` of the linked return R."""
    return np.expm1(np.log1p(moments.linked(returns)) * yearly / moments.count)


def _absolute(
    moments: _Moments, returns: Floats, free: Floats, acceptable: float, yearly: float
) -> dict[str, Floats]:
    excess = returns - free
    shortfall = np.minimum(returns - acceptable, 0.0)
    downside = np.sqrt(moments.mean(shortfall**2)) * np.sqrt(yearly)
    return {
        "linked_return": moments.linked(returns),
        "annualised_return": _annualised(moments, returns, yearly),
        "volatility": moments.deviation(returns) * np.sqrt(yearly),
        "downside_deviation": downside,
        "sharpe_ratio": ratio(
            moments.mean(excess) * yearly, moments.deviation(excess) * np.sqrt(yearly)
        ),
        "sortino_ratio": ratio((moments.mean(returns) - acceptable) * yearly, downside),
    }


def _relative(
    moments: _Moments,
    returns: Floats,
    benchmark: Floats,
    free: Floats,
    of_portfolio: dict[str, Floats],
    yearly: float,
) -> dict[str, Floats]:
    excess, excess_b = returns - free, benchmark - free
    deviation, deviation_b = moments.deviation(excess), moments.deviation(excess_b)
    covariance = moments.covariance(excess, excess_b)
    beta = np.where(deviation_b > ZERO, covariance / deviation_b**2, np.nan)
    varied = (deviation > ZERO) & (deviation_b > ZERO)
    correlation = np.where(varied, covariance / (deviation * deviation_b), np.nan)
    tracking_error = moments.deviation(returns - benchmark) * np.sqrt(yearly)
    annual_b = _annualised(moments, benchmark, yearly)
    annual_free = _annualised(moments, free, yearly)
    own_annual = of_portfolio["annualised_return"]
    up, down = benchmark > 0, benchmark <= 0
    return {
        "tracking_error": tracking_error,
        "information_ratio": ratio(own_annual - annual_b, tracking_error),
        "beta": beta,
        "correlation": correlation,
        "r_squared": correlation**2,
        "alpha": own_annual - annual_free - beta * (annual_b - annual_free),
        "alpha_per_period": moments.mean(excess) - beta * moments.mean(excess_b),
        "up_capture": ratio(moments.linked(returns, up), moments.linked(benchmark, up)),
        "down_capture": ratio(moments.linked(returns, down), moments.linked(benchmark, down)),
    }


def _is_short(
    dates: Days, offsets: Integers, frequency: Frequency, covered: tuple[Days, Days] | None
) -> Booleans:
    """Whether a series' observations cover less than 12 months.

    By its dates alone the first covers its own period: a day, the week or the month that ends
    with it.
    """
    short = np.ones(len(offsets) - 1, bool)
    filled = np.diff(offsets) > 0
    if covered is not None:
        first, last = covered[0][filled], covered[1][filled]
        short[filled] = last < years_from(first, 1) - DAY
        return short
    first, last = dates[offsets[:-1][filled]], dates[offsets[1:][filled] - 1]
    if frequency is Frequency.MONTHLY:
        short[filled] = month_numbers(last) - month_numbers(first) + 1 < 12
        return short
    if frequency is Frequency.WEEKLY:
        first = first - np.timedelta64(6, "D")
    short[filled] = last < years_from(first, 1) - DAY
    return short
