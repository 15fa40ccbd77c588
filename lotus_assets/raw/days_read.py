"""The days that a live collection makes whole: the partitions of its tables that it marks."""

from datetime import date, datetime, timedelta

import pandas as pd

from lotus_assets.graph.layers import last_complete_day
from lotus_assets.settings import Settings

A_MOMENT = timedelta(microseconds=1)


def collected_until(periods: pd.DataFrame, reaching_back_to: datetime) -> datetime | None:
    """How far a collection had come before a run; None before its first one.

    Args:
        periods: `collected_from` and `collected_until` of the collection, one row a project.
        reaching_back_to: how far back a first collection reads. What ended before that (a backfill
            of old days) leaves a gap.
    """
    until = periods["collected_until"]
    joining = until[until >= reaching_back_to]
    return None if joining.empty else joining.max().to_pydatetime()


def days_read(
    until: datetime | None, reaching_back_to: datetime, now: datetime, settings: Settings
) -> list[date]:
    """The complete days from the one that was under way at `until`; of a first collection, all
    that lie whole in the time since `reaching_back_to`."""
    if until is None:
        begun = (reaching_back_to - A_MOMENT).astimezone(settings.zone).date()
        first = begun + timedelta(days=1)
    else:
        first = until.astimezone(settings.zone).date()
    count = (last_complete_day(now, settings) - first).days + 1
    return [first + timedelta(days=ahead) for ahead in range(count)]
