"""Single periods of attribution: days, or longer ones of a window."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import BUCKETS, Frequency
from lotus_assets.engine.performance.formulas.cells import Cells
from lotus_assets.engine.performance.formulas.group_sides import Side, SideBySide
from lotus_assets.engine.performance.formulas.linking import Statuses, link
from lotus_assets.engine.performance.formulas.segments import Booleans, Floats, Integers, expand
from lotus_assets.engine.performance.formulas.spans import Spans
from lotus_assets.engine.performance.formulas.statuses import Status


@dataclass(frozen=True)
class Pieces:
    """Rows [start, stop) of single periods, and of what they make up each span.

    Span k consists of the single periods `period[offsets[k]:offsets[k + 1]]`, one at least.
    """

    start: Integers
    stop: Integers
    period: Integers
    offsets: Integers


@dataclass(frozen=True)
class SidesOfPieces:
    """Both sides on the cells [slot, piece], and which pieces break (a group fell below -1) or have
    a group whose return is past float64."""

    cells: Cells
    portfolio: Side
    benchmark: Side
    broken: Booleans
    endless: Booleans


@dataclass(frozen=True)
class _DayRanges:
    """Of every cell [slot, piece] its days' cells [start, stop)."""

    start: Integers
    stop: Integers


def pieces_of(laid: SideBySide, spans: Spans, frequency: Frequency) -> Pieces:
    """Cut spans of days into single periods of the frequency.

    Days are of all spans, longer periods of one span each: its edges cut them.
    """
    if frequency is Frequency.DAILY:
        days = np.arange(len(laid.dates))
        return Pieces(days, days + 1, spans.rows, spans.offsets)
    codes = BUCKETS[frequency](laid.dates)
    changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    before = np.searchsorted(changes, spans.start, side="right")
    counts = np.searchsorted(changes, spans.stop, side="left") - before + 1
    span, step = expand(counts)
    edges = np.append(changes, len(codes))
    begins = np.where(step == 0, spans.start[span], edges[before[span] + step - 1])
    is_last = step == counts[span] - 1
    ends = np.where(is_last, spans.stop[span], edges[before[span] + step])
    return Pieces(begins, ends, np.arange(len(begins)), np.append(0, np.cumsum(counts)))


def periods_of(laid: SideBySide, pieces: Pieces) -> SidesOfPieces:
    """The first day's weights and the linked returns of every piece, on cells [slot, piece].

    Days on which a group's return is not supplied add nothing; without any, the piece's is not
    supplied.
    """
    count = len(pieces.start)
    lengths = pieces.stop - pieces.start
    if count == len(laid.dates) and (lengths == 1).all():
        none = np.zeros(count, bool)
        return SidesOfPieces(laid.cells, laid.portfolio, laid.benchmark, none, none)
    cells, days = _cells_of_pieces(laid.cells, pieces)
    first_day = laid.cells.column[days.start] == pieces.start[cells.column]
    is_day = lengths[cells.column] == 1
    broken, endless = np.zeros(count, bool), np.zeros(count, bool)

    def linked(returns: Floats) -> Floats:
        values, status = _linked(returns, days, is_day)
        broken[cells.column[status == Status.BROKEN_CHAIN]] = True
        endless[cells.column[status == Status.OVERFLOW]] = True
        return values

    def gain(gains: Floats | None) -> Floats | None:
        return None if gains is None else np.where(is_day, gains[days.start], 0.0)

    def side(whole: Side) -> Side:
        weight = np.where(first_day, whole.weight[days.start], 0.0)
        local = None if whole.local is None else linked(whole.local)
        return Side(weight, linked(whole.base), local, gain(whole.gain), gain(whole.local_gain))

    return SidesOfPieces(cells, side(laid.portfolio), side(laid.benchmark), broken, endless)


def _cells_of_pieces(cells: Cells, pieces: Pieces) -> tuple[Cells, _DayRanges]:
    """Cells [slot, piece] that hold a day's cell, and the day's cells that each holds.

    The pieces of a span stand one after another, and so do the days' cells of its slots.
    """
    lengths = pieces.stop - pieces.start
    firsts, lasts = pieces.offsets[:-1], pieces.offsets[1:] - 1
    within = cells.within(pieces.start[firsts], pieces.stop[lasts])
    day_offsets = np.append(0, np.cumsum(lengths))
    shift = day_offsets[firsts] - pieces.start[firsts]
    piece = np.repeat(np.arange(len(lengths)), lengths)[
        cells.column[within.rows] + shift[within.range]
    ]
    keys = cells.slot[within.rows] * len(lengths) + piece
    at = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    start = within.rows[at]
    stop = start + np.diff(np.append(at, len(keys)))
    shape = (cells.shape[0], len(lengths))
    return Cells.of_keys(keys[at], shape), _DayRanges(start, stop)


def _linked(returns: Floats, days: _DayRanges, is_day: Booleans) -> tuple[Floats, Statuses]:
    """Linked return of every range, NaN without any, and its status; a single day's is its own.

    What a portfolio's figures are must not depend on how long the pieces of others are.
    """
    absent = np.isnan(returns)
    seen = np.append(0, np.cumsum(~absent))
    linked = link(np.where(absent, 0.0, returns), days.start, days.stop)
    values, status = linked.returns, linked.status
    values[is_day], status[is_day] = returns[days.start[is_day]], Status.OK
    return np.where(seen[days.stop] > seen[days.start], values, np.nan), status
