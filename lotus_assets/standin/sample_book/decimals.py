"""Whole numbers as Arrow decimals: exact, however many digits, without a float in between."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

DIGITS = 38
SCALE = 10
"""Most digits after the point that the file layout allows."""


def decimal_array(whole: NDArray[np.int64], scale: int) -> pa.Array:
    """`whole` ten-to-the-`scale`-ths as decimals: 12345 at scale 2 is 123.45."""
    words = np.empty((len(whole), 2), dtype=np.int64)
    words[:, 0] = whole
    words[:, 1] = whole >> 63
    return _from_words(words, scale)


def exact_array(whole: Sequence[int], scale: int = SCALE) -> pa.Array:
    """The same for integers of any size."""
    text = b"".join(value.to_bytes(16, "little", signed=True) for value in whole)
    return _from_words(np.frombuffer(text, dtype=np.int64).reshape(-1, 2), scale)


def _from_words(words: NDArray[np.int64], scale: int) -> pa.Array:
    kind = pa.decimal128(DIGITS, scale)
    buffer = pa.py_buffer(np.ascontiguousarray(words))
    return pa.Array.from_buffers(kind, len(words), [None, buffer])
