"""What the figures of each day are made of, in short: equal fingerprints mean equal figures.

A day's figures of one metric follow from the rows that count on it: each one's slice and value,
in whatever order. Their hashes are added up modulo 2^64 as the windows move over the days, so a
whole history costs one pass over the rows, however many rows each day's window holds.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.slice_days import PlacedRows

Hashes = NDArray[np.uint64]


def slice_hashes(levels: pd.DataFrame) -> Hashes:
    """One number for each slice, from the text of its levels."""
    return np.asarray(pd.util.hash_pandas_object(levels.astype(object), index=False), np.uint64)


def day_fingerprints(rows: PlacedRows, slices: Hashes) -> Hashes:
    """One number for each day, from the rows that count on it; `slices` as by `slice_hashes`."""
    of_rows = mixed(slices[rows.slice] ^ mixed(rows.value.view(np.uint64)))
    change = np.zeros(rows.shape[1] + 1, dtype=np.uint64)
    np.add.at(change, rows.begin, of_rows)
    np.subtract.at(change, rows.end, of_rows)
    totals: Hashes = np.cumsum(change, dtype=np.uint64)[:-1]
    return totals


def mixed(numbers: Hashes) -> Hashes:
    """Each number scattered over 64 bits: the finaliser of SplitMix64 (Steele et al., 2014)."""
    result = numbers + np.uint64(0x9E3779B97F4A7C15)
    result = (result ^ (result >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    result = (result ^ (result >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return result ^ (result >> np.uint64(31))
