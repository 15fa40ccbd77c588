"""Columns of a result, gathered from chunks and made one frame at the end, and sums of its rows.

A frame a chunk would cost more than the chunk's calculation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.segments import Integers

Columns = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class VariantRows:
    """Rows that every variant has: the columns that they share, and each variant's own columns."""

    shared: Columns
    variants: Sequence[Columns]


def frame_of(parts: Sequence[Columns]) -> pd.DataFrame:
    """The parts' rows one after the other; parts without columns add nothing."""
    filled = [part for part in parts if part]
    if not filled:
        return pd.DataFrame()
    return pd.DataFrame(
        {name: np.concatenate([part[name] for part in filled]) for name in filled[0]}
    )


def frame_of_variants(parts: Sequence[VariantRows]) -> pd.DataFrame:
    """The parts' rows, all of a variant after those of the one before; `variant` numbers them."""
    count = len(parts[0].variants)
    shared = frame_of([part.shared for part in parts])
    of_variants = frame_of([part.variants[number] for number in range(count) for part in parts])
    rows = np.tile(np.arange(len(shared)), count)
    numbers = np.repeat(np.arange(count), len(shared))
    return pd.concat([pd.DataFrame({"variant": numbers}), taken(shared, rows), of_variants], axis=1)


def keyed_by_window(rows: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """Rows of windows (their numbers in `window`), with the window's portfolio and period."""
    window = rows["window"].to_numpy()
    keys = {
        "variant": rows["variant"],
        "portfolio": windows.portfolio[window],
        "period": labels(windows.keys, windows.period[window]),
    }
    return pd.DataFrame({**keys, **rows.drop(columns="variant")})


def taken(rows: pd.DataFrame, numbers: Integers) -> pd.DataFrame:
    """Rows of a frame by number, numbered anew."""
    return rows.take(numbers).reset_index(drop=True)


def labels(names: Sequence[str] | NDArray[np.object_], codes: Integers) -> Any:
    """The name of every code, as a column of text; strings are made once a name, not once a row."""
    return pd.array(np.asarray(names, dtype=object), dtype="str").take(codes)


def summed(rows: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """One row a group of the keys, ascending, with the columns' sums in the order of the rows.

    pandas' own sum of a group has another last bit where no other group is beside it, so that one
    portfolio's figures would depend on the rest of the call.
    """
    number = rows.groupby(list(keys), sort=True).ngroup().to_numpy()
    first = np.empty(int(number.max(initial=-1)) + 1, np.int64)
    # The last write stands: that of the group's first row.
    first[number[::-1]] = np.arange(len(number))[::-1]
    sums = {
        name: np.bincount(number, rows[name].to_numpy(np.float64), len(first)) for name in columns
    }
    return rows[list(keys)].iloc[first].reset_index(drop=True).assign(**sums)
