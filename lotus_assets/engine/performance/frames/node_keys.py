"""How a node of a hierarchy is named in results: JSON of its dimensions, outermost first."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def node_key(names: Sequence[str], values: Sequence[str]) -> str:
    """Key of the node that has these values in the dimensions `names`."""
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)


def node_keys(nodes: pd.DataFrame, hierarchy: Sequence[str]) -> NDArray[np.object_]:
    """Key of every row: its dimensions down to its level.

    `nodes` has the level (1 is the top), and the dimensions in columns "0", "1", …
    """
    columns = ["level", *(str(place) for place in range(len(hierarchy)))]
    # The same few nodes come back for every portfolio and period.
    number = nodes.groupby(columns, dropna=False, sort=False).ngroup().to_numpy()
    distinct = nodes[columns].drop_duplicates().itertuples(index=False, name=None)
    keys = [node_key(hierarchy[:level], values[:level]) for level, *values in distinct]
    return pd.Series(keys, dtype=object).to_numpy()[number]
