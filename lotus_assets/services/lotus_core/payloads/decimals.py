"""Exact decimals in columns: conversion, sums by row, and their canonical text."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.services.lotus_core.contracts.arrow import DECIMAL
from lotus_assets.services.lotus_core.database import RATE

Indices = NDArray[np.int64]
NARROW = pa.decimal128(37, 10)
"""One digit less than DECIMAL: Arrow's sum of two has one digit more."""
ZERO = pa.scalar("0").cast(DECIMAL)
SCALE = 10


def as_array(column: pa.ChunkedArray) -> pa.Array:
    """The one array of a column."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def zeros(count: int) -> pa.Array:
    """`count` zeros."""
    return pa.repeat(ZERO, count)


def add(one: pa.Array, other: pa.Array) -> pa.Array:
    """Element-wise sum."""
    return pc.add(one.cast(NARROW), other.cast(NARROW))


def subtract(one: pa.Array, other: pa.Array) -> pa.Array:
    """Element-wise difference."""
    return pc.subtract(one.cast(NARROW), other.cast(NARROW))


def multiply(amounts: pa.Array, rates: pa.Array) -> pa.Array:
    """`amounts` times `rates`, exact, then rounded half to even to the contract's scale."""
    wide = pc.multiply(amounts.cast(pa.decimal256(38, 10)), rates.cast(pa.decimal256(37, 18)))
    return (
        pc.round(wide, ndigits=SCALE, round_mode="half_to_even")
        .cast(pa.decimal256(58, SCALE))
        .cast(DECIMAL)
    )


def multiply_rates(one: pa.Array, other: pa.Array) -> pa.Array:
    """The product of two legs of a conversion, rounded to 18 digits."""
    wide = pc.multiply(one.cast(pa.decimal256(37, 18)), other.cast(pa.decimal256(37, 18)))
    return (
        pc.round(wide, ndigits=18, round_mode="half_to_even").cast(pa.decimal256(57, 18)).cast(RATE)
    )


def sum_by_row(values: pa.Array, rows: Indices, count: int) -> pa.Array:
    """The sum of the values of each row 0…count-1; 0 where there is none."""
    if len(values) == 0:
        return zeros(count)
    sums = (
        pa.table({"row": rows, "value": values})
        .group_by("row", use_threads=False)
        .aggregate([("value", "sum")])
    )
    places = np.full(count, -1, np.int64)
    places[sums["row"].to_numpy()] = np.arange(sums.num_rows)
    found = sums["value_sum"].combine_chunks().cast(DECIMAL)
    return pc.fill_null(found.take(pa.array(places, mask=places < 0)), ZERO)


def is_zero(values: pa.Array) -> NDArray[np.bool_]:
    """Which values are zero or NULL, decided on the decimals."""
    zero = pc.fill_null(pc.equal(values, ZERO), True)
    mask: NDArray[np.bool_] = zero.to_numpy(zero_copy_only=False)
    return mask


def canonical_text(values: pa.Array) -> pa.Array:
    """Plain notation without trailing zeros: `0`, `-1.5`, `0.0000001`; NULL stays NULL.

    Arrow writes small values with an exponent; those are put together from their digits.
    """
    plain = pc.ascii_rtrim(pc.ascii_rtrim(values.cast(pa.string()), "0"), ".")
    zero = pc.equal(values, ZERO)
    small = pc.and_(pc.less(pc.abs(values), pa.scalar("0.000001").cast(DECIMAL)), pc.invert(zero))
    plain = pc.if_else(zero, "0", plain)
    if not pc.any(small).as_py():
        return plain
    few = pc.if_else(small, pc.abs(values), ZERO).cast(pa.decimal128(18, SCALE))
    units = pc.multiply(few, pa.scalar(10**SCALE).cast(pa.decimal128(19, 0)))
    digits = pc.utf8_lpad(units.cast(pa.int64()).cast(pa.string()), SCALE, "0")
    written = pc.binary_join_element_wise("0.", pc.ascii_rtrim(digits, "0"), "")
    sign = pc.if_else(pc.less(values, ZERO), "-", "")
    return pc.if_else(small, pc.binary_join_element_wise(sign, written, ""), plain)


def from_floats(values: NDArray[np.float64]) -> pa.Array:
    """Floats rounded to the contract's scale, as decimals; -0 becomes 0."""
    return pa.array(np.round(values, SCALE) + 0.0).cast(DECIMAL)
