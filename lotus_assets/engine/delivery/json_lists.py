"""Lists out of a JSON column, as the raw tables hold `parent_ids`, `needs` and `labels`."""

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def parsed_lists(column: Iterable[Any]) -> list[list[str] | None]:
    """Each element as a list of text, NULL as None; elements are JSON texts or lists already.

    Each distinct text is parsed once, and equal texts share one list: do not change it in place.
    Raises ValueError, with the text, where it is no JSON list.
    """
    values = pd.Series(list(column), dtype=object).to_numpy()
    is_list = np.fromiter((isinstance(value, list | tuple) for value in values), bool, len(values))
    texts_only = values.copy()
    texts_only[is_list] = None
    codes, texts = pd.factorize(texts_only)
    distinct = [_parsed(text) for text in texts]
    lists = np.empty(len(distinct) + 1, dtype=object)
    lists[: len(distinct)] = pd.Series(distinct, dtype=object).to_numpy()
    taken = lists[codes]
    taken[is_list] = values[is_list]
    return list(taken)


def exploded(lists: list[list[str] | None]) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """(row, item) of every item of every list, in order; NULL has no items."""
    counts = np.fromiter((len(items) if items else 0 for items in lists), np.intp, len(lists))
    items = np.empty(int(counts.sum()), dtype=object)
    items[:] = list(chain.from_iterable(items for items in lists if items))
    return np.repeat(np.arange(len(lists)), counts), items


def _parsed(text: object) -> list[str]:
    try:
        items = json.loads(text) if isinstance(text, str) else None
    except json.JSONDecodeError:
        items = None
    if not isinstance(items, list):
        raise ValueError(f"{text!r} is no JSON list; the raw tables hold such columns as JSON text")
    return items
