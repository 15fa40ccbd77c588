"""Why a row is marked: bad input is named beside the number that it spoils, never dropped."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def joined_reasons(index: pd.Index, marks: Mapping[str, Any]) -> pd.Series:
    """The names of the masks that hold in each row, joined by `;`, NULL where none does.

    `marks` maps a reason to a boolean mask in the row order of `index`; NULL does not hold.
    """
    text = np.full(len(index), "", dtype=object)
    for name, mask in marks.items():
        holds = pd.array(np.asarray(mask), dtype="boolean").fillna(False).to_numpy(dtype=bool)
        text[holds] += np.where(text[holds] == "", name, ";" + name)
    return pd.Series(text, index=index, dtype="string").replace("", pd.NA)
