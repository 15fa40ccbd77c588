"""Columns of a result, gathered from chunks and made one frame at the end.

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
