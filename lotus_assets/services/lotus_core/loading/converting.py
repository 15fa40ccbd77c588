"""Cells into the layout's types; a cell that does not convert becomes NULL and a problem."""

import datetime as dt
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lotus_assets.services.lotus_core.loading.column_types import INSTANT
from lotus_assets.sources.lotus_core.wire_format import DECIMAL

DECIMAL_TEXT = r"^[+-]?[0-9]{1,18}(\.[0-9]{1,10})?$"
DATE_TEXT = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
INSTANT_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(Z|[+-][0-9]{2}:?[0-9]{2})$"
LARGEST = 10**18
"""Amounts are below it, so that every conversion fits decimal128(38, 10)."""

EXPECTED = {
    DECIMAL: "a decimal with at most 18 digits before the point and 10 after it",
    pa.date32(): "a date (YYYY-MM-DD)",
    INSTANT: "an instant with an offset (2025-04-02T09:15:00+02:00)",
    pa.int64(): "a whole number",
    pa.bool_(): "true or false",
    pa.string(): "text without NUL",
}


def convert(values: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    """`values` as `kind`, NULL where that is impossible (compare nulls to find the cells)."""
    array = values.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], values.type)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    converted = _converted(array, kind)
    if kind == pa.string():
        # PostgreSQL keeps every character but this one.
        return pc.if_else(pc.match_substring(converted, "\0"), None, converted)
    if kind == pa.date32():
        known = pc.and_(
            pc.greater_equal(converted, dt.date.min), pc.less_equal(converted, dt.date.max)
        )
        return pc.if_else(known, converted, None)
    return converted


def _converted(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return _within_range(array) if kind == DECIMAL else array
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), kind)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return _from_text(array.cast(pa.string()), kind)
    return _from_numbers(array, kind)


def _from_text(text: pa.Array, kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        return text
    if kind == DECIMAL:
        return _matching(text, DECIMAL_TEXT).cast(DECIMAL)
    if kind == pa.int64():
        return _matching(text, r"^-?[0-9]{1,18}$").cast(kind)
    if kind == pa.bool_():
        return _matching(text, "^(true|false)$").cast(kind)
    if kind == pa.date32():
        written = _matching(text, DATE_TEXT)
        parsed = pd.to_datetime(written.to_pandas(), format="%Y-%m-%d", errors="coerce")
        return pa.array(parsed.astype("datetime64[s]"), from_pandas=True).cast(kind)
    written = _matching(text, INSTANT_TEXT).to_pandas()
    parsed = pd.to_datetime(written, format="ISO8601", errors="coerce", utc=True)
    return pa.array(parsed, from_pandas=True).cast(INSTANT, safe=False)


def _from_numbers(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """From a typed Parquet column."""
    if kind == DECIMAL and pa.types.is_floating(array.type):
        doubles = array.cast(pa.float64())
        usable = pc.and_(pc.is_finite(doubles), pc.less(pc.abs(doubles), float(LARGEST)))
        kept = pc.if_else(pc.fill_null(usable, False), doubles, None)
        return pc.round(kept, ndigits=10).cast(DECIMAL)
    if kind == DECIMAL and (pa.types.is_decimal(array.type) or pa.types.is_integer(array.type)):
        return _within_range(_cast_or_null(array, DECIMAL))
    if kind == INSTANT and pa.types.is_timestamp(array.type) and array.type.tz is None:
        return pa.nulls(len(array), kind)
    if kind == pa.date32() and pa.types.is_timestamp(array.type):
        return _days_of(array)
    return _cast_or_null(array, kind)


def _days_of(instants: pa.Array) -> pa.Array:
    """Days of instants without a zone, at midnight: of others it is not said which day is meant."""
    if instants.type.tz is not None:
        return pa.nulls(len(instants), pa.date32())
    days = instants.cast(pa.date32())
    return pc.if_else(pc.equal(days.cast(instants.type), instants), days, None)


def _cast_or_null(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """The cast; where some value does not fit, each is tried by way of its text."""
    try:
        return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    try:
        return _from_text(array.cast(pa.string()), kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(array), kind)


def _within_range(array: pa.Array) -> pa.Array:
    inside = pc.less(pc.abs(array), pa.scalar(LARGEST).cast(pa.decimal128(38, 10)))
    return pc.if_else(inside, array, pa.scalar(None, DECIMAL))


def _matching(text: pa.Array, pattern: str) -> pa.Array:
    trimmed: Any = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.match_substring_regex(trimmed, pattern), trimmed, None)
