"""Annualised returns: `(1 + R)^(1/years) - 1`, from one year on."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.calendar_days import (
    DAY,
    days_between,
    start_of_year,
    years_from,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
)
from lotus_assets.engine.performance.formulas.statuses import Reason


class AnnualisationBasis(StrEnum):
    """How a period is counted in years."""

    ACT_365 = "ACT/365"
    ACT_ACT = "ACT/ACT"
    BUS_252 = "BUS/252"


@dataclass(frozen=True)
class BusinessCalendars:
    """Business days of the calendars in use, each ascending, and which one a portfolio has."""

    calendars: Sequence[Days]
    calendar_of_portfolio: Integers

    def count(self, portfolios: Integers, starts: Days, ends: Days) -> Integers:
        """Business days of [start, end] of every window."""
        counts = np.zeros(len(portfolios), np.int64)
        used = self.calendar_of_portfolio[portfolios]
        for number, calendar in enumerate(self.calendars):
            at = used == number
            days = as_days(calendar)
            counts[at] = np.searchsorted(days, ends[at], side="right")
            counts[at] -= np.searchsorted(days, starts[at], side="left")
        return counts


def years_act_365(starts: Days, ends: Days) -> Floats:
    """(end - start + 1) ÷ 365."""
    return (days_between(starts, ends) + 1) / 365.0


def years_act_act(starts: Days, ends: Days) -> Floats:
    """ISDA: Σ over calendar years of the days in it ÷ its length.

    Source: 2006 ISDA Definitions, section 4.16(b), "Actual/Actual", both days included here.
    """
    return _year_position(ends + DAY) - _year_position(starts)


def _year_position(days: Days) -> Floats:
    """Years since 1970, the part of the current one by its own length."""
    first = start_of_year(days)
    length = days_between(first, years_from(first, 1))
    return first.astype("datetime64[Y]").astype(np.float64) + days_between(first, days) / length


def annualise(
    growth: Floats,
    starts: Days,
    ends: Days,
    whole_years: Integers,
    basis: AnnualisationBasis = AnnualisationBasis.ACT_365,
    business_days: Integers | None = None,
    is_stale: Booleans | None = None,
) -> tuple[Floats, NDArray[np.object_]]:
    """`(1 + R)^(1/years) - 1` of every window, and the `Reason` where it is NaN.

    `growth` is ln(1 + R), NaN where R is. `whole_years` is n for an unclamped nY and 0 otherwise;
    `business_days` of [start, end] are needed for BUS/252, which counts them for nY too.
    `is_stale`: the last valuation is too old to say how the period ended.
    """
    if basis is AnnualisationBasis.BUS_252:
        if business_days is None:
            raise ValueError("BUS/252 needs the business days of every window")
        years = business_days / 252.0
    else:
        counted = years_act_365 if basis is AnnualisationBasis.ACT_365 else years_act_act
        years = np.where(whole_years > 0, whole_years, counted(starts, ends))
    reason = np.full(len(growth), Reason.NONE, dtype=object)
    reason[years <= 0] = Reason.NO_BUSINESS_DAYS
    if is_stale is not None:
        reason[is_stale] = Reason.STALE_VALUATIONS
    reason[ends < years_from(starts, 1) - DAY] = Reason.PERIOD_SHORTER_THAN_ONE_YEAR
    reason[np.isnan(growth)] = Reason.NO_RETURN
    usable = reason == Reason.NONE
    annual = np.full(len(growth), np.nan)
    with np.errstate(over="ignore"):
        annual[usable] = np.expm1(growth[usable] / years[usable])
    reason[np.isinf(annual)] = Reason.OVERFLOW
    annual[np.isinf(annual)] = np.nan
    return annual, reason
