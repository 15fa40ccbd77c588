"""The days of which all was collected, by Amsterdam's calendar."""

from typing import Any

import numpy as np
import pytest

from lotus_assets.engine.delivery.collected_days import CollectedDays
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw


def days(
    start: str | None, end: str | None, created: str | None, window: int
) -> tuple[str | None, str | None]:
    """First and last day of March on which a window is whole, by Amsterdam (UTC+1)."""
    instants = [None if text is None else at(text) for text in (start, end, created)]
    columns = "collected_from_at collected_until_at created_at"
    periods = raw(columns, [instants]).set_axis(
        ["collected_from", "collected_until", "created_at"], axis="columns"
    )
    whole = CollectedDays.of(periods, "Europe/Amsterdam").with_whole_window(window)
    return tuple(None if np.isnat(day) else str(day[0])[-2:] for day in whole)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("start", "end", "created", "window", "whole"),
    [
        # From noon of the 2nd: the 3rd is the first whole day, the 19th the last before noon.
        ("2 11:00", "20 11:00", None, 0, ("03", "19")),
        ("2 11:00", "20 11:00", None, 7, ("09", "19")),
        # From midnight to midnight: the 2nd, and the 19th.
        ("1 23:00", "19 23:00", None, 1, ("02", "19")),
        # Created on the 5th: no window reaches back before what there was.
        ("2 11:00", "20 11:00", "5 09:00", 7, ("05", "19")),
        ("2 11:00", "20 11:00", "12 09:00", 7, ("09", "19")),
        ("2 11:00", "20 11:00", "1 09:00", 7, ("09", "19")),
        (None, None, "5 09:00", 7, (None, None)),
    ],
)
def test_first_and_last_day(
    start: Any, end: Any, created: Any, window: int, whole: tuple[str | None, str | None]
) -> None:
    assert days(start, end, created, window) == whole
