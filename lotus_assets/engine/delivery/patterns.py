"""Text against the patterns of rules: regular expressions, wildcards, and group-path prefixes."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.group_paths import lies_under


def matches_any(texts: pd.Series, patterns: Iterable[str]) -> NDArray[np.bool_]:
    """Whether any regular expression is found in each text; NULL matches none.

    Each distinct text is searched once. Raises re.error for a broken pattern.
    """
    compiled = [re.compile(pattern) for pattern in patterns]
    codes, distinct = pd.factorize(texts)
    is_match = [any(pattern.search(str(text)) for pattern in compiled) for text in distinct]
    return np.append(np.asarray(is_match, dtype=bool), False)[codes]


def matches_wildcards(
    project_ids: pd.Series, names: pd.Series, patterns: pd.DataFrame
) -> NDArray[np.bool_]:
    """Whether each name matches a pattern of its own project; `*` stands for any text, `/` too.

    `patterns` has project_id and name, as `raw_protected_branch`.
    """
    asked = pd.DataFrame({"project_id": project_ids.to_numpy(), "text": names.to_numpy()})
    distinct = asked.drop_duplicates()
    pairs = distinct.merge(patterns[["project_id", "name"]].drop_duplicates(), on="project_id")
    is_match = pd.Series(pairs["text"].eq(pairs["name"]).fillna(False).astype(bool))
    has_wildcard = pairs["name"].str.contains("*", regex=False).fillna(False).astype(bool)
    for pattern, group in pairs[has_wildcard].groupby("name"):
        expression = ".*".join(re.escape(part) for part in str(pattern).split("*"))
        is_match[group.index] = group["text"].str.fullmatch(expression).fillna(False).astype(bool)
    matched = pairs[is_match.astype(bool)]
    wanted = pd.MultiIndex.from_frame(asked[["project_id", "text"]])
    return np.asarray(wanted.isin(pd.MultiIndex.from_frame(matched[["project_id", "text"]])))


def longest_prefix(paths: pd.Series, prefixes: pd.Series) -> NDArray[np.int64]:
    """Position of the longest prefix that each path lies under, else -1.

    Of equal prefixes the last wins. A NULL path lies under none.
    """
    longest = np.full(len(paths), -1, dtype=np.int64)
    texts = paths.astype("string").fillna("").tolist()
    for position in prefixes.str.len().argsort(kind="stable"):
        prefix = str(prefixes.iloc[position])
        longest[np.array([lies_under(path, prefix) for path in texts], dtype=bool)] = position
    return longest
