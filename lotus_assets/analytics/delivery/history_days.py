"""The days beside the newest whose figures people look at: what it is compared with, and the past.

A live run has them in `metric_daily`; they are worked out once, and again when something changed.
"""

from datetime import date, timedelta

from lotus_assets.analytics.delivery.metric import MetricWindow

WEEKS = 26
"""Weeks of history: as many as the first collection reads back."""


def last_sunday(day: date) -> date:
    """The Sunday that ends the last ISO week that is complete when `day` is over."""
    return day - timedelta(days=day.isoweekday() % 7)


def history_sundays(day: date) -> list[date]:
    """The last days of the WEEKS weeks that are complete when `day` is over, the oldest first."""
    newest = last_sunday(day)
    return [newest - timedelta(weeks=weeks) for weeks in range(WEEKS - 1, -1, -1)]


def day_before_window(day: date, window: MetricWindow) -> date:
    """The last day of the window before the one that ends with `day`.

    What is read at the end of a day is compared with a week before.
    """
    return day - timedelta(days=int(window) or int(MetricWindow.WEEK))


def history_days(day: date) -> set[date]:
    """All days that pages about `day` show, without `day` itself."""
    return {*history_sundays(day), *(day_before_window(day, window) for window in MetricWindow)}
