"""Attribution of portfolios' active returns to groups, levels and currencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.attribution import attribute_groups
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.columns import labels, taken
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.instrument_groups import reconciliation
from lotus_assets.engine.performance.formulas.periods import (
    STANDARD_PERIODS,
    ReportingPeriod,
    Windows,
)
from lotus_assets.engine.performance.formulas.segments import segment_of_rows
from lotus_assets.engine.performance.formulas.variants import AttributionMethod, Variant
from lotus_assets.engine.performance.frames.attribution_sides import AttributionSides
from lotus_assets.engine.performance.frames.benchmark_days import FILLED, LINKED
from lotus_assets.engine.performance.frames.named_rows import named_rows, named_windows

EFFECTS = ["allocation", "selection", "interaction", "total"]
SIDES = ("local", "currency")
ROW = ["variant", "portfolio", "period"]


@dataclass(frozen=True)
class AttributionOptions:
    """Which periods, whether interaction is an effect, how long single periods are, and whether to
    tell what each of them counts for."""

    periods: tuple[ReportingPeriod, ...] = STANDARD_PERIODS
    effect_count: int = 3
    frequency: Frequency = Frequency.DAILY
    with_linking: bool = False


@dataclass(frozen=True)
class AttributionResult:
    """Frames by variant (columns model and linking), portfolio_id and period, in the order asked.

    `totals`, one row each: requested_start_date, start_date, end_date, is_clamped,
    portfolio_return, benchmark_return, active_return (of the groups), linking_remainder (what NONE
    does not link), status, status_date (the day that decided it); own_return, own_status, fees,
    difference: the reconciliation, missing where the portfolio was given as groups;
    benchmark_days_linked and benchmark_days_filled; no_net_capital_days (on which a group of either
    side gained without net capital).
    `groups`, of periods with days: key (JSON of its dimensions), portfolio_weight and
    benchmark_weight (means over the period's days), allocation, selection, interaction, total.
    `levels`: level (1 is the top), key, allocation, between, within, selection, interaction, total.
    `currency`: key, is_local_known, local_* and currency_* of the four effects.
    `linking`, where asked for, a row a single period: start_date and end_date (first and last day),
    portfolio_return, benchmark_return, coefficient (missing where nothing is linked).
    The effects of the groups, with linking_remainder, sum to active_return.
    """

    totals: pd.DataFrame
    groups: pd.DataFrame
    levels: pd.DataFrame
    currency: pd.DataFrame
    linking: pd.DataFrame


def attributed(
    sides: AttributionSides,
    options: AttributionOptions,
    variants: Sequence[Variant] = (Variant(),),
) -> AttributionResult:
    """Attribution of every portfolio in every period by every variant.

    Raises ValueError for a period asked for twice, no variant, effects that are not 2 or 3, weights
    of a date that are off 1 by more than 1e-6, or dates that only one side has.
    """
    windows = sides.days.windows(options.periods)
    method = AttributionMethod(
        tuple(variants),
        options.effect_count,
        options.frequency,
        sides.groups.levels,
        options.with_linking,
    )
    linked = attribute_groups(sides.portfolio, sides.benchmark, windows, method)
    variant_names = {
        "model": [str(variant.model) for variant in variants],
        "linking": [str(variant.linking) for variant in variants],
    }
    frames = (
        _totals(sides, windows, linked.totals),
        _groups(sides, linked.groups),
        _levels(sides, linked.levels),
        _currency(sides, windows, linked.currency),
        _linking(linked.linking),
    )
    return AttributionResult(
        *(named_rows(frame, sides.days.portfolio_id, variant_names) for frame in frames)
    )


def attribution_days(sides: AttributionSides) -> pd.DataFrame:
    """One row a portfolio, day and group: weights and returns of both sides.

    Columns: portfolio_id, perf_date, key, portfolio_weight, portfolio_return, benchmark_weight,
    benchmark_return, portfolio_return_local and benchmark_return_local (where not known: the
    return itself), and where a group gained without net capital portfolio_gain and benchmark_gain
    (÷ the side's capital) with portfolio_gain_local and benchmark_gain_local. A side that has not
    the group is missing.
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
    if side.gain is not None:
        columns[f"{name}_gain"] = side.gain
    if side.local_gain is not None:
        columns[f"{name}_gain_local"] = side.local_gain
    return pd.DataFrame(columns)


def _totals(sides: AttributionSides, windows: Windows, totals: pd.DataFrame) -> pd.DataFrame:
    """Totals with what every variant has in common: dates, the reconciliation, benchmark days."""
    shared = named_windows(sides.days, windows)
    if sides.own is None:
        reconciled = pd.DataFrame({"own_return": np.nan, "own_status": None}, index=shared.index)
        reconciled = reconciled.assign(fees=np.nan, difference=np.nan)
    else:
        group_return = totals["portfolio_return"].to_numpy()[: len(windows)]
        reconciled = reconciliation(group_return, windows, sides.own).drop(columns="group_return")
    counts = {
        f"benchmark_days_{kind.lower()}": _counted(shared, sides.notes[sides.notes["kind"] == kind])
        for kind in (LINKED, FILLED)
    }
    without_capital = sides.no_net_capital.drop_duplicates(["owner", "date"])
    counts["no_net_capital_days"] = _counted(shared, without_capital)
    dates = shared.drop(columns=["portfolio", "period"])
    every = np.tile(np.arange(len(windows)), len(totals) // max(len(windows), 1))
    of_windows = pd.concat([dates, reconciled], axis=1).assign(**counts)
    return pd.concat([totals, taken(of_windows, every)], axis=1)


def _counted(windows: pd.DataFrame, days: pd.DataFrame) -> "pd.Series[int]":
    """How many of the days (owner, date) are within each window."""
    pairs = windows.reset_index()[["index", "portfolio", "start_date", "end_date"]].merge(
        days, left_on="portfolio", right_on="owner"
    )
    inside = pairs[pairs["date"].between(pairs["start_date"], pairs["end_date"])]
    counts: pd.Series[int] = inside.groupby("index").size().reindex(windows.index, fill_value=0)
    return counts


def _groups(sides: AttributionSides, groups: pd.DataFrame) -> pd.DataFrame:
    keys = labels(sides.groups.keys, groups["group"].to_numpy())
    columns = ["portfolio_weight", "benchmark_weight", *EFFECTS]
    return groups.assign(key=keys)[[*ROW, "key", *columns]]


def _levels(sides: AttributionSides, levels: pd.DataFrame) -> pd.DataFrame:
    keys = sides.groups.node_keys(levels["level"].to_numpy(), levels["group"].to_numpy())
    columns = ["allocation", "between", "within", "selection", "interaction", "total"]
    return levels.assign(key=keys)[[*ROW, "level", "key", *columns]]


def _linking(linking: pd.DataFrame) -> pd.DataFrame:
    columns = ["start_date", "end_date", "portfolio_return", "benchmark_return", "coefficient"]
    return linking.reindex(columns=[*ROW, *columns])


def _currency(sides: AttributionSides, windows: Windows, currency: pd.DataFrame) -> pd.DataFrame:
    columns = [f"{side}_{effect}" for side in SIDES for effect in EFFECTS]
    if currency.empty:
        return pd.DataFrame(columns=[*ROW, "key", "is_local_known", *columns])
    rows = currency.loc[sides.has_local[currency["portfolio"].to_numpy()]]
    days = named_windows(sides.days, windows).merge(
        sides.unknown_local, left_on="portfolio", right_on="owner"
    )
    inside = days[days["date"].between(days["start_date"], days["end_date"])]
    unknown = pd.MultiIndex.from_frame(inside[["portfolio", "code", "period"]].astype(object))
    pairs = pd.MultiIndex.from_frame(rows[["portfolio", "group", "period"]].astype(object))
    keys = labels(sides.groups.keys, rows["group"].to_numpy())
    named: pd.DataFrame = rows.assign(key=keys, is_local_known=~pairs.isin(unknown))
    return named[[*ROW, "key", "is_local_known", *columns]]
