"""The weekly files: which week, which slices, the same bytes."""

from datetime import date
from pathlib import PurePosixPath

import pandas as pd
import pytest

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.history_days import last_sunday
from lotus_assets.outputs.weekly_export import WEEKS, weekly_files
from lotus_assets.tables.table import gate

SUNDAY = date(2026, 4, 5)
SLICES = [
    ("Toman", "", "", ""),
    ("Toman", "Core/Platform", "", ""),
    ("Toman", "Core/Platform", "Platform", ""),
    ("Toman", "Core/Platform", "Platform", "toman/core/checkout"),
]
HEADER = "date,org,business_line,team,repo,metric,value,unit,competency\n"


def table() -> pd.DataFrame:
    rows = [(SUNDAY, *levels, "releases_wk", float(place)) for place, levels in enumerate(SLICES)]
    rows.append((date(2026, 4, 4), *SLICES[0], "releases_wk", 99.0))
    columns = metric_daily.TABLE.columns[: len(rows[0])]
    frame = pd.DataFrame(rows, columns=columns).assign(
        projects_left_out=0, reason=None, sample_size=6, population_size=6
    )
    return gate(metric_daily.TABLE, frame.assign(date=pd.to_datetime(frame["date"]))).good


def test_each_file_holds_the_slices_of_its_level() -> None:
    files = weekly_files(table(), SUNDAY)
    folder = PurePosixPath("weekly/2026-W14")
    names = ("org", "teams", "repos")
    assert set(files) == {folder / f"{name}.{kind}" for name in names for kind in ("json", "csv")}
    assert files[folder / "org.csv"].decode() == (
        f"{HEADER}2026-04-05,Toman,,,,releases_wk,0,count,DevOps\n"
        "2026-04-05,Toman,Core/Platform,,,releases_wk,1,count,DevOps\n"
    )
    assert files[folder / "teams.csv"].decode() == (
        f"{HEADER}2026-04-05,Toman,Core/Platform,Platform,,releases_wk,2,count,DevOps\n"
    )
    assert files[folder / "repos.csv"].decode() == (
        f"{HEADER}2026-04-05,Toman,Core/Platform,Platform,toman/core/checkout,"
        "releases_wk,3,count,DevOps\n"
    )
    assert b'"repo": "toman/core/checkout"' in files[folder / "repos.json"]
    assert b'"from": "2026-03-30",\n        "to": "2026-04-05"' in files[folder / "repos.json"]


def test_rows_in_any_order_give_the_same_bytes() -> None:
    assert weekly_files(table().iloc[::-1], SUNDAY) == weekly_files(table(), SUNDAY)


def test_the_week_of_new_year_bears_the_iso_year() -> None:
    rows = table()[: len(SLICES)].assign(date=pd.Timestamp(2027, 1, 3))
    assert {str(path.parent) for path in weekly_files(rows, date(2027, 1, 3))} == {
        "weekly/2026-W53"
    }


def test_a_week_whose_sunday_is_not_computed_is_no_empty_export() -> None:
    with pytest.raises(ValueError, match="no row of 2026-04-12"):
        weekly_files(table(), date(2026, 4, 12))


def test_a_week_is_complete_with_its_sunday() -> None:
    days = [date(2026, 4, day) for day in (4, 5, 6, 11, 12)]
    sundays = [date(2026, 3, 29), *[date(2026, 4, 5)] * 3, date(2026, 4, 12)]
    assert [last_sunday(day) for day in days] == sundays


def test_partitions_are_mondays() -> None:
    keys = WEEKS.get_partition_keys()
    assert {date.fromisoformat(key).isoweekday() for key in keys} == {1}
    assert keys[0] == "2025-01-06"
