"""The periods that a request asks for, and the window of input that they need."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.periods import PATTERN, ReportingPeriod
from lotus_assets.engine.performance.formulas.segments import as_days
from lotus_assets.services.lotus_core.contracts.shared import CalendarDay, Strict
from lotus_assets.services.problems import invalid

EARLIEST = dt.date(1900, 1, 1)
"""Before any portfolio opened: lotus-core clamps to the open date."""


class AskedPeriod(Strict):
    """A period: named, or explicit with its dates."""

    period: str = Field(
        pattern=PATTERN,
        description="MTD, QTD, YTD, nY (1Y, 3Y, 5Y, …), ITD, or EXPLICIT with both dates.",
        examples=["YTD"],
    )
    start_date: CalendarDay | None = Field(
        default=None, description="First day, for EXPLICIT alone.", examples=["2025-01-01"]
    )
    end_date: CalendarDay | None = Field(
        default=None,
        description="Last day, for EXPLICIT alone; clamped to the as-of date.",
        examples=["2025-03-31"],
    )

    @model_validator(mode="after")
    def _dates_of_explicit(self) -> "AskedPeriod":
        given = [self.start_date, self.end_date]
        if self.period == "EXPLICIT":
            if None in given:
                raise ValueError("EXPLICIT needs start_date and end_date")
            if self.end_date < self.start_date:  # type: ignore[operator]
                raise ValueError("the period is inverted: end_date is before start_date")
        elif given != [None, None]:
            raise ValueError(f"{self.period} takes no dates: they are for EXPLICIT")
        return self

    def resolved(self) -> ReportingPeriod:
        """The period as the engine has it."""
        return ReportingPeriod(self.period, self.start_date, self.end_date)


class Analysis(AskedPeriod):
    """A period, and the calendar buckets that it is to be broken down into."""

    frequencies: list[Frequency] = Field(
        default=[],
        max_length=len(Frequency),
        description="Breakdowns: DAILY, WEEKLY (ISO weeks), MONTHLY, QUARTERLY, YEARLY.",
        examples=[["MONTHLY"]],
    )


def periods_of(asked: Sequence[AskedPeriod], as_of: dt.date) -> tuple[ReportingPeriod, ...]:
    """The periods asked for.

    Raises:
        ServiceProblem: INVALID_REQUEST where one is asked for twice, or none begins by the as-of
            day.
    """
    periods = tuple(period.resolved() for period in asked)
    keys = [period.key for period in periods]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise invalid(f"{', '.join(twice)} asked for twice: results are keyed by the period")
    last = np.datetime64(as_of, "D")
    if all(period.start_date is not None and period.start_date > last for period in periods):
        raise invalid(f"no period can be resolved: {', '.join(keys)} begins after {as_of}")
    return periods


def needed_window(periods: Sequence[ReportingPeriod], as_of: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the input that all periods together need."""
    last, opened = (np.array([day], dtype="datetime64[D]") for day in (as_of, EARLIEST))
    starts, ends = [], []
    for period in periods:
        end = last if period.end_date is None else np.minimum(as_days([period.end_date]), last)
        start = period.start(end, opened)
        if start[0] <= end[0]:
            starts.append(max(start[0], opened[0]))
            ends.append(end[0])
    first, until = min(starts).astype(object), max(ends).astype(object)
    return first, until
