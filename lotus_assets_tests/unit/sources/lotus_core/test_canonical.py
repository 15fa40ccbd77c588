"""Decimals and rows as canonical JSON, against Python's own decimals and JSON."""

import hashlib
import json
from decimal import Decimal

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lotus_assets.sources.lotus_core.canonical import (
    Rows,
    content_hash,
    object_texts,
    plain_decimals,
)
from lotus_assets.sources.lotus_core.contracts import DECIMAL

amounts = st.decimals(min_value=-(10**20), max_value=10**20, places=10, allow_nan=False)


def plain(value: Decimal) -> str:
    """A decimal without exponent, trailing zeros, or minus zero."""
    text = format(value, "f").rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


@settings(deadline=None)
@given(st.lists(st.one_of(amounts, st.sampled_from([Decimal(0), Decimal("-1E-10")])), max_size=30))
def test_decimals_are_written_plainly(values: list[Decimal]) -> None:
    column = pa.array(values, DECIMAL)
    assert plain_decimals(column).to_pylist() == [plain(value) for value in values]


@settings(deadline=None)
@given(
    st.lists(st.tuples(amounts, st.sampled_from(["a", "b", None])), max_size=20),
    st.integers(0, 20),
)
def test_the_hash_is_that_of_the_json_with_its_rows(
    rows: list[tuple[Decimal, str | None]], cut: int
) -> None:
    texts = object_texts(
        {
            "value": pa.array([value for value, _ in rows], DECIMAL),
            "kind": pa.array([kind for _, kind in rows], pa.string()),
        }
    )
    at = min(cut, len(rows))
    payload = {
        "b": {"points": Rows(texts, 0, at), "name": "Großbank"},
        "a": [{"points": Rows(texts, at, len(rows))}],
    }
    plain_rows = [{"value": plain(value), "kind": kind} for value, kind in rows]
    expected = {
        "b": {"points": plain_rows[:at], "name": "Großbank"},
        "a": [{"points": plain_rows[at:]}],
    }
    text = json.dumps(expected, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content_hash(payload) == hashlib.sha256(text.encode()).hexdigest()
