"""Single periods of attribution with what each counts for in the linked effect, by linking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import SinglePeriods, completed
from lotus_assets.engine.performance.formulas.attribution_periods import (
    Pieces,
    SidesOfPieces,
    periods_of,
    pieces_of,
)
from lotus_assets.engine.performance.formulas.calendar_days import DAY, Frequency
from lotus_assets.engine.performance.formulas.cells import CellRanges, Cells
from lotus_assets.engine.performance.formulas.group_sides import (
    GroupSide,
    NumberArray,
    SideBySide,
)
from lotus_assets.engine.performance.formulas.linking import Linked, Statuses, link
from lotus_assets.engine.performance.formulas.linking_coefficients import (
    LinkedActive,
    Linking,
    carino,
    frongello,
    grap,
    menchero,
)
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    search_in_segments,
    segment_of_rows,
    segment_sums,
)
from lotus_assets.engine.performance.formulas.single_returns import SingleReturns, single_returns
from lotus_assets.engine.performance.formulas.spans import Spans, distinct_spans
from lotus_assets.engine.performance.formulas.statuses import Status


@dataclass(frozen=True)
class SpanLinking:
    """Of every span whether it is linked, its status, and what its linked effects leave over; of
    every single period of the spans what it counts for."""

    is_linked: Booleans
    status: Statuses
    remainder: Floats
    coefficients: Floats


@dataclass(frozen=True)
class LinkedPeriods:
    """Single periods of some portfolios, and how they add up to spans by each linking.

    `status_date` is the first day of the single period that decided a span's status.
    """

    laid: SideBySide
    spans: Spans
    pieces: Pieces
    single: SinglePeriods
    portfolio_return: Floats
    benchmark_return: Floats
    status_date: Days
    linkings: Mapping[Linking, SpanLinking]

    @property
    def portfolio(self) -> Integers:
        """Portfolio of every single period."""
        return segment_of_rows(self.laid.offsets)[self.pieces.start]

    @cached_property
    def within(self) -> CellRanges:
        """The cells of single periods in every span."""
        return self.cells_within(self.single.cells)

    def cells_within(self, cells: Cells) -> CellRanges:
        """Cells [row, single period] in every span."""
        first = self.pieces.period[self.pieces.offsets[:-1]]
        return cells.within(first, first + np.diff(self.pieces.offsets))

    def sums(
        self, effect: Floats, cells: Cells | None = None, within: CellRanges | None = None
    ) -> dict[Linking, NumberArray]:
        """Linked effect [row, span] of the cells [row, single period]; default: the groups'."""
        cells = self.single.cells if cells is None else cells
        within = self.within if within is None else within
        single = within.of(effect)
        first = self.pieces.period[self.pieces.offsets[:-1]]
        shift = self.pieces.offsets[:-1] - first
        period = cells.column[within.rows] + shift[within.range]
        sums = {}
        for name, linking in self.linkings.items():
            with np.errstate(over="ignore", invalid="ignore"):
                sums[name] = within.sums(single * linking.coefficients[period])
            sums[name][:, ~linking.is_linked] = np.nan
        return sums

    def means(self, weight: Floats) -> NumberArray:
        """Mean of the days' cells of every row over the days of each span."""
        within = self._days_within
        means: NumberArray = within.sums(within.of(weight)) / np.diff(self.spans.offsets)
        return means

    @cached_property
    def _days_within(self) -> CellRanges:
        if self.single.cells is self.laid.cells:
            return self.within
        return self.laid.cells.within(self.spans.start, self.spans.stop)


def rows_of_windows(
    laid: SideBySide, windows: Windows, chosen: Integers
) -> tuple[Integers, Integers]:
    """Days [start, stop) of the chosen windows, counted from the chunk's first; none of a window
    whose dates are not known."""
    portfolio = windows.portfolio[chosen] - laid.first
    firsts, lasts = laid.offsets[portfolio], laid.offsets[portfolio + 1]
    start = search_in_segments(laid.dates, firsts, lasts, windows.start_date[chosen])
    stop = search_in_segments(laid.dates, start, lasts, windows.end_date[chosen] + DAY)
    is_resolved = windows.status[chosen] == Status.OK
    return start, np.where(is_resolved, stop, start)


def spans_of(laid: SideBySide, windows: Windows, chosen: Integers) -> tuple[Spans, Integers]:
    """The spans of days of the chosen windows, and that of each window: -1 where none is known.

    Portfolios and days count from the chunk's first.
    """
    start, stop = rows_of_windows(laid, windows, chosen)
    return distinct_spans(windows.portfolio[chosen] - laid.first, start, stop)


def link_periods(
    laid: SideBySide,
    spans: Spans,
    frequency: Frequency,
    linkings: Sequence[Linking],
    given: tuple[GroupSide, GroupSide],
) -> LinkedPeriods:
    """Single periods of the spans, linked each way; `given` are the sides that were laid out."""
    pieces = pieces_of(laid, spans, frequency)
    sides = periods_of(laid, pieces)
    with np.errstate(over="ignore", invalid="ignore"):
        single = completed(sides.cells, sides.portfolio, sides.benchmark)
        returns = single_returns(laid, pieces, single, given)
        size = single.size
    linked = [
        _linked(side, growth, sides, pieces)
        for side, growth in (
            (returns.portfolio, returns.portfolio_growth),
            (returns.benchmark, returns.benchmark_growth),
        )
    ]
    return LinkedPeriods(
        laid=laid,
        spans=spans,
        pieces=pieces,
        single=single,
        portfolio_return=linked[0].returns,
        benchmark_return=linked[1].returns,
        status_date=_status_dates(laid, pieces, linked),
        linkings={name: _linking(returns, size, pieces, linked, name) for name in linkings},
    )


def _linked(side: Floats, growth: Floats, sides: SidesOfPieces, pieces: Pieces) -> Linked:
    """Linked returns of the spans; a single period whose groups have no return decides."""
    returns = np.where(sides.broken, np.nan, np.where(sides.endless, np.inf, side))
    growth = np.where(sides.endless, np.inf, growth)
    period = pieces.period
    return link(returns[period], pieces.offsets[:-1], pieces.offsets[1:], growth[period])


def _linking(
    returns: SingleReturns, size: Floats, pieces: Pieces, sides: list[Linked], linking: Linking
) -> SpanLinking:
    status = _status(sides, linking)
    remainder = np.zeros(len(status))
    if linking is Linking.NONE:
        active = segment_sums(returns.active[pieces.period], pieces.offsets)
        remainder = sides[0].returns - sides[1].returns - active
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        coefficients = _coefficients(returns, pieces, sides, linking)
        sizes = size[pieces.period] * np.abs(coefficients)
    # A product may be past float64 where both returns are not.
    is_endless = ~np.isfinite(segment_sums(sizes, pieces.offsets))
    status[is_endless & (status == Status.OK)] = Status.OVERFLOW
    is_linked = np.asarray(status == Status.OK)
    return SpanLinking(is_linked, status, np.where(is_linked, remainder, np.nan), coefficients)


def _status(sides: list[Linked], linking: Linking) -> Statuses:
    """The portfolio's status unless it is OK, then the benchmark's; or NOT_LINKABLE."""
    status = np.where(sides[0].status == Status.OK, sides[1].status, sides[0].status)
    # A group that fell below -1 within a longer period broke its chain.
    status[status == Status.UNDEFINED_RETURN] = Status.BROKEN_CHAIN
    for side in sides:
        if linking in (Linking.CARINO, Linking.MENCHERO):
            status[side.row >= 0] = Status.NOT_LINKABLE
    return status


def _status_dates(laid: SideBySide, pieces: Pieces, sides: list[Linked]) -> Days:
    """First day of the single period that decided each status: the first of either side's."""
    none = len(pieces.period)
    first = np.min([np.where(side.row >= 0, side.row, none) for side in sides], axis=0)
    dates = np.append(laid.dates[pieces.start[pieces.period]], np.datetime64("NaT", "D"))
    return as_days(dates[first])


def _coefficients(
    returns: SingleReturns, pieces: Pieces, sides: list[Linked], linking: Linking
) -> Floats:
    offsets, period = pieces.offsets, pieces.period
    if linking is Linking.NONE:
        return np.ones(len(period))
    if linking in (Linking.GRAP, Linking.FRONGELLO):
        by_products = grap if linking is Linking.GRAP else frongello
        return by_products(returns.portfolio[period], returns.benchmark[period], offsets)
    active = returns.active_of(period)
    top = np.maximum(sides[0].growth, sides[1].growth)
    whole = LinkedActive(segment_sums(active.growth, offsets), top)
    by_growth = carino if linking is Linking.CARINO else menchero
    return by_growth(active, whole, offsets)
