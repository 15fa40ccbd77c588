"""Why a row is in quarantine, in words that need no knowledge of the contract's language."""

import re
from collections.abc import Mapping
from typing import Any

RULES = {
    "greater_than_or_equal_to": "must be at least {0}",
    "greater_than": "must be more than {0}",
    "less_than_or_equal_to": "must be at most {0}",
    "less_than": "must be less than {0}",
    "isin": "must be one of {0}",
    "str_matches": "must look like {0}",
    "str_length": "must have a length of {0}",
    "not_nullable": "must not be empty",
    "field_uniqueness": "must stand once only",
}
"""pandera's names of checks → what they ask."""
PERSONAL = frozenset({"name", "username", "email", "email_hash", "title", "body", "author_name"})
"""Columns whose values are about people, or free text: they are not shown."""
RULE = re.compile(r"^(?P<column>\w+): (?P<rule>\w+)(?:\((?P<limit>.*)\))?$", re.DOTALL)
LONGEST = 60
"""Characters of a value that are shown."""


def in_words(reason: str, payload: Mapping[str, Any]) -> str:
    """`duration_sec is -24, must be at least 0`, from the reasons of `quarantine` and its row.

    Reasons are joined by a semicolon. The name of a rule over the whole row is its own words.
    """
    return "; ".join(_one(part, payload) for part in re.split(r";\s+(?=[a-z_]+(?::|$|;))", reason))


def key_in_words(payload: Mapping[str, Any]) -> str:
    """What tells the row from others: its ids, not whose it is."""
    ids = [
        f"{name.removesuffix('_id').replace('_', ' ')} {value}"
        for name, value in payload.items()
        if name.endswith(("_id", "iid")) and name not in {"project_id", "user_id", "author_id"}
        if isinstance(value, int)
    ]
    return ", ".join(ids[:2])


def _one(reason: str, payload: Mapping[str, Any]) -> str:
    match = RULE.match(reason)
    if match is None:
        return reason.replace("_", " ")
    column, limit = match["column"], (match["limit"] or "").strip("[]").replace("'", "")
    asked = RULES.get(match["rule"], match["rule"].replace("_", " ") + (" {0}" if limit else ""))
    value = "" if column in PERSONAL else f" is {_shown(payload.get(column))},"
    return f"{column}{value} {asked.format(limit)}"


def _shown(value: Any) -> str:
    text = "empty" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
