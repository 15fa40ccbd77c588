"""Effects of single periods, group by group, worked out again from what is kept of an attribution.

Kept are the days and what each single period counts for: by groups, days and periods the effects
themselves would take many times as much.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.attribution_effects import (
    Measured,
    Model,
    SinglePeriods,
    completed,
    single_effects,
)
from lotus_assets.engine.performance.formulas.attribution_periods import Pieces, periods_of
from lotus_assets.engine.performance.formulas.columns import labels
from lotus_assets.engine.performance.formulas.group_sides import (
    GroupSide,
    SideBySide,
    side_by_side,
)
from lotus_assets.engine.performance.formulas.segments import Floats, Integers, as_days, chunks
from lotus_assets.engine.performance.frames.attribution_groups import (
    Groups,
    groups_of,
    leaf_of_key,
)

BLOCK_CELLS = 65_536


@dataclass(frozen=True)
class KeptAttribution:
    """One portfolio's `attribution_days`, its `AttributionResult.linking` by one variant, the
    variant's model, and whether interaction is an effect (3) or part of selection (2)."""

    days: pd.DataFrame
    linking: pd.DataFrame
    model: Model
    effect_count: int


def attribution_effects(kept: KeptAttribution) -> Iterator[pd.DataFrame]:
    """One row a period, single period and group, some single periods at a time.

    Columns: period, start_date, end_date, key; portfolio_weight and benchmark_weight (divided by
    their sum), portfolio_return and benchmark_return (also of a group that the side has not),
    and the gains of groups without net capital where there are any, which are part of selection;
    allocation, selection, interaction, total; coefficient, and linked_* of the four effects: effect
    times coefficient. Where local returns are known also those of both sides, and local_* and
    currency_* of the four effects (times coefficient they are linked). The linked effects of a
    group over the single periods of a period sum to the group's effects of that period.
    """
    if kept.linking.empty:
        return
    laid, groups = _laid(kept.days)
    before = np.append(0, np.cumsum(np.bincount(laid.cells.column, minlength=len(laid.dates))))
    for _, linking in kept.linking.groupby("period", sort=False):
        start = np.searchsorted(laid.dates, as_days(linking["start_date"].to_numpy()))
        stop = np.searchsorted(laid.dates, as_days(linking["end_date"].to_numpy()), side="right")
        offsets = np.append(0, np.cumsum(before[stop] - before[start]))
        for first, last in chunks(offsets, BLOCK_CELLS):
            some = slice(first, last)
            yield _block(kept, laid, groups, linking.iloc[some], (start[some], stop[some]))


def _laid(days: pd.DataFrame) -> tuple[SideBySide, Groups]:
    numbers, keys = pd.factorize(days["key"])
    dimensions = list(json.loads(keys[0]))
    leaves = [leaf_of_key(key, dimensions) for key in keys]
    groups = groups_of(dimensions, leaves)
    code = groups.codes(leaves)[numbers]
    portfolio, benchmark = (_side(days, code, name) for name in ("portfolio", "benchmark"))
    return side_by_side(portfolio, benchmark, 0, 1, len(groups.leaves)), groups


def _side(days: pd.DataFrame, code: Integers, name: str) -> GroupSide:
    held = days[f"{name}_weight"].notna().to_numpy()
    rows = days[held]
    return GroupSide(
        dates=as_days(rows["perf_date"].to_numpy()),
        group=code[held],
        weight=rows[f"{name}_weight"].to_numpy(),
        return_base=rows[f"{name}_return"].to_numpy(),
        offsets=np.array([0, len(rows)]),
        return_local=_known(rows, f"{name}_return_local"),
        gain=_known(rows, f"{name}_gain"),
        local_gain=_known(rows, f"{name}_gain_local"),
    )


def _known(rows: pd.DataFrame, name: str) -> Floats | None:
    return rows[name].to_numpy() if name in rows else None


def _block(
    kept: KeptAttribution,
    laid: SideBySide,
    groups: Groups,
    linking: pd.DataFrame,
    rows: tuple[Integers, Integers],
) -> pd.DataFrame:
    """Effects of consecutive single periods of one period, single period by single period."""
    count = len(linking)
    pieces = Pieces(*rows, np.arange(count), np.array([0, count]))
    sides = periods_of(laid, pieces)
    single = completed(sides.cells, sides.portfolio, sides.benchmark)
    cells = single.cells
    coefficient = linking["coefficient"].to_numpy()[cells.column]
    columns = _columns(kept, single, coefficient)
    order = np.lexsort((cells.slot, cells.column))
    named = linking[["period", "start_date", "end_date"]].take(cells.column[order])
    keys = labels(groups.keys, laid.groups[0, cells.slot[order]])
    shown = {name: values[order] for name, values in columns.items()}
    return named.reset_index(drop=True).assign(key=keys, **shown)


def _columns(
    kept: KeptAttribution, single: SinglePeriods, coefficient: Floats
) -> dict[str, Floats]:
    portfolio, benchmark = single.portfolio, single.benchmark
    of_base = _effects(kept, single, single.returns)
    columns = {
        "portfolio_weight": portfolio.weight,
        "benchmark_weight": benchmark.weight,
        "portfolio_return": portfolio.base,
        "benchmark_return": benchmark.base,
        **_gains(kept, single),
        **of_base,
        "coefficient": coefficient,
        **{f"linked_{name}": values * coefficient for name, values in of_base.items()},
    }
    local = single.local_returns
    if local is None:
        return columns
    return {
        **columns,
        "portfolio_return_local": local.portfolio,
        "benchmark_return_local": local.benchmark,
        **_prefixed("local", _effects(kept, single, local)),
        **_prefixed("currency", _effects(kept, single, single.returns.less(local))),
    }


def _gains(kept: KeptAttribution, single: SinglePeriods) -> dict[str, Floats]:
    """Gains of groups without net capital, by the names that they have in the days."""
    gains = {
        "portfolio_gain": single.portfolio.gain,
        "benchmark_gain": single.benchmark.gain,
        "portfolio_gain_local": single.portfolio.local_gain,
        "benchmark_gain_local": single.benchmark.local_gain,
    }
    none = np.zeros(len(single.cells.column))
    return {
        name: none if values is None else values
        for name, values in gains.items()
        if name in kept.days
    }


def _prefixed(side: str, effects: dict[str, Floats]) -> dict[str, Floats]:
    return {f"{side}_{name}": values for name, values in effects.items()}


def _effects(kept: KeptAttribution, single: SinglePeriods, returns: Measured) -> dict[str, Floats]:
    """The four effects of returns; of two, interaction is in selection."""
    weights = single.portfolio.weight, single.benchmark.weight
    effects = single_effects(single.cells, *weights, returns, [kept.model])
    allocation, interaction = effects.allocation[kept.model], effects.interaction
    selection = effects.selection
    if kept.effect_count == 2:
        selection, interaction = selection + interaction, np.full(len(selection), np.nan)
    return {
        "allocation": allocation,
        "selection": selection,
        "interaction": interaction,
        "total": allocation + effects.selection + effects.interaction,
    }
