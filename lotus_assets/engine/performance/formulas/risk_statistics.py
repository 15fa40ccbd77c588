"""Risk statistics of many return series at once.

One row a period (day, week or month), segments by series. Sources of the definitions: Bacon,
"Practical Portfolio Performance Measurement and Attribution" (2nd edition), chapters 4 and 5;
Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994); Sortino and van der Meer,
"Downside Risk", Journal of Portfolio Management 17 (1991).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import (
    DAY,
    Frequency,
    month_numbers,
    years_from,
)
from lotus_assets.engine.performance.formulas.drawdowns import maximum_drawdowns
from lotus_assets.engine.performance.formulas.linking import Linked, link
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    RISK_FREE,
)
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
from lotus_assets.engine.performance.formulas.statuses import Status

PERIODS_PER_YEAR = {Frequency.DAILY: 252, Frequency.WEEKLY: 52, Frequency.MONTHLY: 12}
ZERO = 1e-15
FEWEST = 3


class _Moments:
    """Sums over segments, each over the same rows; `is_endless`: one is past float64."""

    def __init__(self, offsets: Integers) -> None:
        """Count the rows of every segment."""
        self.offsets = offsets
        self.segment = segment_of_rows(offsets)
        self.count = np.diff(offsets).astype(np.float64)
        self.is_endless = np.zeros(len(self.count), bool)

    def noted(self, values: Floats) -> Floats:
        """One value a segment; `is_endless` where it is past float64."""
        self.is_endless |= np.isinf(values)
        return values

    def mean(self, values: Floats) -> Floats:
        """Arithmetic mean."""
        return self.noted(segment_sums(values, self.offsets) / self.count)

    def covariance(self, one: Floats, other: Floats) -> Floats:
        """Sample covariance, with n - 1, about the means."""
        product = (one - self.mean(one)[self.segment]) * (other - self.mean(other)[self.segment])
        return self.noted(segment_sums(product, self.offsets) / (self.count - 1))

    def deviation(self, values: Floats) -> Floats:
        """Sample standard deviation, with n - 1; equal values have none, whatever rounding does."""
        deviation = np.sqrt(self.covariance(values, values))
        size = self.noted(np.sqrt(segment_sums(values**2, self.offsets)))
        is_none = (deviation <= ZERO * np.maximum(1.0, size)) & np.isfinite(size)
        return np.where(is_none, 0.0, deviation)

    def linked(self, values: Floats, chosen: Booleans | None = None) -> Linked:
        """Linked return of the (chosen) rows; 0 where none is chosen."""
        kept = values if chosen is None else np.where(chosen, values, 0.0)
        linked = link(kept, self.offsets[:-1], self.offsets[1:])
        self.is_endless |= linked.status == Status.OVERFLOW
        return linked


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient; NaN where the denominator is 0 to 1e-15, or past float64."""
    usable = (np.abs(denominator) > ZERO) & np.isfinite(denominator)
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
    whole: Mapping[str, Linked] | None = None,
) -> pd.DataFrame:
    """One row a series: every statistic of the table, NaN where it is undefined.

    Without a risk-free series 0 stands for it (`has_risk_free` False). NaN also for fewer than 3
    observations, or a series with a return that is missing or below -1. `is_short_period`: under
    12 months, so annualised figures are to be marked; `covered` are the first and last day that
    each series' returns are of, where more is known than their dates. `whole`: the linked return
    of every series by name, where its returns were linked of others. `has_overflow`: a figure is
    past float64, and NaN like those that are made of it. Raises ValueError for a frequency that is
    not daily, weekly or monthly.
    """
    if frequency not in PERIODS_PER_YEAR:
        raise ValueError(f"risk statistics are daily, weekly or monthly, not {frequency}")
    offsets = as_offsets(offsets, len(portfolio))
    dates = as_days(dates)
    yearly = float(PERIODS_PER_YEAR[frequency])
    moments = _Moments(offsets)
    free = np.zeros(len(portfolio)) if risk_free is None else risk_free
    given = {PORTFOLIO: portfolio, BENCHMARK: benchmark, RISK_FREE: free}
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        linked = {
            name: moments.linked(values) if whole is None or name not in whole else whole[name]
            for name, values in given.items()
            if values is not None
        }
        columns = _absolute(
            moments, portfolio, free, linked[PORTFOLIO], minimum_acceptable_return, yearly
        )
        if benchmark is not None:
            columns |= _relative(moments, portfolio, benchmark, free, linked, yearly)
        drawdown = maximum_drawdowns(portfolio, dates, offsets)
    too_few = (moments.count < FEWEST) | _has_gap(moments, portfolio, benchmark, free)
    for values in columns.values():
        moments.noted(values)
    is_endless = (moments.is_endless | np.isnan(drawdown.depth)) & ~too_few
    columns = {
        name: np.where(too_few | np.isinf(values), np.nan, values)
        for name, values in columns.items()
    }
    frame = pd.DataFrame(
        {
            "observations": moments.count.astype(np.int64),
            "has_risk_free": risk_free is not None,
            "is_short_period": _is_short(dates, offsets, frequency, covered),
            "has_overflow": is_endless,
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


def _annualised(moments: _Moments, linked: Linked, yearly: float) -> Floats:
    """`(1 + R)^(q/n) - 1` of the linked return R."""
    moments.is_endless |= linked.status == Status.OVERFLOW
    return moments.noted(np.expm1(linked.growth * yearly / moments.count))


def _absolute(
    moments: _Moments,
    returns: Floats,
    free: Floats,
    linked: Linked,
    acceptable: float,
    yearly: float,
) -> dict[str, Floats]:
    excess = returns - free
    shortfall = np.minimum(returns - acceptable, 0.0)
    downside = np.sqrt(moments.mean(shortfall**2)) * np.sqrt(yearly)
    return {
        "linked_return": linked.returns,
        "annualised_return": _annualised(moments, linked, yearly),
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
    linked: Mapping[str, Linked],
    yearly: float,
) -> dict[str, Floats]:
    excess, excess_b = returns - free, benchmark - free
    deviation, deviation_b = moments.deviation(excess), moments.deviation(excess_b)
    covariance = moments.covariance(excess, excess_b)
    is_varied = (deviation_b > ZERO) & np.isfinite(deviation_b)
    beta = np.where(is_varied, covariance / deviation_b**2, np.nan)
    is_varied &= (deviation > ZERO) & np.isfinite(deviation)
    correlation = np.where(is_varied, covariance / deviation / deviation_b, np.nan)
    tracking_error = moments.deviation(returns - benchmark) * np.sqrt(yearly)
    own_annual, annual_b, annual_free = (
        _annualised(moments, linked[name], yearly) for name in (PORTFOLIO, BENCHMARK, RISK_FREE)
    )
    up, down = benchmark > 0, benchmark <= 0
    return {
        "tracking_error": tracking_error,
        "information_ratio": ratio(own_annual - annual_b, tracking_error),
        "beta": beta,
        "correlation": correlation,
        "r_squared": correlation**2,
        "alpha": own_annual - annual_free - beta * (annual_b - annual_free),
        "alpha_per_period": moments.mean(excess) - beta * moments.mean(excess_b),
        "up_capture": ratio(
            moments.linked(returns, up).returns, moments.linked(benchmark, up).returns
        ),
        "down_capture": ratio(
            moments.linked(returns, down).returns, moments.linked(benchmark, down).returns
        ),
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
