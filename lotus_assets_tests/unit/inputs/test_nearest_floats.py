"""Decimals of payloads become the floats nearest to them."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.inputs.nearest_floats import nearest_floats

DECIMALS = st.decimals(
    min_value=-(10**20), max_value=10**20, places=10, allow_nan=False, allow_infinity=False
) | st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def column(values: Sequence[Decimal | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.decimal128(38, 10))])


@given(st.lists(DECIMALS, max_size=30))
def test_python_rounds_a_decimal_to_the_same_float(values: list[Decimal]) -> None:
    assert nearest_floats(column(values)).tolist() == [float(value) for value in values]


def test_a_fifth_of_ordinary_amounts_is_not_off_by_a_bit() -> None:
    """pyarrow's own cast makes 0.030000000000000002 of 0.03: the reason for all this."""
    cents = [Decimal(number).scaleb(-2) for number in range(100_000)]
    found = nearest_floats(column(cents))
    assert [repr(value) for value in found.tolist()] == [repr(float(value)) for value in cents]


def test_null_is_nan_and_a_slice_keeps_its_place() -> None:
    whole = column([Decimal("1.5"), None, Decimal("-922337203685477.5808")])
    assert np.isnan(nearest_floats(whole)).tolist() == [False, True, False]
    assert nearest_floats(whole.slice(2)).tolist() == [-922337203685477.5808]
    assert nearest_floats(whole.slice(0, 0)).tolist() == []
