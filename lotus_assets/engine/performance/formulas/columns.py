"""Columns of a result, gathered from chunks and made one frame at the end, and sums of its rows.

A frame a chunk would cost more than the chunk's calculation.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[np.generic]]


def frame_of(parts: Sequence[Columns]) -> pd.DataFrame:
    """The parts' rows one after the other; parts without columns add nothing."""
    filled = [part for part in parts if part]
    if not filled:
        return pd.DataFrame()
    return pd.DataFrame(
        {name: np.concatenate([part[name] for part in filled]) for name in filled[0]}
    )


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
