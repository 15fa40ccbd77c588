"""Exact decimals in columns against Python's own."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.services.lotus_core.contracts.arrow import DECIMAL
from lotus_assets.services.lotus_core.contracts.shared import ValuationPoint
from lotus_assets.services.lotus_core.database import RATE
from lotus_assets.services.lotus_core.payloads.canonical import (
    canonical_object,
    rows_as_json,
)
from lotus_assets.services.lotus_core.payloads.decimals import (
    canonical_text,
    from_floats,
    multiply,
    sum_by_row,
)

WIDE = Context(prec=80)
AMOUNTS = st.decimals(-(10**17), 10**17, places=10)
RATES = st.decimals(Decimal("0.000001"), 10**6, places=18)


def exact(value: Decimal) -> str:
    """Plain notation without trailing zeros, by Python."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@given(st.lists(AMOUNTS | st.sampled_from([Decimal("1e-10"), Decimal("-9.9e-9"), Decimal(0)])))
def test_canonical_text(values: list[Decimal]) -> None:
    texts = canonical_text(pa.array(values, DECIMAL)).to_pylist()
    assert texts == [exact(value) for value in values]


def test_canonical_text_of_small_values() -> None:
    values = ["0.0000001", "-0.0000001", "0.000001", "0.0000012", "-0.0000000001", "0", "100"]
    texts = canonical_text(pa.array([*map(Decimal, values), None], DECIMAL)).to_pylist()
    assert texts == [*values, None]


@given(st.lists(st.tuples(AMOUNTS, RATES), min_size=1))
def test_conversion_is_exact_and_rounds_half_to_even(pairs: list[tuple[Decimal, Decimal]]) -> None:
    amounts, rates = zip(*pairs, strict=True)
    expected = [
        WIDE.multiply(amount, rate).quantize(Decimal("1e-10"), ROUND_HALF_EVEN, WIDE)
        for amount, rate in pairs
    ]
    assert multiply(pa.array(amounts, DECIMAL), pa.array(rates, RATE)).to_pylist() == expected


@given(st.lists(st.tuples(st.integers(0, 4), AMOUNTS)))
def test_sums_by_row(pairs: list[tuple[int, Decimal]]) -> None:
    values = pa.array([amount for _, amount in pairs], DECIMAL)
    rows = np.array([row for row, _ in pairs], np.int64)
    expected = [sum((a for r, a in pairs if r == row), Decimal(0)) for row in range(5)]
    assert sum_by_row(values, rows, 5).to_pylist() == expected


def test_floats_are_rounded_and_never_minus_zero() -> None:
    texts = canonical_text(from_floats(np.array([0.1 + 0.2, -1e-12, 1 / 3]))).to_pylist()
    assert texts == ["0.3", "0", "0.3333333333"]


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


@given(st.dictionaries(st.from_regex("[a-z_]{1,8}", fullmatch=True), st.text(max_size=5)))
def test_objects_are_canonical(fields: dict[str, str]) -> None:
    assert b"".join(canonical_object(fields)) == rfc8785.dumps(dict(fields))
