"""Attribution of the active return to groups, linked over periods (analytics.md §3)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.attribution_effects import (
    Effects,
    Model,
    effects,
    off_balance,
)
from lotus_assets.engine.performance.formulas.attribution_levels import level_rows
from lotus_assets.engine.performance.formulas.columns import Columns, frame_of
from lotus_assets.engine.performance.formulas.group_sides import (
    WEIGHT_TOLERANCE,
    GroupSide,
    NumberArray,
    SideBySide,
    side_by_side,
)
from lotus_assets.engine.performance.formulas.linked_periods import (
    LinkedPeriods,
    Method,
    link_periods,
)
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.segments import Integers, chunks

CHUNK_ROWS = 262_144


@dataclass(frozen=True)
class Attribution:
    """Frames, keyed by portfolio and period; NaN where `totals.status` says why.

    `totals`: portfolio_return, benchmark_return, active_return, linking_remainder (what NONE does
    not link; else 0), status, status_date (the day that decided it).
    `groups`: group, allocation, selection, interaction, total.
    `levels`: level, group (the parent's code), allocation, between, within, selection,
    interaction, total. `currency`: group, local_* and currency_* of the three effects.
    """

    totals: pd.DataFrame
    groups: pd.DataFrame
    levels: pd.DataFrame
    currency: pd.DataFrame


@dataclass(frozen=True)
class _Part:
    totals: Columns
    groups: Columns
    levels: list[Columns]
    currency: Columns


def attribution(
    portfolio: GroupSide, benchmark: GroupSide, windows: Windows, method: Method | None = None
) -> Attribution:
    """Attribution of all portfolios for all windows, chunk by chunk.

    The linked effects of a window sum to its arithmetic active return (with the linking remainder
    for NONE). Raises ValueError where weights of a date are off 1 by more than 1e-6, a group with
    weight has no return, or the sides' dates differ.
    """
    method = method or Method()
    group_count = 1 + max(int(side.group.max(initial=-1)) for side in (portfolio, benchmark))
    parts: list[_Part] = []
    for first, last in chunks(portfolio.offsets + benchmark.offsets, CHUNK_ROWS):
        laid = side_by_side(portfolio, benchmark, first, last, group_count)
        _check(laid)
        for period in range(len(windows.keys)):
            chosen = np.arange(first, last) * len(windows.keys) + period
            parts.append(_attributed(laid, windows, chosen, method))
    return Attribution(
        totals=frame_of([part.totals for part in parts]),
        groups=frame_of([part.groups for part in parts]),
        levels=frame_of([level for part in parts for level in part.levels]),
        currency=frame_of([part.currency for part in parts]),
    )


def _check(laid: SideBySide) -> None:
    for name, side in (("portfolio", laid.portfolio), ("benchmark", laid.benchmark)):
        off = off_balance(side)
        wrong = off > WEIGHT_TOLERANCE
        missing = (np.isnan(side.base) & (side.weight != 0)).any(axis=0)
        for failed, what in (
            (wrong, f"weights of the {name} do not sum to 1"),
            (missing, f"a group of the {name} has a weight but no return"),
        ):
            if failed.any():
                day = int(np.argmax(failed))
                owner = int(np.searchsorted(laid.offsets, day, side="right")) - 1
                raise ValueError(f"portfolio {owner + laid.first}, {laid.dates[day]}: {what}")


def _attributed(laid: SideBySide, windows: Windows, chosen: Integers, method: Method) -> _Part:
    linked, totals = link_periods(laid, windows, chosen, method)
    single = linked.single
    found = effects(
        single.portfolio.weight,
        single.benchmark.weight,
        single.portfolio.base,
        single.benchmark.base,
        method.model,
    )
    sums = _named(linked, found, method.effect_count)
    levels = [
        level_rows(linked, parent, name, sums, method.model is Model.BF)
        for name, parent in method.levels.items()
    ]
    return _Part(totals, linked.rows(laid.groups, sums), levels, _currency(linked, method))


def _named(linked: LinkedPeriods, found: Effects, effect_count: int) -> dict[str, NumberArray]:
    selection, interaction = found.selection, found.interaction
    if effect_count == 2:
        selection = selection + interaction
    sums = {
        "allocation": linked.sums(found.allocation),
        "selection": linked.sums(selection),
        "interaction": np.full((len(selection), len(linked.is_linked)), np.nan),
    }
    total = sums["allocation"] + sums["selection"]
    if effect_count == 3:
        sums["interaction"] = linked.sums(interaction)
        total = total + sums["interaction"]
    return sums | {"total": total}


def _currency(linked: LinkedPeriods, method: Method) -> Columns:
    """The three effects of local returns, and of what is left of the base returns."""
    portfolio, benchmark = linked.single.portfolio, linked.single.benchmark
    if portfolio.local is None or benchmark.local is None:
        return {}
    columns: dict[str, NumberArray] = {}
    parts = {
        "local": (portfolio.local, benchmark.local),
        "currency": (portfolio.base - portfolio.local, benchmark.base - benchmark.local),
    }
    for name, (own, other) in parts.items():
        found = effects(portfolio.weight, benchmark.weight, own, other, method.model)
        for effect, sums in _named(linked, found, method.effect_count).items():
            columns[f"{name}_{effect}"] = sums
    return linked.rows(linked.laid.groups, columns)
