"""Exact decimals in columns: conversion, and sums by row."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.services.lotus_core.database import RATE
from lotus_assets.sources.lotus_core.canonical import SCALE, ZERO
from lotus_assets.sources.lotus_core.wire_format import DECIMAL

Indices = NDArray[np.int64]
NARROW = pa.decimal128(37, 10)
"""One digit less than DECIMAL: Arrow's sum of two has one digit more."""


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
    indices = np.full(count, -1, np.int64)
    indices[sums["row"].to_numpy()] = np.arange(sums.num_rows)
    totals = sums["value_sum"].combine_chunks().cast(DECIMAL)
    return pc.fill_null(totals.take(pa.array(indices, mask=indices < 0)), ZERO)


def is_zero(values: pa.Array) -> NDArray[np.bool_]:
    """Which values are zero or NULL, decided on the decimals."""
    zero = pc.fill_null(pc.equal(values, ZERO), True)
    mask: NDArray[np.bool_] = zero.to_numpy(zero_copy_only=False)
    return mask


def from_floats(values: NDArray[np.float64]) -> pa.Array:
    """Floats rounded to the contract's scale, as decimals; -0 becomes 0."""
    return pa.array(np.round(values, SCALE) + 0.0).cast(DECIMAL)
