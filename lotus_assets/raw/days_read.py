"""The days that a live collection makes whole: the partitions of its tables that it marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

import pandas as pd

from lotus_assets.graph.layers import last_complete_day
from lotus_assets.settings import Settings
from lotus_assets.sources.permanence import PermanentError

A_MOMENT = timedelta(microseconds=1)


class DayNotRead(PermanentError):
    """A live run is of a day that it does not read; the text says how to collect it."""


@dataclass(frozen=True)
class DaysRead:
    """What a live collection leaves whole: all since `begun`, known already until `until`.

    `until` is None in a first collection.
    """

    begun: datetime
    until: datetime | None

    @classmethod
    def of(cls, periods: pd.DataFrame, reaching_back_to: datetime) -> Self:
        """From `collected_from` and `collected_until` of a collection, one row a project.

        A first collection reads since `reaching_back_to`; what ended before that (a backfill of
        old days) leaves a gap.
        """
        joining = periods[periods["collected_until"] >= reaching_back_to]
        if joining.empty:
            return cls(reaching_back_to, None)
        begun = min(joining["collected_from"].min(), reaching_back_to)
        return cls(begun, joining["collected_until"].max())

    def new_days(self, now: datetime, settings: Settings) -> list[date]:
        """The complete days since `until`, with the one that was under way then; all at first."""
        first = self._first(settings)
        if self.until is not None:
            first = max(first, self.until.astimezone(settings.zone).date())
        count = (last_complete_day(now, settings) - first).days + 1
        return [first + timedelta(days=ahead) for ahead in range(count)]

    def check_own(self, partition_keys: Iterable[str], settings: Settings) -> None:
        """A live run marks its own partitions: they are days that it leaves whole.

        Raises:
            DayNotRead: one of them is not.
        """
        first = self._first(settings)
        early = sorted(key for key in partition_keys if key < str(first))
        if early:
            raise DayNotRead(
                f"This run collects what is new since the last one, and has no days before {first} "
                f"whole: it cannot fill {early[0]}. Materialize the assets of raw_gitlab for that "
                "day (a backfill), which reads the day; this job is for the last complete day."
            )

    def _first(self, settings: Settings) -> date:
        return (self.begun - A_MOMENT).astimezone(settings.zone).date() + timedelta(days=1)
