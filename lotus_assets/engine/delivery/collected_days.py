"""The calendar days of which all was collected, by project."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from lotus_assets.engine.delivery.counted_days import CountedDays, Days, days_of

A_DAY = np.timedelta64(1, "D")
A_MOMENT = pd.Timedelta(microseconds=1)


@dataclass(frozen=True)
class CollectedDays:
    """For each project the first and the last day of which all was collected; NaT where nothing.

    `begun` is the day on which a project was created within what was collected, else NaT: before
    it there was nothing to collect.
    """

    first: Days
    last: Days
    begun: Days

    @classmethod
    def of(cls, periods: pd.DataFrame, timezone: str) -> Self:
        """From `collected_from`, `collected_until` and `created_at`, one row a project.

        A day counts when it was collected from its beginning to its end in `timezone`.
        """
        created_at = periods["created_at"]
        is_young = (created_at >= periods["collected_from"]).fillna(False)
        return cls(
            first=days_of(periods["collected_from"] - A_MOMENT, timezone) + A_DAY,
            last=days_of(periods["collected_until"], timezone) - A_DAY,
            begun=days_of(created_at.where(is_young.astype(bool)), timezone),
        )

    def with_whole_window(self, length: int) -> CountedDays:
        """The days D whose window of `length` days (0: the end of D alone) was collected whole.

        A window may reach back before the beginning of a project.
        """
        reached = self.first + (max(length, 1) - 1) * A_DAY
        return CountedDays(np.fmin(reached, self.begun), self.last)
