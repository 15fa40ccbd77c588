"""Returns of several series on one calendar, for many portfolios at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import BUCKETS, Frequency, day_numbers
from lotus_assets.engine.performance.formulas.dated_series import (
    DAY_BITS,
    Dated,
    Series,
    dated_by,
    keys_of,
    linked_alike,
)
from lotus_assets.engine.performance.formulas.segments import Booleans, Days, Floats, Integers

PORTFOLIO, BENCHMARK, RISK_FREE, EXCESS = "portfolio", "benchmark", "risk_free", "excess"


class MissingData(StrEnum):
    """What a date without a return means."""

    FAIL_FAST = "FAIL_FAST"
    ALLOW_PARTIAL = "ALLOW_PARTIAL"
    STRICT_INTERSECTION = "STRICT_INTERSECTION"


class Fill(StrEnum):
    """What stands in for a missing return; a return is never carried forward."""

    NONE = "NONE"
    ZERO_FILL = "ZERO_FILL"


@dataclass(frozen=True)
class Pieces(Series):
    """Returns by their own dates, each with the number of the aligned row that it is part of."""

    row: Integers


@dataclass(frozen=True)
class AlignedSeries:
    """Series on the dates that the policy kept, NaN for what a series has not on a date.

    `rows`: the calendar's dates, and those days of their own that follow a series' last one on the
    calendar. `pieces`: each series' own returns, of which `returns` are linked. `missing`: the
    calendar's dates that a series had not, filled or not. `off_calendar`: its dates that the
    calendar has not; `linked`, those of them that went into a later date. `refused`: why a segment
    has no rows, by its number.
    """

    rows: Dated
    returns: Mapping[str, Floats]
    pieces: Mapping[str, Pieces]
    missing: Mapping[str, Dated]
    off_calendar: Mapping[str, Dated]
    linked: Mapping[str, Dated]
    refused: Mapping[int, str]

    def chosen(self, kept: Booleans, names: Sequence[str] | None = None) -> "AlignedSeries":
        """Some rows of some series (by default all)."""
        names = tuple(self.returns) if names is None else names
        number = np.cumsum(kept) - 1
        return replace(
            self,
            rows=self.rows.chosen(kept),
            returns={name: self.returns[name][kept] for name in names},
            pieces={name: _kept_pieces(self.pieces[name], kept, number) for name in names},
        )

    def common(self, names: Sequence[str]) -> "AlignedSeries":
        """These series on the rows that all of them have, defined or not."""
        kept = np.ones(len(self.rows.dates), bool)
        for name in names:
            kept &= self.has(name)
        return self.chosen(kept, names)

    def has(self, name: str) -> Booleans:
        """The rows on which a series has a return, defined or not."""
        there = np.zeros(len(self.rows.dates), bool)
        there[self.pieces[name].row] = True
        return there


def _kept_pieces(pieces: Pieces, kept: Booleans, number: Integers) -> Pieces:
    chosen = kept[pieces.row]
    dated = pieces.chosen(chosen)
    return Pieces(dated.dates, dated.offsets, pieces.returns[chosen], number[pieces.row[chosen]])


def weekdays(start: dt.date, end: dt.date) -> Days:
    """Monday to Friday of [start, end]: the calendar where none is sent."""
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    days = np.arange(first, last + np.timedelta64(1, "D"))
    return days[np.asarray(np.is_busday(days))]


def align(
    series: Mapping[str, Series],
    calendar: Dated,
    policy: MissingData = MissingData.FAIL_FAST,
    fill: Fill = Fill.NONE,
) -> AlignedSeries:
    """Put every series on the calendar's dates, segment by segment, under the policy for gaps.

    A return off the calendar is linked into the next date of the calendar on which its series has
    one; after the last of them it is a day of its own, and no gap for the others. A gap is a date
    of the calendar without a return or with an undefined one. `ZERO_FILL` fills it with 0 before
    the policy looks; what was filled stays listed. A segment is refused for a gap under FAIL_FAST,
    or where no date is left.
    """
    every = _laid_out(series, calendar)
    is_due = np.isin(every.rows.keys, calendar.keys)
    gaps = {name: np.isnan(values) & is_due for name, values in every.returns.items()}
    every = replace(every, missing={name: every.rows.chosen(gap) for name, gap in gaps.items()})
    if fill is Fill.ZERO_FILL:
        every = _filled(every, gaps)
        gaps = {name: np.zeros(len(is_due), bool) for name in gaps}
    kept, refused = _kept(every, gaps, policy)
    return replace(every.chosen(kept), refused=refused)


def _laid_out(series: Mapping[str, Series], calendar: Dated) -> AlignedSeries:
    """The series on all dates of the calendar, and on their own after the last of it."""
    on_calendar = calendar.keys
    targets = {name: _targets(one, on_calendar) for name, one in series.items()}
    keys = np.unique(np.concatenate([on_calendar, *targets.values()]))
    pieces = {
        name: Pieces(one.dates, one.offsets, one.returns, np.searchsorted(keys, targets[name]))
        for name, one in series.items()
    }
    is_off = {name: ~_is_among(one.keys, on_calendar) for name, one in series.items()}
    is_linked = {name: targets[name] != one.keys for name, one in series.items()}
    return AlignedSeries(
        rows=dated_by(keys, len(calendar.offsets) - 1),
        returns={name: _on_rows(one, len(keys)) for name, one in pieces.items()},
        pieces=pieces,
        missing={},
        off_calendar={name: one.chosen(is_off[name]) for name, one in series.items()},
        linked={name: one.chosen(is_linked[name]) for name, one in series.items()},
        refused={},
    )


def _targets(series: Series, on_calendar: Integers) -> Integers:
    """Key of the date that each return goes to: its own, or a later one of its series."""
    keys = series.keys
    on = np.flatnonzero(_is_among(keys, on_calendar))
    following = np.append(on, -1)[np.searchsorted(on, np.arange(len(keys)))]
    later = np.append(keys, -1)[following]
    return np.where(later >> DAY_BITS == keys >> DAY_BITS, later, keys)


def _is_among(keys: Integers, listed: Integers) -> Booleans:
    """Which keys are listed; both rise."""
    return np.asarray(np.append(listed, -1)[np.searchsorted(listed, keys)] == keys)


def _on_rows(pieces: Pieces, count: int) -> Floats:
    returns = np.full(count, np.nan)
    row, linked = linked_alike(pieces.row, pieces.returns)
    returns[row] = linked
    return returns


def _filled(aligned: AlignedSeries, gaps: Mapping[str, Booleans]) -> AlignedSeries:
    """0 for every gap, in place of what is undefined there."""
    returns = {name: np.where(gaps[name], 0.0, one) for name, one in aligned.returns.items()}
    pieces = {}
    for name, one in aligned.pieces.items():
        kept, filled = ~gaps[name][one.row], np.flatnonzero(gaps[name])
        keys = np.concatenate([one.keys[kept], aligned.rows.keys[filled]])
        order = np.argsort(keys)
        dated = dated_by(keys[order], len(one.offsets) - 1)
        values = np.concatenate([one.returns[kept], np.zeros(len(filled))])[order]
        numbers = np.concatenate([one.row[kept], filled])[order]
        pieces[name] = Pieces(dated.dates, dated.offsets, values, numbers)
    return replace(aligned, returns=returns, pieces=pieces)


def _kept(
    aligned: AlignedSeries, gaps: Mapping[str, Booleans], policy: MissingData
) -> tuple[Booleans, dict[int, str]]:
    """The rows that stay, and the segments that are refused."""
    rows, names = aligned.rows, tuple(aligned.returns)
    if not names:
        return np.ones(len(rows.dates), bool), {}
    defined = np.array([~np.isnan(values) for values in aligned.returns.values()])
    if policy is MissingData.STRICT_INTERSECTION:
        kept = np.asarray(defined.all(axis=0))
    else:
        kept = np.any([aligned.has(name) for name in names], axis=0)
    segment = rows.segment
    refused = _gaps_refused(rows, gaps) if policy is MissingData.FAIL_FAST else {}
    left = np.bincount(segment[kept & defined.any(axis=0)], minlength=len(rows.offsets) - 1)
    for number in np.flatnonzero(left == 0).tolist():
        refused.setdefault(number, "no date has a return of every series that is asked for")
    kept &= ~np.isin(segment, np.array([*refused], np.int64))
    return kept, refused


def _gaps_refused(rows: Dated, gaps: Mapping[str, Booleans]) -> dict[int, str]:
    """Segments with a gap, and the first series that has one there."""
    refused: dict[int, str] = {}
    for name, gap in gaps.items():
        at = np.flatnonzero(gap)
        numbers, first, counts = np.unique(rows.segment[at], return_index=True, return_counts=True)
        for number, row, count in zip(numbers.tolist(), at[first], counts, strict=True):
            reason = f"{name} has no return on {count} dates, first {rows.dates[row]}"
            refused.setdefault(number, reason)
    return refused


def to_frequency(aligned: AlignedSeries, frequency: Frequency) -> AlignedSeries:
    """Returns linked by calendar bucket, each dated by the last return that is in it.

    A bucket links the returns that a series has in it by their own dates; it is NaN where one of
    them is undefined, and where there is none.
    """
    if frequency is Frequency.DAILY or len(aligned.rows.dates) == 0:
        return aligned
    keys = _bucket_keys(aligned.pieces, frequency)
    buckets = np.unique(np.concatenate([*keys.values()]))
    returns = {}
    for name, pieces in aligned.pieces.items():
        bucket, linked = linked_alike(keys[name], pieces.returns)
        returns[name] = np.full(len(buckets), np.nan)
        returns[name][np.searchsorted(buckets, bucket)] = linked
    numbers = np.arange(len(aligned.rows.offsets))
    offsets = np.searchsorted(buckets >> DAY_BITS, numbers).astype(np.int64)
    rows = Dated(_last_dates(buckets, keys, aligned.pieces), offsets)
    return replace(aligned, rows=rows, returns=returns, pieces={})


def of_buckets(series: Mapping[str, Series], frequency: Frequency) -> dict[str, Series]:
    """Series of whole buckets under one date a bucket, the last that any of them has in it.

    A return of a month is of the month, be it dated by the month's last day or last business day.
    Where a series has several returns in a bucket, all stay as they are.
    """
    keys = _bucket_keys(series, frequency)
    if any((one[1:] == one[:-1]).any() for one in keys.values()):
        return dict(series)
    buckets = np.unique(np.concatenate([*keys.values()]))
    last = _last_dates(buckets, keys, series)
    return {
        name: Series(last[np.searchsorted(buckets, keys[name])], one.offsets, one.returns)
        for name, one in series.items()
    }


def _bucket_keys(series: Mapping[str, Series], frequency: Frequency) -> dict[str, Integers]:
    """Segment and bucket of every row of each series."""
    return {
        name: keys_of(one.segment, BUCKETS[frequency](one.dates)) for name, one in series.items()
    }


def _last_dates(
    buckets: Integers, keys: Mapping[str, Integers], series: Mapping[str, Series]
) -> Days:
    """The last date of any series in every bucket; `keys` are the buckets of each series' rows."""
    last = np.full(len(buckets), np.iinfo(np.int64).min)
    for name, one in series.items():
        bucket = np.unique(keys[name])
        final = np.searchsorted(keys[name], bucket, side="right") - 1
        number = np.searchsorted(buckets, bucket)
        last[number] = np.maximum(last[number], day_numbers(one.dates[final]))
    return last.astype("datetime64[D]")
