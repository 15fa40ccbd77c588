"""Rules of the contracts beyond a row's own: order, duplicates, windows, weights, calendars.

Each rule looks at a whole chunk in columns and names the payloads that break it. Exactness matters
where a rule compares amounts: those are decimals, never floats.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.identities import is_off_balance
from lotus_assets.inputs.payload_chunk import Chunk, PayloadNumbers, narrow

EPOCH = date(1970, 1, 1)

Days = NDArray[np.int32]


@dataclass(frozen=True)
class Violation:
    """One payload breaks one rule; `detail` names the first row that does."""

    payload_number: int
    rule: str
    detail: str


@dataclass(frozen=True)
class DetectedBreak:
    """A day whose value at the beginning is not what the day before left (a diagnostic)."""

    payload_number: int
    series: str
    day: date
    amount: str


def epoch_days(column: pa.ChunkedArray) -> Days:
    """Dates as days since 1970-01-01."""
    days: Days = column.cast(pa.int32()).to_numpy()
    return days


def day_at(days: Days, row: int) -> date:
    """The date of a row."""
    return EPOCH + timedelta(days=int(days[row]))


def first_of_payloads(
    payload_numbers: PayloadNumbers, is_broken: NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """(payload, row) of the first broken row of each payload."""
    rows = np.flatnonzero(is_broken)
    broken, first = np.unique(payload_numbers[rows], return_index=True)
    yield from zip(broken.tolist(), rows[first].tolist(), strict=True)


def missing_values(chunk: Chunk, required: tuple[str, ...]) -> Iterator[Violation]:
    """`missing_value`: a required field of a row is null."""
    for name in required:
        column = chunk.rows[name]
        if column.null_count:
            missing = column.is_null().to_numpy()
            for payload_number, row in first_of_payloads(chunk.payload_numbers, missing):
                yield Violation(
                    payload_number, "missing_value", f"{name} is null in row {row_in(chunk, row)}"
                )


def row_in(chunk: Chunk, row: int) -> int:
    """The number, from 1, of a row within its own payload."""
    return int(row - np.searchsorted(chunk.payload_numbers, chunk.payload_numbers[row])) + 1


def unordered(chunk: Chunk, days: Days, same_series: NDArray[np.bool_]) -> Iterator[Violation]:
    """`order` and `duplicate_dates`: within a series, dates ascend and none comes twice.

    `same_series[i]`: row i + 1 continues the series of row i.
    """
    step = np.diff(days)
    for rule, is_broken, detail in (
        ("order", step < 0, "comes after a later day"),
        ("duplicate_dates", step == 0, "comes twice"),
    ):
        for payload_number, row in first_of_payloads(
            chunk.payload_numbers[1:], is_broken & same_series
        ):
            yield Violation(payload_number, rule, f"{day_at(days, row + 1)} {detail}")


def outside(chunk: Chunk, days: Days, first: Days, last: Days) -> Iterator[Violation]:
    """`window`: every row lies in its payload's window; `first` and `last` a payload."""
    is_outside = (days < first[chunk.payload_numbers]) | (days > last[chunk.payload_numbers])
    for payload_number, row in first_of_payloads(chunk.payload_numbers, is_outside):
        window = f"{day_at(first, payload_number)} to {day_at(last, payload_number)}"
        yield Violation(payload_number, "window", f"{day_at(days, row)} is outside {window}")


def positive_fees(chunk: Chunk, days: Days) -> Iterator[Violation]:
    """`fee_sign`: `mgmt_fees` is 0 or less."""
    fees = chunk.rows["mgmt_fees"]
    is_positive = pc.fill_null(pc.equal(pc.sign(fees), 1), False).to_numpy()
    for payload_number, row in first_of_payloads(chunk.payload_numbers, is_positive):
        yield Violation(
            payload_number, "fee_sign", f"mgmt_fees is {fees[row]} on {day_at(days, row)}"
        )


def continuity_breaks(
    chunk: Chunk, days: Days, same_series: NDArray[np.bool_], series: NDArray[np.object_]
) -> Iterator[DetectedBreak]:
    """Days whose `begin_mv` is not `end_mv` + fee of the row before, exactly.

    A diagnostic with date and amount, never an error.
    """
    for row, amount in value_gaps(chunk.rows, same_series):
        payload_number = int(chunk.payload_numbers[row])
        yield DetectedBreak(payload_number, str(series[row]), day_at(days, row), amount)


def value_gaps(
    amounts: Mapping[str, pa.ChunkedArray] | pa.Table, same_series: NDArray[np.bool_]
) -> Iterator[tuple[int, str]]:
    """Rows whose `begin_mv` is not `end_mv` + fee of the row before, and by how much, exactly.

    `same_series[i]`: row i + 1 continues the series of row i.
    """
    count = len(same_series)
    if count < 1:
        return
    begin, end, fees = (narrow(amounts[name]) for name in ("begin_mv", "end_mv", "mgmt_fees"))
    left = pc.add(end.slice(0, count), fees.slice(0, count))
    gap = pc.subtract(begin.slice(1).cast(left.type), left)
    is_broken = pc.fill_null(pc.not_equal(pc.sign(gap), 0), False).to_numpy() & same_series
    for row in np.flatnonzero(is_broken).tolist():
        yield row + 1, format(gap[row].as_py().normalize(), "f")


def unlisted_business_days(chunk: Chunk, days: Days, last: Days) -> Iterator[Violation]:
    """`missing_business_days`: what lacks by the calendar is what the diagnostics list.

    For contracts that send `business_days`; a missing day itself is no violation.
    """
    starts = np.searchsorted(chunk.payload_numbers, np.arange(len(chunk.received) + 1))
    for payload_number, answer in enumerate(chunk.received):
        header = answer.payload.header
        business = _as_days(header["business_days"])
        if (np.diff(business) <= 0).any() or (business > last[payload_number]).any():
            yield Violation(payload_number, "business_days", "not ascending within the window")
            continue
        closed = answer.asked.last_day or _closing_day(header)
        due = business if closed is None else business[business <= (closed - EPOCH).days]
        lacking = due[
            ~is_among(due, np.sort(days[starts[payload_number] : starts[payload_number + 1]]))
        ]
        listed = _as_days(header["diagnostics"]["missing_business_days"])
        count = header["diagnostics"]["missing_business_day_count"]
        if not np.array_equal(lacking, listed) or count != len(lacking):
            yield Violation(
                payload_number,
                "missing_business_days",
                f"{len(lacking)} business days have no row, the diagnostics count {count} and "
                f"list {len(listed)}",
            )


def _closing_day(header: Mapping[str, Any]) -> date | None:
    closed = header.get("portfolio_close_date")
    return None if closed is None else date.fromisoformat(closed)


def is_among(values: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values occur in an ascending array; numpy's own isin hashes, which takes longer."""
    if not len(ascending):
        return np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    is_present: NDArray[np.bool_] = ascending[places] == values
    return is_present


def _as_days(texts: list[str]) -> Days:
    days: Days = np.array(texts, dtype="datetime64[D]").astype(np.int32)
    return days


def sums_other_than_one(
    chunk: Chunk, days: Days, weights: pa.ChunkedArray, counts: NDArray[np.bool_]
) -> Iterator[Violation]:
    """`weights`: over the rows that count, a date's weights sum to 1 within the tolerance."""
    values = pc.fill_null(weights.cast(pa.float64()), 0.0).to_numpy()[counts]
    payload_numbers, dates = chunk.payload_numbers[counts], days[counts]
    keys = payload_numbers * 1_000_000 + dates
    days_of_payloads, inverse = np.unique(keys, return_inverse=True)
    sums = np.asarray(np.bincount(inverse, values, len(days_of_payloads)), np.float64)
    is_off = is_off_balance(sums)
    reported: set[int] = set()
    for at in np.flatnonzero(is_off).tolist():
        payload_number, day = divmod(int(days_of_payloads[at]), 1_000_000)
        if payload_number not in reported:
            reported.add(payload_number)
            when = EPOCH + timedelta(days=day)
            yield Violation(payload_number, "weights", f"they sum to {sums[at]:.9f} on {when}")


def window_days(chunk: Chunk, first: str, last: str) -> tuple[Days, Days]:
    """First and last day of each payload, from two fields of its header."""

    def read(field: str) -> Days:
        return _as_days([str(answer.payload.header[field]) for answer in chunk.received])

    return read(first), read(last)


def as_of_days(chunk: Chunk) -> Days:
    """The as-of day of each payload."""
    return _as_days([answer.as_of.isoformat() for answer in chunk.received])


def same_payload(payload_numbers: PayloadNumbers, *others: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each row continues the series of the row before it."""
    same: NDArray[np.bool_] = payload_numbers[1:] == payload_numbers[:-1]
    for other in others:
        same = same & (other[1:] == other[:-1])
    return same
