"""Text against the patterns of rules: regular expressions and wildcards."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


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
