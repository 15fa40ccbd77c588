"""Exact decimals in columns against Python's own."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np
import pyarrow as pa
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.services.lotus_core.database import RATE
from lotus_assets.services.lotus_core.payloads.canonical import canonical_object
from lotus_assets.services.lotus_core.payloads.decimals import from_floats, multiply, sum_by_row
from lotus_assets.sources.lotus_core.canonical import canonical_text
from lotus_assets.sources.lotus_core.wire_format import DECIMAL

WIDE = Context(prec=80)
AMOUNTS = st.decimals(-(10**17), 10**17, places=10)
RATES = st.decimals(Decimal("0.000001"), 10**6, places=18)


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


@given(st.dictionaries(st.from_regex("[a-z_]{1,8}", fullmatch=True), st.text(max_size=5)))
def test_objects_are_canonical(fields: dict[str, str]) -> None:
    assert b"".join(canonical_object(fields)) == rfc8785.dumps(dict(fields))
