"""Paths of groups and projects, compared as GitLab does: without case (`app/models/route.rb`)."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def lies_under(path: str, prefix: str) -> bool:
    """Whether `path` is `prefix` or lies under it; `a/bc` does not lie under `a/b`."""
    return f"{path}/".lower().startswith(f"{prefix.rstrip('/')}/".lower())


def longest_prefix(paths: "pd.Series", prefixes: "pd.Series") -> NDArray[np.int64]:
    """Position of the longest prefix that each path lies under, else -1.

    Of equal prefixes the last wins. A NULL path lies under none.
    """
    longest = np.full(len(paths), -1, dtype=np.int64)
    texts = paths.astype("string").fillna("").tolist()
    for position in prefixes.str.len().argsort(kind="stable"):
        prefix = str(prefixes.iloc[position])
        longest[np.array([lies_under(path, prefix) for path in texts], dtype=bool)] = position
    return longest
