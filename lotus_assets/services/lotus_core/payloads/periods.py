"""Named periods up to a day (docs/ANALYTICS.md)."""

import datetime as dt

import pandas as pd

from lotus_assets.services.lotus_core.contracts.shared import Period

YEARS = {Period.ONE_YEAR: 1, Period.THREE_YEARS: 3, Period.FIVE_YEARS: 5}


def period_start(period: Period, as_of: dt.date, open_date: dt.date) -> dt.date:
    """First day of `period`, not clamped: nY from as_of - n years + 1 day (29 Feb → 28 Feb)."""
    if period is Period.MTD:
        return as_of.replace(day=1)
    if period is Period.QTD:
        return as_of.replace(month=3 * ((as_of.month - 1) // 3) + 1, day=1)
    if period is Period.YTD:
        return as_of.replace(month=1, day=1)
    if period is Period.ITD:
        return open_date
    before = pd.Timestamp(as_of) - pd.DateOffset(years=YEARS[period])
    return before.date() + dt.timedelta(days=1)
