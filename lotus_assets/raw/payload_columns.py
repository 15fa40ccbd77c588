"""From payloads to columns: whole columns at a time, nothing lost on the way.

A value that does not parse stays as it is, so that the contract refuses it and the row goes to
quarantine with what GitLab really sent.
"""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

Payloads = Sequence[dict[str, Any]]

INSTANT = pd.DatetimeTZDtype("us", "UTC")


def flat(payloads: Payloads, columns: Sequence[str]) -> pd.DataFrame:
    """One row a payload; `columns` are dotted paths, absent ones are NULL."""
    return _only(pd.json_normalize(list(payloads)), columns)


def nested(
    payloads: Payloads, field: str, columns: Sequence[str], parent: Sequence[str]
) -> pd.DataFrame:
    """One row an element of the lists `field`; columns of the payload as `parent.<name>`."""
    frame = pd.json_normalize(
        list(payloads), record_path=field, meta=list(parent), meta_prefix="parent."
    )
    return _only(frame, [*columns, *(f"parent.{name}" for name in parent)])


def identifiers(gids: pd.Series) -> pd.Series:
    """Numbers of GraphQL global ids (`gid://gitlab/User/7` → 7) or plain numbers, as Int64."""
    digits = gids.astype("string").str.extract(r"(\d+)$", expand=False)
    return pd.to_numeric(digits, errors="coerce").astype("Int64")


def instants(texts: pd.Series) -> pd.Series:
    """Any of GitLab's forms (`Z`, offsets, with or without fraction) as UTC microseconds."""
    parsed = pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce").astype(INSTANT)
    unread = parsed.isna() & texts.notna()
    return parsed.astype(object).where(~unread, texts) if unread.any() else parsed


def sortable(moments: pd.Series) -> pd.Series:
    """Instants for ordering and comparing: what did not parse is NULL here."""
    return pd.to_datetime(moments, utc=True, format="ISO8601", errors="coerce").astype(INSTANT)


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, NULL for an unknown one; the first of several wins.

    `Series.map` fails on an empty lookup of instants (pandas 3.0).
    """
    single = values[~values.index.duplicated()]
    return pd.Series(single.reindex(pd.Index(keys)).array, index=keys.index)


def lowered(texts: pd.Series) -> pd.Series:
    """GraphQL's enum values in the lower case of REST and of the tables."""
    return texts.astype("string").str.lower()


def json_text(values: pd.Series) -> pd.Series:
    """JSON text of each value; NULL stays NULL."""
    return values.map(json.dumps, na_action="ignore").astype("string")


def nothing(frame: pd.DataFrame) -> pd.Series:
    """`vanished_at` of what is there: NULL in every row."""
    return pd.Series(pd.NaT, index=frame.index, dtype=INSTANT)


def not_before(later: pd.Series, earlier: pd.Series) -> pd.Series:
    """Where `later` is not before `earlier`, or one of them is unknown."""
    return ~(later < earlier).fillna(False).astype(bool)


def _only(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`columns` in their order as objects; None and NaN alike are NULL."""
    return frame.reindex(columns=list(columns)).astype(object)
