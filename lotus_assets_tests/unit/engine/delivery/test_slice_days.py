"""Slices, days and statistics: by hand, and against numpy on the pooled rows."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery import slice_days
from lotus_assets.engine.delivery.counted_days import (
    CountedDays,
    at_end_of_day,
    days_of,
    end_of_days,
    first_in_window,
    in_window,
)
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays
from lotus_assets.engine.delivery.slices import LEVELS, slices_of

AMSTERDAM = "Europe/Amsterdam"
PROJECTS = pd.DataFrame(
    [
        (30, "Toman", "Exchange", "Exchange", "toman/exchange/orderbook"),
        (10, "Toman", "Core/Platform", "Platform", "toman/core/checkout"),
        (20, "Toman", "Core/Platform", "Identity", "toman/core/identity/accounts"),
        (11, "Toman", "Core/Platform", "Platform", "toman/core/ledger"),
    ],
    columns=["project_id", "org", "business_line", "team", "path_with_namespace"],
)
TREE = [
    ("", "", ""),
    ("Core/Platform", "", ""),
    ("Core/Platform", "Identity", ""),
    ("Core/Platform", "Identity", "toman/core/identity/accounts"),
    ("Core/Platform", "Platform", ""),
    ("Core/Platform", "Platform", "toman/core/checkout"),
    ("Core/Platform", "Platform", "toman/core/ledger"),
    ("Exchange", "", ""),
    ("Exchange", "Exchange", ""),
    ("Exchange", "Exchange", "toman/exchange/orderbook"),
]
MEMBERS = [{10, 11, 20, 30}, {10, 11, 20}, {20}, {20}, {10, 11}, {10}, {11}, {30}, {30}, {30}]


def days(*texts: str) -> Any:
    return np.array(texts, dtype="datetime64[D]")


def places(*texts: str) -> SliceDays:
    return SliceDays(slices_of(PROJECTS), days(*texts), AMSTERDAM)


def test_slices_are_sorted_and_every_project_is_in_four() -> None:
    slices = slices_of(PROJECTS)
    assert list(slices.levels[LEVELS[1:]].itertuples(index=False, name=None)) == TREE
    assert set(slices.levels["org"]) == {"Toman"}
    found = slices.of_projects(pd.Series([20, 99, 10]))
    assert found.tolist() == [[0, 1, 2, 3], [-1, -1, -1, -1], [0, 1, 4, 5]]


def test_no_projects_make_no_slices() -> None:
    slices = slices_of(PROJECTS.iloc[:0])
    rows = SliceDays(slices, days("2026-03-01"), AMSTERDAM).place(
        pd.Series([10]), in_window(days("2026-03-01"), 7)
    )
    assert len(slices) == 0
    assert rows.count().shape == rows.mean().shape == (0, 1)
    assert rows.percentiles(0.5, 0.9).shape == (2, 0, 1)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-01T22:59:59Z", "2026-03-01"),  # winter: midnight is 23:00 UTC
        ("2026-03-01T23:00:00Z", "2026-03-02"),
        ("2026-07-01T21:59:59Z", "2026-07-01"),  # summer: 22:00 UTC
        ("2026-07-01T22:00:00Z", "2026-07-02"),
    ],
)
def test_days_begin_at_midnight_in_amsterdam(instant: str, day: str) -> None:
    column = pd.Series(pd.to_datetime([instant], utc=True))
    assert days_of(column, AMSTERDAM).tolist() == days(day).tolist()


def test_days_end_at_the_next_local_midnight_when_clocks_change() -> None:
    ends = end_of_days(days("2026-03-28", "2026-03-29", "2026-10-25"), AMSTERDAM)
    assert [str(end) for end in ends] == [
        "2026-03-28T23:00:00.000000",
        "2026-03-29T22:00:00.000000",  # 23 hours later
        "2026-10-25T23:00:00.000000",  # 25 hours after 2026-10-24T22:00
    ]


def test_a_day_ends_where_the_clock_skips_midnight() -> None:
    # Lebanon changes at midnight: 28 March 2026 ends when the clock shows 01:00.
    ends = end_of_days(days("2026-03-28"), "Asia/Beirut")
    assert [str(end) for end in ends] == ["2026-03-28T22:00:00.000000"]


def test_a_window_holds_its_last_day_and_not_the_day_before_its_first() -> None:
    asked = places("2026-03-07", "2026-03-08", "2026-03-14", "2026-03-15")
    rows = asked.place(pd.Series([10]), in_window(days("2026-03-08"), 7))
    assert rows.count()[0].tolist() == [0, 1, 1, 0]
    assert rows.count().sum(axis=1).tolist() == [2, 2, 0, 0, 2, 2, 0, 0, 0, 0]


def test_what_lasts_counts_at_the_end_of_each_day_until_it_ends() -> None:
    asked = places("2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04")
    begun = days("2026-03-02", "2026-03-02", "2026-03-02", "NaT")
    ended = days("2026-03-04", "NaT", "2026-03-02", "2026-03-04")
    rows = asked.place(pd.Series([10] * 4), at_end_of_day(begun, ended))
    assert rows.count()[0].tolist() == [0, 2, 2, 1]


def test_of_one_group_a_window_counts_one_row() -> None:
    asked = places(*[f"2026-03-{day:02}" for day in range(1, 13)])
    closed = days("2026-03-04", "2026-03-02", "2026-03-09", "2026-03-04")
    issues = np.array([1, 1, 1, 2])
    rows = asked.place(pd.Series([10] * 4), first_in_window(closed, issues, length=3))
    # Issue 1 on days 2-4, 4-6 and 9-11, issue 2 on days 4-6; on day 4 issue 1 counts once.
    assert rows.count()[0].tolist() == [0, 1, 1, 2, 2, 2, 0, 0, 1, 1, 1, 0]


def test_empty_denominators_are_null_and_counts_zero() -> None:
    rows = places("2026-03-08").place(
        pd.Series([10, 20]), in_window(days("2026-03-08", "NaT"), 7), pd.Series([None, 3.0])
    )
    assert rows.count().tolist() == rows.total().tolist() == [[0.0]] * len(TREE)
    for figures in (rows.share(), rows.mean(), *rows.percentiles(0.5, 0.9)):
        assert np.isnan(figures).all()


def test_statistics_by_hand() -> None:
    rows = places("2026-03-08").place(
        pd.Series([10, 11, 10, 20, 99]),
        in_window(days(*["2026-03-07"] * 5), 7),
        pd.Series([1, 2, 4, 9, 1000]),
    )
    assert rows.total()[:, 0].tolist() == [16, 16, 9, 9, 7, 5, 2, 0, 0, 0]
    assert rows.mean()[[0, 4, 5], 0].tolist() == [4.0, 7 / 3, 2.5]
    # Four rows: position 1.5 of 1 2 4 9 is 3, position 2.7 is 4 + 0.7 * 5.
    assert rows.percentiles(0.5)[0][[0, 4, 5], 0].tolist() == [3.0, 2.0, 2.5]
    assert rows.percentiles(0.5, 0.9)[1, 0, 0] == pytest.approx(7.5)


events = st.lists(
    st.tuples(
        st.sampled_from([10, 11, 20, 30, 99]),
        st.integers(0, 40),
        st.integers(0, 12),
        st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False)),
    ),
    max_size=60,
)
asked_days = st.lists(st.integers(0, 45), min_size=1, max_size=8, unique=True).map(sorted)
FIRST = np.datetime64("2026-03-10", "D")


quantile_lists = st.lists(st.sampled_from([0.5, 0.9, 0.0, 1.0, 0.37]), min_size=1, max_size=3)


@given(events, asked_days, quantile_lists, st.randoms())
def test_every_slice_and_day_equals_numpy_on_its_pooled_rows(
    history: list[tuple[int, int, int, float | None]],
    asked: list[int],
    quantiles: list[float],
    random: Any,
) -> None:
    shuffled = random.sample(history, len(history))
    grid = SliceDays(slices_of(PROJECTS), FIRST + np.array(asked), AMSTERDAM)
    first = FIRST + np.array([event[1] for event in shuffled], dtype=np.int64)
    last = first + np.array([event[2] for event in shuffled], dtype=np.int64)
    placed = grid.place(
        pd.Series([event[0] for event in shuffled], dtype="Int64"),
        CountedDays(first, last),
        pd.Series([event[3] for event in shuffled], dtype="Float64"),
    )
    counts, means = placed.count(), placed.mean()
    percentiles = placed.percentiles(*quantiles)
    for (place, members), (column, day) in product(enumerate(MEMBERS), enumerate(asked)):
        pooled = [
            value
            for project, begin, length, value in history
            if project in members and begin <= day <= begin + length and value is not None
        ]
        assert counts[place, column] == len(pooled)
        if pooled:
            expected = np.percentile(pooled, np.array(quantiles) * 100)
            assert percentiles[:, place, column].tolist() == expected.tolist()
            assert means[place, column] == pytest.approx(np.mean(pooled), rel=1e-9, abs=1e-6)
        else:
            assert np.isnan([*percentiles[:, place, column], means[place, column]]).all()
    # The org is the sum of its repos.
    repos = grid.slices.levels["repo"].ne("").to_numpy()
    assert (counts[0] == counts[repos].sum(axis=0)).all()


@given(events, asked_days, st.data())
def test_rows_on_some_of_the_days_are_as_if_placed_on_those_alone(
    history: list[tuple[int, int, int, float | None]], asked: list[int], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(range(len(asked))), unique=True).map(sorted))
    first = FIRST + np.array([event[1] for event in history], dtype=np.int64)
    last = first + np.array([event[2] for event in history], dtype=np.int64)

    def placed(days: Any) -> PlacedRows:
        return SliceDays(slices_of(PROJECTS), days, AMSTERDAM).place(
            pd.Series([event[0] for event in history], dtype="Int64"),
            CountedDays(first, last),
            pd.Series([event[3] for event in history], dtype="Float64"),
        )

    every = FIRST + np.array(asked)
    some = placed(every).on_days(np.array(chosen, dtype=np.int64))
    alone = placed(every[chosen])
    assert some.shape == alone.shape
    for name in ("slice", "begin", "end", "value"):
        np.testing.assert_array_equal(getattr(some, name), getattr(alone, name))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(7)
    project = pd.Series(generator.choice([10, 11, 20, 30], 500))
    day = FIRST + generator.integers(0, 40, 500)
    grid = SliceDays(slices_of(PROJECTS), FIRST + np.arange(40), AMSTERDAM)
    rows = grid.place(project, in_window(day, 30), pd.Series(generator.normal(size=500)))

    def figures(placed: PlacedRows) -> Any:
        return np.array([*placed.percentiles(0.5, 0.9), placed.mean()])

    whole = figures(rows)
    monkeypatch.setattr(slice_days, "PAIRS_AT_ONCE", 1000)
    np.testing.assert_array_equal(figures(rows), whole)
    assert np.isfinite(whole).mean() > 0.9
