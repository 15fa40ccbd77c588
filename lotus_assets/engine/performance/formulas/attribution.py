"""Attribution of the active return to groups, linked over periods, by several variants at once."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.attribution_rows import (
    currency_rows,
    effect_rows,
    no_rows,
    totals_rows,
)
from lotus_assets.engine.performance.formulas.columns import (
    VariantRows,
    frame_of_variants,
    keyed_by_window,
)
from lotus_assets.engine.performance.formulas.group_sides import (
    GroupSide,
    SideBySide,
    side_by_side,
)
from lotus_assets.engine.performance.formulas.identities import is_off_balance
from lotus_assets.engine.performance.formulas.linked_periods import (
    link_periods,
    rows_of_windows,
    spans_of,
)
from lotus_assets.engine.performance.formulas.linking_rows import linking_rows
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.segments import Integers, chunks
from lotus_assets.engine.performance.formulas.spans import WindowSpans
from lotus_assets.engine.performance.formulas.variants import AttributionMethod

CHUNK_ROWS = 262_144
SPAN_CELLS = 1_048_576
"""Cells of groups and single periods, counted once a window, that are worked on at once: many
windows over the same days would take memory by the product."""


@dataclass(frozen=True)
class GroupAttribution:
    """Frames, keyed by variant (its number), portfolio and period, in this order.

    `totals`: portfolio_return, benchmark_return, active_return, linking_remainder (what NONE does
    not link; else 0), status, status_date (the day that decided it); NaN where the status says why.
    The others hold the periods that have days. `groups`: group, portfolio_weight and
    benchmark_weight (means over the days), allocation, selection, interaction, total.
    `levels`: level (1 is the top), group (the parent's code), allocation, between, within,
    selection, interaction, total. `currency`: group, local_* and currency_* of the four effects;
    no row where local returns are not given. `linking`, where the method is `with_linking`: a row a
    single period: start_date, end_date, portfolio_return, benchmark_return, coefficient.
    """

    totals: pd.DataFrame
    groups: pd.DataFrame
    levels: pd.DataFrame
    currency: pd.DataFrame
    linking: pd.DataFrame


@dataclass(frozen=True)
class _Part:
    totals: VariantRows
    groups: VariantRows
    levels: VariantRows
    currency: VariantRows
    linking: VariantRows


def attribute_groups(
    portfolio: GroupSide,
    benchmark: GroupSide,
    windows: Windows,
    method: AttributionMethod | None = None,
) -> GroupAttribution:
    """Attribution of all portfolios for all windows by all variants, chunk by chunk.

    The linked effects of a window sum to its arithmetic active return (with the linking remainder
    for NONE). Raises ValueError where weights of a date are off 1 by more than 1e-6, a group with
    weight has no return, or the sides' dates differ.
    """
    method = method or AttributionMethod()
    group_count = 1 + max(int(side.group.max(initial=-1)) for side in (portfolio, benchmark))
    parts: list[_Part] = []
    for first, last in chunks(portfolio.offsets + benchmark.offsets, CHUNK_ROWS):
        laid = side_by_side(portfolio, benchmark, first, last, group_count)
        _check(laid)
        chosen = np.arange(first * len(windows.keys), last * len(windows.keys))
        blocks = _blocks(laid, windows, chosen)
        parts += [_part(laid, (portfolio, benchmark), windows, some, method) for some in blocks]
    frames = [
        frame_of_variants([getattr(part, field.name) for part in parts]) for field in fields(_Part)
    ]
    return GroupAttribution(
        *(keyed_by_window(frame, windows).drop(columns="window") for frame in frames)
    )


def _check(laid: SideBySide) -> None:
    cells = laid.cells
    for name, side in (("portfolio", laid.portfolio), ("benchmark", laid.benchmark)):
        wrong = is_off_balance(cells.column_sums(side.weight))
        missing = np.zeros(len(wrong), bool)
        missing[cells.column[np.isnan(side.base) & (side.weight != 0)]] = True
        for failed, what in (
            (wrong, f"weights of the {name} do not sum to 1"),
            (missing, f"a group of the {name} has a weight but no return"),
        ):
            if failed.any():
                day = int(np.argmax(failed))
                portfolio_number = int(np.searchsorted(laid.offsets, day, side="right")) - 1
                raise ValueError(
                    f"portfolio {portfolio_number + laid.first}, {laid.dates[day]}: {what}"
                )


def _blocks(laid: SideBySide, windows: Windows, chosen: Integers) -> Iterator[Integers]:
    """The chosen windows in their order, those of about `SPAN_CELLS` cells together."""
    before = np.append(0, np.cumsum(np.bincount(laid.cells.column, minlength=len(laid.dates))))
    start, stop = rows_of_windows(laid, windows, chosen)
    offsets = np.append(0, np.cumsum(before[np.maximum(stop, start)] - before[start]))
    for first, last in chunks(offsets, SPAN_CELLS):
        yield chosen[first:last]


def _part(
    laid: SideBySide,
    given: tuple[GroupSide, GroupSide],
    windows: Windows,
    chosen: Integers,
    method: AttributionMethod,
) -> _Part:
    spans, span = spans_of(laid, windows, chosen)
    linked = link_periods(laid, spans, method.frequency, method.linkings, given)
    of_windows = WindowSpans(chosen, windows.status[chosen], span)
    groups, levels = effect_rows(linked, of_windows, method)
    return _Part(
        totals=totals_rows(linked, of_windows, method),
        groups=groups,
        levels=levels,
        currency=currency_rows(linked, of_windows, method),
        linking=linking_rows(linked, of_windows, method)
        if method.with_linking
        else no_rows(method),
    )
