"""Single periods of attribution: days, or longer ones of a window."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import BUCKETS, Frequency
from lotus_assets.engine.performance.formulas.group_sides import NumberArray, Side, SideBySide
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.segments import Booleans, Integers, columns_at, expand
from lotus_assets.engine.performance.formulas.spans import Spans


@dataclass(frozen=True)
class Pieces:
    """Rows [start, stop) of single periods, and of what they make up each span.

    Span k consists of the single periods `period[offsets[k]:offsets[k + 1]]`, one at least.
    """

    start: Integers
    stop: Integers
    period: Integers
    offsets: Integers


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


def periods_of_side(side: Side, pieces: Pieces) -> tuple[Side, Booleans]:
    """The first day's weights and the linked returns of every piece, and which pieces break.

    A piece breaks where a group's return falls below -1. Days on which a group's return is not
    supplied add nothing; without any, the piece's is not supplied.
    """
    lengths = pieces.stop - pieces.start
    if (lengths == 1).all():
        chosen = side.columns(lambda matrix: columns_at(matrix, pieces.start))
        return chosen, np.zeros(len(lengths), bool)
    base, broken = _linked(side.base, pieces)
    local = None
    if side.local is not None:
        local, broken_locally = _linked(side.local, pieces)
        broken = broken | broken_locally
    return Side(columns_at(side.weight, pieces.start), base, local), broken


def _linked(returns: NumberArray, pieces: Pieces) -> tuple[NumberArray, Booleans]:
    """Linked returns of every piece, and which pieces break; a single day's is its own return.

    What a portfolio's figures are must not depend on how long the pieces of others are.
    """
    slots, days = returns.shape
    shift = np.arange(slots)[:, None] * days
    starts, stops = (pieces.start + shift).ravel(), (pieces.stop + shift).ravel()
    absent = np.isnan(returns).ravel()
    seen = np.append(0, np.cumsum(~absent))
    linked = link(np.where(absent, 0.0, returns.ravel()), starts, stops).returns
    single = stops - starts == 1
    linked[single] = returns.ravel()[starts[single]]
    broken = np.asarray((np.isnan(linked) & ~single).reshape(slots, -1).any(axis=0))
    values = np.where(seen[stops] > seen[starts], linked, np.nan)
    return values.reshape(slots, -1), broken
