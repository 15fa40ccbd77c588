"""Single periods of attribution with what each counts for in the linked effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import (
    Model,
    SinglePeriods,
    completed,
)
from lotus_assets.engine.performance.formulas.attribution_periods import (
    Pieces,
    periods_of_side,
    pieces_of,
)
from lotus_assets.engine.performance.formulas.calendar_days import DAY, Frequency
from lotus_assets.engine.performance.formulas.columns import Columns
from lotus_assets.engine.performance.formulas.group_sides import NumberArray, SideBySide
from lotus_assets.engine.performance.formulas.linking import Linked, Statuses, link
from lotus_assets.engine.performance.formulas.linking_coefficients import (
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
    window_sums,
)
from lotus_assets.engine.performance.formulas.statuses import Status


@dataclass(frozen=True)
class Method:
    """How effects are computed and linked.

    `levels` gives, for each level's name, the code of the parent of every group code.
    """

    model: Model = Model.BF
    effect_count: int = 3
    linking: Linking = Linking.CARINO
    frequency: Frequency = Frequency.DAILY
    levels: Mapping[str, Integers] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Two effects or three."""
        if self.effect_count not in (2, 3):
            raise ValueError(f"effects are 2 or 3, not {self.effect_count}")


@dataclass(frozen=True)
class LinkedPeriods:
    """Single periods of one window a portfolio, with what each counts for."""

    laid: SideBySide
    pieces: Pieces
    single: SinglePeriods
    coefficients: Floats
    is_linked: Booleans
    keys: Columns

    def sums(self, effect: NumberArray) -> NumberArray:
        """Linked effect of every slot and portfolio."""
        counted = effect * self.coefficients
        starts, stops = self.pieces.offsets[:-1], self.pieces.offsets[1:]
        rows = counted.shape[1]
        shift = np.arange(counted.shape[0])[:, None] * rows
        sums = window_sums(counted.ravel(), (starts + shift).ravel(), (stops + shift).ravel())
        return np.where(self.is_linked, sums.reshape(counted.shape[0], -1), np.nan)

    def rows(self, groups: Integers, columns: Mapping[str, NumberArray]) -> Columns:
        """Rows of the used slots: keys, group and the columns [slot, portfolio]."""
        used = groups >= 0
        owner, _ = np.nonzero(used)
        keys: Columns = {name: column[owner] for name, column in self.keys.items()}
        values: Columns = {name: matrix.T[used] for name, matrix in columns.items()}
        return {**keys, "group": groups[used], **values}


def link_periods(
    laid: SideBySide, windows: Windows, chosen: Integers, method: Method
) -> tuple[LinkedPeriods, Columns]:
    """Single periods of the chosen windows, one a portfolio of `laid`, and the totals."""
    firsts, lasts = laid.offsets[:-1], laid.offsets[1:]
    starts = search_in_segments(laid.dates, firsts, lasts, windows.start_date[chosen])
    stops = search_in_segments(laid.dates, starts, lasts, windows.end_date[chosen] + DAY)
    stops = np.where(windows.status[chosen] == Status.OK, stops, starts)
    pieces = pieces_of(laid, starts, stops, method.frequency)
    portfolio, broken_p = periods_of_side(laid.portfolio, pieces)
    benchmark, broken_b = periods_of_side(laid.benchmark, pieces)
    single = completed(portfolio, benchmark)
    broken = broken_p | broken_b
    sides = [
        link(np.where(broken, np.nan, returns), pieces.offsets[:-1], pieces.offsets[1:])
        for returns in (single.portfolio_return, single.benchmark_return)
    ]
    status = _status(windows.status[chosen], sides, single, pieces, method.linking)
    is_linked = np.asarray(status == Status.OK)
    own, other = sides[0].returns, sides[1].returns
    keys: Columns = {
        "portfolio": windows.portfolio[chosen],
        "period": np.array(windows.keys, dtype=object)[windows.period[chosen]],
    }
    coefficients = _coefficients(single, own, other, pieces.offsets, method.linking)
    linked = LinkedPeriods(laid, pieces, single, coefficients, is_linked, keys)
    remainder = np.zeros(len(own))
    if method.linking is Linking.NONE:
        active = single.portfolio_return - single.benchmark_return
        remainder = own - other - window_sums(active, pieces.offsets[:-1], pieces.offsets[1:])
    totals: Columns = {
        **keys,
        "portfolio_return": own,
        "benchmark_return": other,
        "active_return": own - other,
        "linking_remainder": np.where(is_linked, remainder, np.nan),
        "status": status,
        "status_date": _status_dates(laid, pieces, sides),
    }
    return linked, totals


def _status(
    resolved: Statuses, sides: list[Linked], single: SinglePeriods, pieces: Pieces, linking: Linking
) -> Statuses:
    status = resolved.copy()
    for side in sides:
        status = np.where(status == Status.OK, side.status, status)
    # A group that fell below -1 within a longer period broke its chain.
    status[status == Status.UNDEFINED_RETURN] = Status.BROKEN_CHAIN
    if linking is Linking.CARINO:
        for side in sides:
            status[(side.row >= 0) & (resolved == Status.OK)] = Status.NOT_LINKABLE
    if linking is Linking.MENCHERO:
        for side in sides:
            unusable = ~(side.returns > -1.0) & (side.status != Status.NO_OBSERVATIONS)
            status[unusable & (resolved == Status.OK)] = Status.NOT_LINKABLE
    return status


def _status_dates(laid: SideBySide, pieces: Pieces, sides: list[Linked]) -> Days:
    """First day of the single period that decided each status: the first of either side's."""
    none = len(pieces.start)
    first = np.min([np.where(side.row >= 0, side.row, none) for side in sides], axis=0)
    dates = np.append(laid.dates[pieces.start], np.datetime64("NaT", "D"))
    return as_days(dates[first])


def _coefficients(
    single: SinglePeriods, own: Floats, other: Floats, offsets: Integers, linking: Linking
) -> Floats:
    returns, benchmark = single.portfolio_return, single.benchmark_return
    with np.errstate(divide="ignore", invalid="ignore"):
        if linking is Linking.CARINO:
            return carino(returns, benchmark, own, other, offsets)
        if linking is Linking.MENCHERO:
            return menchero(returns, benchmark, own, other, offsets)
        if linking is Linking.GRAP:
            return grap(returns, benchmark, offsets)
        if linking is Linking.FRONGELLO:
            return frongello(returns, benchmark, offsets)
    return np.ones(len(returns))
