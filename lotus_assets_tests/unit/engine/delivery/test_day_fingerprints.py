"""Fingerprints of days: they follow from the rows that count, and from nothing else."""

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.day_fingerprints import day_fingerprints, slice_hashes
from lotus_assets.engine.delivery.slice_days import PlacedRows

SLICES = slice_hashes(pd.DataFrame({"org": ["T", "T", "T"], "team": ["", "a", "b"]}))
DAYS = 5

Row = st.tuples(
    st.integers(0, 2),
    st.integers(0, DAYS - 1),
    st.integers(1, DAYS),
    st.sampled_from([0.0, 1, 2.5]),
)
"""(slice, first day, number of days, value)"""


def placed(rows: list[tuple[int, int, int, float]]) -> PlacedRows:
    columns: Any = np.array(rows, dtype=float).reshape(-1, 4).T
    begin = columns[1].astype(np.int64)
    return PlacedRows(
        shape=(3, DAYS),
        slice=columns[0].astype(np.int64),
        begin=begin,
        end=np.minimum(begin + columns[2].astype(np.int64), DAYS),
        value=columns[3].copy(),
        origin=np.arange(len(rows)),
    )


def counting(rows: list[tuple[int, int, int, float]], day: int) -> list[tuple[int, float]]:
    found = [(row[0], row[3]) for row in rows if row[1] <= day < row[1] + row[2]]
    return sorted(found)


@given(st.lists(Row, max_size=6), st.lists(Row, max_size=6))
def test_days_differ_exactly_where_their_rows_do(
    one: list[tuple[int, int, int, float]], other: list[tuple[int, int, int, float]]
) -> None:
    first = day_fingerprints(placed(one), SLICES)
    second = day_fingerprints(placed(other), SLICES)
    same = [counting(one, day) == counting(other, day) for day in range(DAYS)]
    assert (first == second).tolist() == same


@given(st.permutations([(0, 0, 3, 1.0), (0, 1, 3, 2.5), (1, 0, 5, 1.0), (1, 0, 5, 1.0)]))
def test_the_order_of_rows_does_not_count(rows: list[tuple[int, int, int, float]]) -> None:
    straight = [(0, 0, 3, 1.0), (0, 1, 3, 2.5), (1, 0, 5, 1.0), (1, 0, 5, 1.0)]
    assert (
        day_fingerprints(placed(rows), SLICES).tolist()
        == day_fingerprints(placed(straight), SLICES).tolist()
    )
