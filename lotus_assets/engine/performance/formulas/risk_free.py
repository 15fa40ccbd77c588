"""Risk-free rates as returns of single periods."""

from enum import StrEnum

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import days_between
from lotus_assets.engine.performance.formulas.segments import Days, Floats, as_days

BUSINESS_BASE = 252


class Compounding(StrEnum):
    """How a quoted annual rate accrues."""

    SIMPLE = "SIMPLE"
    COMPOUNDED = "COMPOUNDED"


def rate_to_returns(
    rates: Floats,
    dates: Days,
    previous_dates: Days,
    compounding: Compounding,
    base: int,
    business_days: Days | None = None,
) -> Floats:
    """`rate*n/B` (SIMPLE) or `(1 + rate)^(n/B) - 1` (COMPOUNDED) of every date.

    B is 360 or 365 with n calendar days since the previous date, or 252 with n business days of
    `business_days` after it. Raises ValueError for another base, or 252 without a calendar.
    """
    dates, previous_dates = as_days(dates), as_days(previous_dates)
    if base == BUSINESS_BASE:
        if business_days is None:
            raise ValueError("a risk-free rate on 252 days needs the business days")
        known = as_days(business_days)
        counted = np.searchsorted(known, dates, side="right")
        days = (counted - np.searchsorted(known, previous_dates, side="right")).astype(np.float64)
    elif base in (360, 365):
        days = days_between(previous_dates, dates)
    else:
        raise ValueError(f"a risk-free rate is on 360, 365 or 252 days, not {base}")
    if compounding is Compounding.SIMPLE:
        return rates * days / base
    return np.expm1(np.log1p(rates) * days / base)
