"""Decimals as the floats nearest to them.

pyarrow's own cast multiplies by a rounded power of ten: measured, a fifth of ordinary amounts
(123456.78) came out one unit in the last place off, so that their shortest decimals were no longer
those received.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SCALE = 10
EXACT = 2**53
"""Integers up to here are floats, and a quotient of two such floats is rounded once."""
CENTS = 10 ** (SCALE - 2)


def nearest_floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """The float64 nearest to each decimal of scale 10 or less; NaN for NULL."""
    values = column.cast(pa.decimal128(38, SCALE)).combine_chunks()
    halves = np.frombuffer(values.buffers()[1], np.int64).reshape(-1, 2)
    low, high = halves[values.offset : values.offset + len(values)].T
    floats: NDArray[np.float64] = low / 10.0**SCALE
    fits = high == low >> 63
    exact = fits & (np.abs(low) <= EXACT)
    if not exact.all():
        cents = low // CENTS
        whole = fits & ~exact & (cents * CENTS == low)
        floats = np.where(whole, cents / 100.0, floats)
        rest = np.flatnonzero(~exact & ~whole)
        if len(rest):
            texts = values.take(pa.array(rest)).cast(pa.string())
            floats[rest] = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if values.null_count:
        floats[values.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return floats
