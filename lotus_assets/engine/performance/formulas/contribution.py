"""Contribution of positions to the portfolio's return, by several variants at once.

Every row is linked alike: positions, fees, and what neither explains; together they are the
portfolio's linked return on signed capital.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import (
    Columns,
    VariantRows,
    frame_of_variants,
    keyed_by_window,
)
from lotus_assets.engine.performance.formulas.daily_returns import DailyValues
from lotus_assets.engine.performance.formulas.held_rows import (
    BasisRows,
    HeldRows,
    HeldSpans,
    held_rows,
    held_spans,
)
from lotus_assets.engine.performance.formulas.linking import Linked, Statuses, link
from lotus_assets.engine.performance.formulas.linking_coefficients import (
    Active,
    LinkedActive,
    Linking,
    carino,
)
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.portfolio_rows import checked_position_offsets
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    chunks,
    expand,
    products_before,
    rows_of_ranges,
    search_in_segments,
    window_sums,
)
from lotus_assets.engine.performance.formulas.spans import Spans, WindowSpans, distinct_spans
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.formulas.variants import ContributionVariant

CHUNK_ROWS = 131_072


@dataclass(frozen=True)
class Contributions:
    """Frames, keyed by variant (its number), portfolio and period, in this order.

    `positions`, of the periods that have days, those of a portfolio by number: window, position
    (number), average_weight, contribution, return, return_status (NO_OBSERVATIONS: without a day
    in the period). `totals`: portfolio_return, fees, unexplained, status, status_date. NaN where
    the status says why.
    """

    positions: pd.DataFrame
    totals: pd.DataFrame


def contributions(
    portfolios: DailyValues,
    positions: DailyValues,
    position_offsets: Integers,
    windows: Windows,
    variants: Sequence[ContributionVariant] = (ContributionVariant(),),
) -> Contributions:
    """Contributions of all positions for all windows by all variants, chunk by chunk.

    `positions` has one segment a position, `position_offsets[k]:position_offsets[k + 1]` those of
    portfolio k. Sources: Cariño (1999); Frongello (2002), for one portfolio without benchmark.
    Raises ValueError for no variant, or a position's day that its portfolio has not.
    """
    if not variants:
        raise ValueError("contributions need one variant at least")
    offsets = checked_position_offsets(portfolios, positions, position_offsets)
    bases = dict.fromkeys(variant.basis for variant in variants)
    of_positions, totals = [], []
    for first, last in chunks(positions.offsets[offsets], CHUNK_ROWS):
        held = held_rows(portfolios, positions, offsets, first, last, bases)
        chosen = np.arange(first * len(windows.keys), last * len(windows.keys))
        shift = portfolios.offsets[first]
        spans, span = distinct_spans(
            windows.portfolio[chosen] - first,
            windows.start[chosen] - shift,
            windows.stop[chosen] - shift,
        )
        of_windows = WindowSpans(chosen, windows.status[chosen], span)
        linked = [_LinkedVariant.of(held, spans, variant) for variant in variants]
        of_positions.append(_position_rows(held, spans, of_windows, linked))
        totals.append(_total_rows(held, of_windows, linked))
    return Contributions(
        keyed_by_window(frame_of_variants(of_positions), windows),
        keyed_by_window(frame_of_variants(totals), windows).drop(columns="window"),
    )


def linked_days(
    portfolios: DailyValues,
    positions: DailyValues,
    position_offsets: Integers,
    windows: Windows,
    variant: ContributionVariant,
) -> pd.DataFrame:
    """What each day of every window counts for: the coefficient that contributions are linked by.

    Columns: window, row (of `portfolios`), portfolio_return (on signed capital), fees and
    unexplained (÷ capital), coefficient (0 where nothing counts any more). Raises ValueError as
    `contributions` does.
    """
    offsets = checked_position_offsets(portfolios, positions, position_offsets)
    held = held_rows(portfolios, positions, offsets, 0, len(offsets) - 1, [variant.basis])
    used = np.flatnonzero(windows.stop > windows.start)
    spans = Spans(windows.portfolio[used], windows.start[used], windows.stop[used])
    rows, of_basis = spans.rows, held.bases[variant.basis]
    return pd.DataFrame(
        {
            "window": np.repeat(used, spans.stop - spans.start),
            "row": rows,
            "portfolio_return": of_basis.returns[rows],
            "fees": of_basis.fees[rows],
            "unexplained": of_basis.unexplained[rows],
            "coefficient": _LinkedVariant.of(held, spans, variant).coefficients,
        }
    )


@dataclass(frozen=True)
class _LinkedVariant:
    """Linked returns of the spans by one variant, and what each of their rows counts for.

    After a return of -1 nothing counts any more: rows from `counted` on.
    """

    variant: ContributionVariant
    linked: Linked
    status: Statuses
    counted: Integers
    coefficients: Floats
    fees: Floats
    unexplained: Floats

    @property
    def is_linkable(self) -> Booleans:
        """Spans that have contributions."""
        return np.asarray(self.status == Status.OK)

    @classmethod
    def of(cls, held: HeldRows, spans: Spans, variant: ContributionVariant) -> "_LinkedVariant":
        rows = held.bases[variant.basis]
        linked = link(rows.returns, spans.start, spans.stop, rows.growth)
        status = linked.status.copy()
        if variant.linking is Linking.CARINO:
            is_lost = (linked.row >= 0) & (status != Status.UNDEFINED_RETURN)
            status[is_lost] = Status.NOT_LINKABLE
        is_linkable = status == Status.OK
        counted = np.where(is_linkable & (linked.row >= 0), linked.row + 1, spans.stop)
        counted = np.where(is_linkable, counted, spans.start)
        first = spans.offsets[:-1]
        last = first + counted - spans.start
        with np.errstate(over="ignore", invalid="ignore"):
            coefficients = _coefficients(rows, linked, spans, counted, variant.linking)
            fees = window_sums(rows.fees[spans.rows] * coefficients, first, last)
            unexplained = window_sums(rows.unexplained[spans.rows] * coefficients, first, last)
            sizes = held.gross + np.abs(rows.fees) + np.abs(rows.unexplained)
            gross = window_sums(sizes[spans.rows] * np.abs(coefficients), first, last)
        # A product may be past float64 where the linked return is not.
        status[is_linkable & ~np.isfinite(gross)] = Status.OVERFLOW
        is_linkable = status == Status.OK
        if variant.linking is Linking.NONE:
            unexplained += linked.returns - window_sums(rows.returns, spans.start, counted)
        fees[~is_linkable] = unexplained[~is_linkable] = np.nan
        return cls(variant, linked, status, counted, coefficients, fees, unexplained)


def _coefficients(
    of_basis: BasisRows, linked: Linked, spans: Spans, counted: Integers, linking: Linking
) -> Floats:
    """One for every row of the spans, 0 where it does not count."""
    counts = counted - spans.start
    span, step = expand(counts)
    rows, offsets = spans.start[span] + step, np.append(0, np.cumsum(counts))
    if linking is Linking.CARINO:
        active = Active(0.0, of_basis.returns[rows], of_basis.growth[rows])
        # Beside a benchmark of 0 the active return is the return.
        whole = LinkedActive(linked.growth, np.maximum(linked.growth, 0.0))
        values = carino(active, whole, offsets)
    elif linking is Linking.FRONGELLO:
        values = products_before(1.0 + of_basis.returns[rows], offsets)
    else:
        values = np.ones(len(rows))
    coefficients = np.zeros(spans.offsets[-1])
    coefficients[spans.offsets[span] + step] = values
    return coefficients


def _total_rows(
    held: HeldRows, windows: WindowSpans, linked: Sequence[_LinkedVariant]
) -> VariantRows:
    """A row a window; without a span it is NaN, and NO_OBSERVATIONS unless its status says more."""
    is_resolved = windows.status == Status.OK

    def of_windows(values: Floats) -> Floats:
        return np.append(values, np.nan)[windows.span]

    def of_variant(one: _LinkedVariant) -> Columns:
        status = np.append(one.status, Status.NO_OBSERVATIONS)[windows.span]
        dates = np.append(held.dates, np.datetime64("NaT", "D"))
        return {
            "portfolio_return": of_windows(one.linked.returns),
            "fees": of_windows(one.fees),
            "unexplained": of_windows(one.unexplained),
            "status": np.where(is_resolved, status, windows.status),
            "status_date": dates[np.append(one.linked.row, -1)[windows.span]],
        }

    return VariantRows({"window": windows.window}, [of_variant(one) for one in linked])


def _position_rows(
    held: HeldRows, spans: Spans, windows: WindowSpans, linked: Sequence[_LinkedVariant]
) -> VariantRows:
    """A row a window with a span and position of its portfolio."""
    pairs = held_spans(held, spans)
    days = (spans.stop - spans.start)[pairs.span]
    average = window_sums(held.weight, pairs.start, pairs.stop) / days
    returns_by_basis = {
        basis: link(rows.position_returns, pairs.start, pairs.stop, rows.position_growth)
        for basis, rows in held.bases.items()
    }
    contributions_of = _Contributing(held, spans, pairs)
    observed = windows.observed()
    window, shown = _shown(observed, pairs)

    def of_variant(one: _LinkedVariant) -> Columns:
        returns = returns_by_basis[one.variant.basis]
        return {
            "contribution": contributions_of(one)[shown],
            "return": returns.returns[shown],
            "return_status": returns.status[shown],
        }

    shared: Columns = {
        "window": window,
        "position": held.first_position + pairs.position[shown],
        "average_weight": average[shown],
    }
    return VariantRows(shared, [of_variant(one) for one in linked])


def _shown(windows: WindowSpans, pairs: HeldSpans) -> tuple[Integers, Integers]:
    """Window and (span, position) pair of every row that is shown."""
    counts = np.diff(pairs.offsets)[windows.span]
    number, position = expand(counts)
    return windows.window[number], pairs.offsets[windows.span][number] + position


def _every_row(held: HeldRows) -> Integers:
    """Where every position's rows begin and end: what pairs are that need no rows chosen."""
    return np.append(held.position_offsets[:-1], held.position_offsets[1:])


class _Contributing:
    """Contributions of every position in every span, from its rows laid one pair after another."""

    def __init__(self, held: HeldRows, spans: Spans, pairs: HeldSpans) -> None:
        self._held, self._spans, self._pairs = held, spans, pairs
        counts = pairs.stop - pairs.start
        self._first = np.cumsum(counts) - counts
        rows: slice | Integers = slice(None)
        if not np.array_equal(np.append(pairs.start, pairs.stop), _every_row(held)):
            rows = rows_of_ranges(pairs.start, pairs.stop)
        self._gain = held.gain[rows]
        # The row of a span is as far from its first as the portfolio's row from the span's start.
        shift = spans.offsets[pairs.span] - spans.start[pairs.span]
        self._span_row = held.portfolio_row[rows] + np.repeat(shift, counts)
        self._per_capital = held.per_capital[spans.rows]

    def __call__(self, one: _LinkedVariant) -> Floats:
        """Σ gain ÷ capital·coefficient over the rows that count; NaN where nothing is linked."""
        with np.errstate(over="ignore", invalid="ignore"):
            per_gain = one.coefficients * self._per_capital
            daily = self._gain * per_gain[self._span_row]
            sums = window_sums(daily, self._first, self._first + self._counted(one.counted))
        return np.where(one.is_linkable[self._pairs.span], sums, np.nan)

    def _counted(self, counted: Integers) -> Integers:
        """How many rows of every pair are before its span's row `counted`."""
        pairs = self._pairs
        if np.array_equal(counted, self._spans.stop):
            return pairs.stop - pairs.start
        rows, edge = self._held.portfolio_row, counted[pairs.span]
        return search_in_segments(rows, pairs.start, pairs.stop, edge) - pairs.start
