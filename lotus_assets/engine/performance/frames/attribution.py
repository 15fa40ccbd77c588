"""Attribution of portfolios' active returns to groups, levels and currencies (analytics.md §3)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.attribution import attribution
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.columns import summed
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.instrument_groups import reconciliation
from lotus_assets.engine.performance.formulas.linked_periods import Method
from lotus_assets.engine.performance.formulas.periods import Period, Windows
from lotus_assets.engine.performance.formulas.segments import segment_of_rows
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.formulas.variants import Variant
from lotus_assets.engine.performance.frames.attribution_sides import AttributionSides
from lotus_assets.engine.performance.frames.benchmark_days import FILLED, LINKED
from lotus_assets.engine.performance.frames.portfolio_parts import named_windows
from lotus_assets.engine.performance.frames.twr import STANDARD_PERIODS

EFFECTS = ["allocation", "selection", "interaction", "total"]
SIDES = ("local", "currency")
UNOBSERVED = (Status.WINDOW_TOO_SHORT, Status.NO_OBSERVATIONS)


@dataclass(frozen=True)
class AttributionOptions:
    """Which periods, whether interaction is an effect, and how long single periods are."""

    periods: tuple[Period, ...] = STANDARD_PERIODS
    effect_count: int = 3
    frequency: Frequency = Frequency.DAILY


@dataclass(frozen=True)
class AttributionResult:
    """Frames by variant (columns model and linking), portfolio_id and period, in the order asked.

    `totals`, one row each: requested_start_date, start_date, end_date, is_clamped,
    portfolio_return, benchmark_return, active_return (of the groups), linking_remainder (what NONE
    does not link), status, status_date (the day that decided it); own_return, own_status, fees,
    difference: the reconciliation, missing where the portfolio was given as groups;
    benchmark_days_linked and benchmark_days_filled.
    `groups`, of periods with days: key (JSON of its dimensions), portfolio_weight and
    benchmark_weight (means over the period's days), allocation, selection, interaction, total.
    `levels`: level (1 is the top), key, allocation, between, within, selection, interaction, total.
    `currency`: key, is_local_known, local_* and currency_* of the four effects.
    The effects of the groups, with linking_remainder, sum to active_return.
    """

    totals: pd.DataFrame
    groups: pd.DataFrame
    levels: pd.DataFrame
    currency: pd.DataFrame


def attributed(
    sides: AttributionSides,
    options: AttributionOptions,
    variants: Sequence[Variant] = (Variant(),),
) -> AttributionResult:
    """Attribution of every portfolio in every period by every variant.

    Raises ValueError for a period asked for twice, effects that are not 2 or 3, weights of a date
    that are off 1 by more than 1e-6, or dates that only one side has.
    """
    results = [_by_variant(sides, options, variant) for variant in variants]
    return AttributionResult(
        *(
            pd.concat([getattr(result, field.name) for result in results], ignore_index=True)
            for field in fields(AttributionResult)
        )
    )


def _by_variant(
    sides: AttributionSides, options: AttributionOptions, variant: Variant
) -> AttributionResult:
    windows = sides.days.windows(options.periods)
    depths = range(1, len(sides.groups.group_by) + 1)
    nodes = {str(depth): sides.groups.parents(depth) for depth in depths}
    method = Method(
        variant.model,
        options.effect_count,
        variant.linking,
        options.frequency,
        {name: parents for name, (parents, _) in nodes.items()},
    )
    found = attribution(sides.portfolio, sides.benchmark, windows, method)
    ordered = _Order(sides, options.periods)
    keys = {name: keys for name, (_, keys) in nodes.items()}
    frames = (
        _totals(sides, windows, found.totals),
        _groups(sides, windows, _observed(found.groups, found.totals)),
        _levels(_observed(found.levels, found.totals), keys),
        _currency(sides, _observed(found.currency, found.totals)),
    )
    named = {"model": str(variant.model), "linking": str(variant.linking)}
    return AttributionResult(*(ordered(rows).assign(**named) for rows in frames))


def attribution_days(sides: AttributionSides) -> pd.DataFrame:
    """One row a portfolio, day and group: weights and returns of both sides.

    Columns: portfolio_id, perf_date, key, portfolio_weight, portfolio_return, benchmark_weight,
    benchmark_return, portfolio_return_local and benchmark_return_local (where not known: the
    return itself). A side that has not the group is missing.
    """
    frames = [_rows(side, name) for name, side in _named(sides)]
    keys = ["owner", "perf_date", "code"]
    rows = frames[0].merge(frames[1], on=keys, how="outer").sort_values(keys, ignore_index=True)
    named = {
        "portfolio_id": sides.days.portfolio_id[rows["owner"].to_numpy()],
        "perf_date": rows["perf_date"],
        "key": sides.groups.keys[rows["code"].to_numpy()],
    }
    return pd.DataFrame({**named, **rows.drop(columns=keys)})


def _observed(rows: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Rows of periods that have days: of the others nothing is known."""
    if rows.empty:
        return rows
    keys = ["portfolio", "period"]
    without = totals.loc[totals["status"].isin(UNOBSERVED), keys]
    is_without = pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(without))
    return rows.loc[~is_without]


def _named(sides: AttributionSides) -> tuple[tuple[str, GroupSide], tuple[str, GroupSide]]:
    return ("portfolio", sides.portfolio), ("benchmark", sides.benchmark)


def _rows(side: GroupSide, name: str) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "owner": segment_of_rows(side.offsets),
        "perf_date": side.dates.astype("datetime64[s]"),
        "code": side.group,
        f"{name}_weight": side.weight,
        f"{name}_return": side.return_base,
    }
    if side.return_local is not None:
        columns[f"{name}_return_local"] = side.return_local
    return pd.DataFrame(columns)


def _totals(sides: AttributionSides, windows: Windows, totals: pd.DataFrame) -> pd.DataFrame:
    keys = ["portfolio", "period"]
    rows = named_windows(sides.days, windows).merge(totals, on=keys, validate="one_to_one")
    if sides.own is None:
        rows = rows.assign(own_return=np.nan, own_status=None, fees=np.nan, difference=np.nan)
    else:
        own = reconciliation(totals, windows, sides.own).drop(columns="group_return")
        rows = rows.merge(own, on=keys, validate="one_to_one")
    for kind in (LINKED, FILLED):
        rows[f"benchmark_days_{kind.lower()}"] = _counted(rows, sides.notes, kind)
    return rows


def _counted(rows: pd.DataFrame, notes: pd.DataFrame, kind: str) -> "pd.Series[int]":
    """Notes of a kind within each window."""
    own = notes[notes["kind"] == kind]
    pairs = rows.reset_index()[["index", "portfolio", "start_date", "end_date"]].merge(
        own, left_on="portfolio", right_on="owner"
    )
    inside = pairs[pairs["date"].between(pairs["start_date"], pairs["end_date"])]
    counts: pd.Series[int] = inside.groupby("index").size().reindex(rows.index, fill_value=0)
    return counts


def _groups(sides: AttributionSides, windows: Windows, groups: pd.DataFrame) -> pd.DataFrame:
    if groups.empty:
        return pd.DataFrame(columns=["portfolio", "period", "key", *EFFECTS])
    rows = groups.rename(columns={"group": "code"})
    for name, side in _named(sides):
        means = _mean_weights(side, windows, f"{name}_weight")
        rows = rows.merge(means, on=["portfolio", "period", "code"], how="left")
    weights = {name: rows[name].fillna(0.0) for name in ("portfolio_weight", "benchmark_weight")}
    keys = sides.groups.keys[rows["code"].to_numpy()]
    named = rows.assign(key=keys, **weights)
    return named[["portfolio", "period", "key", *weights, *EFFECTS]]


def _mean_weights(side: GroupSide, windows: Windows, name: str) -> pd.DataFrame:
    """Mean over the days of each window of every group's weight."""
    rows = pd.DataFrame(
        {
            "portfolio": segment_of_rows(side.offsets),
            "date": side.dates.astype("datetime64[s]"),
            "code": side.group,
            name: side.weight,
        }
    )
    parts: list[pd.DataFrame] = []
    for place, key in enumerate(windows.keys):
        own = windows.period == place
        starts, ends = windows.start_date[own], windows.end_date[own]
        owner = rows["portfolio"].to_numpy()
        inside = rows[(side.dates >= starts[owner]) & (side.dates <= ends[owner])]
        days = inside.groupby("portfolio")["date"].nunique()
        sums = summed(inside, ["portfolio", "code"], [name])
        sums[name] /= sums["portfolio"].map(days)
        parts.append(sums.assign(period=key))
    return pd.concat(parts, ignore_index=True)


def _levels(levels: pd.DataFrame, keys: dict[str, list[str]]) -> pd.DataFrame:
    columns = ["allocation", "between", "within", "selection", "interaction", "total"]
    if levels.empty:
        return pd.DataFrame(columns=["portfolio", "period", "level", "key", *columns])
    parts = [
        rows.assign(key=np.array(keys[str(name)], dtype=object)[rows["group"].to_numpy()])
        for name, rows in levels.groupby("level", sort=True)
    ]
    rows = pd.concat(parts)
    named: pd.DataFrame = rows.assign(level=rows["level"].astype(int))
    return named[["portfolio", "period", "level", "key", *columns]]


def _currency(sides: AttributionSides, currency: pd.DataFrame) -> pd.DataFrame:
    columns = [f"{side}_{effect}" for side in SIDES for effect in EFFECTS]
    if not currency.empty:
        currency = currency.loc[sides.has_local[currency["portfolio"].to_numpy()]]
    if currency.empty:
        return pd.DataFrame(columns=["portfolio", "period", "key", "is_local_known", *columns])
    unknown = pd.MultiIndex.from_frame(sides.unknown_local[["owner", "code"]])
    own = pd.MultiIndex.from_arrays([currency["portfolio"], currency["group"]])
    named: pd.DataFrame = currency.assign(
        key=sides.groups.keys[currency["group"].to_numpy()], is_local_known=~own.isin(unknown)
    )
    return named[["portfolio", "period", "key", "is_local_known", *columns]]


@dataclass(frozen=True)
class _Order:
    """Rows by portfolio and period in the order asked, each in its order, under portfolio ids."""

    sides: AttributionSides
    periods: tuple[Period, ...]

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        place = {period.key: at for at, period in enumerate(self.periods)}
        number = rows["portfolio"].to_numpy(np.int64)
        order = np.lexsort((rows["period"].map(place).to_numpy(np.int64), number))
        named = rows.assign(portfolio=self.sides.days.portfolio_id[number]).iloc[order]
        return named.rename(columns={"portfolio": "portfolio_id"}).reset_index(drop=True)
