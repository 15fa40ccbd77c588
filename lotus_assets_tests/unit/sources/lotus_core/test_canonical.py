"""Decimals and rows as canonical JSON, against Python's own decimals and JSON."""

import hashlib
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.services.lotus_core.contracts.shared import ValuationPoint
from lotus_assets.sources.lotus_core.canonical import (
    canonical_text,
    nested,
    objects_as_json,
    rows_as_json,
)
from lotus_assets.sources.lotus_core.content_hash import content_hash
from lotus_assets.sources.lotus_core.wire_format import DECIMAL

LARGE = st.decimals(min_value=-(10**20), max_value=10**20, places=10, allow_nan=False)
SMALL = st.decimals(min_value=Decimal("-1e-5"), max_value=Decimal("1e-5"), places=10)
AMOUNTS = LARGE | SMALL | st.sampled_from([Decimal(0), Decimal("-1E-10"), Decimal("1e-6")])


def exact(value: Decimal) -> str:
    """Plain notation without trailing zeros, by Python."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@given(st.lists(AMOUNTS | st.none(), max_size=30))
def test_decimals_are_written_plainly(values: list[Decimal | None]) -> None:
    texts = canonical_text(pa.array(values, DECIMAL)).to_pylist()
    assert texts == [None if value is None else exact(value) for value in values]


def test_canonical_text_of_small_values() -> None:
    values = ["0.0000001", "-0.0000001", "0.000001", "0.0000012", "-0.0000000001", "0", "100"]
    texts = canonical_text(pa.array([*map(Decimal, values), None], DECIMAL)).to_pylist()
    assert texts == [*values, None]


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_rows_as_json_are_canonical(values: list[Decimal]) -> None:
    """The same bytes as RFC 8785 gives for the parsed list, however it is cut."""
    count = len(values)
    rows = pa.table(
        {
            "perf_date": pa.array(np.datetime64("2025-01-01") + np.arange(count)),
            "day": pa.array(np.arange(1, count + 1), pa.int32()),
            **{
                name: pa.array(values, DECIMAL)
                for name in ("begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")
            },
        }
    )
    texts = rows_as_json(rows)
    for first, last in ((0, count), (0, 0), (count // 2, count), (1, max(1, count - 1))):
        written = b"".join(texts.between(first, last).pieces)
        points = points_of(rows, first, last)
        assert written == rfc8785.dumps(points)
        for point in points:
            ValuationPoint.model_validate(point)


def points_of(rows: pa.Table, first: int, last: int) -> list[Any]:
    return [
        {
            name: exact(value)
            if isinstance(value, Decimal)
            else value
            if isinstance(value, int)
            else value.isoformat()
            for name, value in row.items()
        }
        for row in rows.slice(first, last - first).to_pylist()
    ]


@given(
    st.lists(
        st.tuples(
            AMOUNTS | st.none(),
            st.integers(-100, 100) | st.none(),
            st.sampled_from(["a", "b", None]),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_missing_values_are_null_and_objects_nest(
    rows: list[tuple[Decimal | None, int | None, str | None]],
) -> None:
    amounts, numbers, names = zip(*rows, strict=True)
    inner = nested({"day": pa.array(numbers, pa.int64()), "amount": pa.array(amounts, DECIMAL)})
    texts = objects_as_json({"point": inner, "id": pa.array(names, pa.string())})
    expected = [
        {
            "id": name,
            "point": {"amount": None if amount is None else exact(amount), "day": number},
        }
        for amount, number, name in rows
    ]
    assert b"".join(texts.all().pieces) == rfc8785.dumps(expected)


@given(
    st.lists(st.tuples(AMOUNTS, st.sampled_from(["a", "b", None])), max_size=20),
    st.integers(0, 20),
)
def test_the_hash_is_that_of_the_json_with_its_rows(
    rows: list[tuple[Decimal, str | None]], cut: int
) -> None:
    texts = objects_as_json(
        {
            "value": pa.array([value for value, _ in rows], DECIMAL),
            "kind": pa.array([kind for _, kind in rows], pa.string()),
        }
    )
    at = min(cut, len(rows))
    payload = {
        "b": {"points": texts.between(0, at), "name": "Großbank"},
        "a": [{"points": texts.between(at, len(rows))}],
    }
    plain_rows = [{"value": exact(value), "kind": kind} for value, kind in rows]
    expected = {
        "b": {"points": plain_rows[:at], "name": "Großbank"},
        "a": [{"points": plain_rows[at:]}],
    }
    text = json.dumps(expected, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content_hash(payload) == hashlib.sha256(text.encode()).hexdigest()
