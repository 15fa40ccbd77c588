"""Calendar days and ISO weeks of instants, in the time zone that the caller names."""

import pandas as pd


def local_days(instants: pd.Series, timezone: str) -> pd.Series:
    """The calendar day of each UTC instant as midnight without a time zone; NULL stays NULL.

    Days are those of `timezone`, daylight saving included.
    """
    return (
        pd.to_datetime(instants, utc=True)
        .dt.tz_convert(timezone)
        .dt.tz_localize(None)
        .dt.floor("D")
    )


def iso_weeks(days: pd.Series) -> pd.Series:
    """The ISO week of each day as `2026-W14`, weeks from Monday; NULL stays NULL."""
    calendar = days.dt.isocalendar()
    year, week = calendar["year"].astype("string"), calendar["week"].astype("string")
    weeks: pd.Series = year.str.cat(week.str.zfill(2), sep="-W")
    return weeks
