"""Contributions of positions to their portfolios' returns ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import labels, taken
from lotus_assets.engine.performance.formulas.contribution import contributions, linked_days
from lotus_assets.engine.performance.formulas.contribution_levels import contribution_levels
from lotus_assets.engine.performance.formulas.daily_returns import (
    MONEY,
    Basis,
    capitals,
    daily_returns,
    gains,
)
from lotus_assets.engine.performance.formulas.periods import (
    STANDARD_PERIODS,
    ReportingPeriod,
    Windows,
)
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets.engine.performance.frames.hierarchy import hierarchy_of, leaves_of_parts
from lotus_assets.engine.performance.frames.named_rows import named_rows, named_windows
from lotus_assets.engine.performance.frames.portfolio_parts import PortfolioParts, part_rows

ROW = ["variant", "portfolio", "period"]


@dataclass(frozen=True)
class ContributionOptions:
    """Which periods, and which dimensions the levels are made of, the outermost first."""

    periods: tuple[ReportingPeriod, ...] = STANDARD_PERIODS
    hierarchy: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContributionResult:
    """Frames by variant (columns metric_basis and linking), portfolio_id and period, in the order
    asked.

    `totals`, one row each: requested_start_date, start_date, end_date, is_clamped,
    portfolio_return (linked on signed capital), fees, unexplained, status, status_date.
    `positions`, those with a day in the period: position_id, contribution, average_weight,
    position_return, return_status.
    `levels`, one row a node of the hierarchy: level (1 is the top), key (JSON: the node's
    dimensions), contribution, average_weight.
    The positions (or the nodes of one level), fees and unexplained sum to portfolio_return.
    """

    totals: pd.DataFrame
    positions: pd.DataFrame
    levels: pd.DataFrame


def contributed(
    parts: PortfolioParts,
    options: ContributionOptions,
    variants: Sequence[ContributionVariant] = (ContributionVariant(),),
) -> ContributionResult:
    """Contributions of all positions in all periods by all variants, linked alike, with levels.

    `parts` has the hierarchy's dimensions. Raises ValueError where it has not, for a period asked
    for twice, or no variant.
    """
    if parts.dimensions.shape[1] != len(options.hierarchy):
        raise ValueError("the parts were read with other dimensions than the hierarchy has")
    windows = parts.days.windows(options.periods)
    linked = contributions(parts.days.values, parts.values, parts.offsets, windows, variants)
    is_held = linked.positions["return_status"] != Status.NO_OBSERVATIONS
    held = linked.positions[is_held]
    variant_names = {
        "metric_basis": [str(variant.basis) for variant in variants],
        "linking": [str(variant.linking) for variant in variants],
    }
    frames = (
        _totals(parts, windows, linked.totals),
        _positions(parts, held),
        _levels(parts, held, options.hierarchy),
    )
    return ContributionResult(
        *(named_rows(frame, parts.days.portfolio_id, variant_names) for frame in frames)
    )


def contribution_days(parts: PortfolioParts, basis: Basis = Basis.NET) -> pd.DataFrame:
    """One row a position and day: what its contribution of the day is made of.

    Columns: portfolio_id, position_id, perf_date, the five amounts, gain (before fees), weight
    (capital ÷ the portfolio's), position_return, contribution (gain ÷ the portfolio's capital).
    """
    part, portfolio_number = part_rows(parts)
    values, rows = parts.values, slice(0, len(parts.values.dates))
    per_capital = daily_returns(parts.days.values, basis).per_capital[parts.portfolio_row]
    capital = capitals(values, rows)
    gain = gains(values, rows, Basis.GROSS, capital)
    return pd.DataFrame(
        {
            "portfolio_id": parts.days.portfolio_id[portfolio_number],
            "position_id": parts.part_id[part],
            "perf_date": values.dates,
            **{name: getattr(values, name) for name in MONEY},
            "gain": gain,
            "weight": capital * per_capital,
            "position_return": daily_returns(values, basis).returns,
            "contribution": gain * per_capital,
        }
    )


def contribution_linking(
    parts: PortfolioParts,
    periods: tuple[ReportingPeriod, ...],
    variant: ContributionVariant = ContributionVariant(),  # noqa: B008  (frozen)
) -> pd.DataFrame:
    """One row a portfolio, period and day: what the day counts for in linked contributions.

    Columns: portfolio_id, period, perf_date, portfolio_return, fees, unexplained (÷ the
    portfolio's capital), coefficient. A position's contribution of the period is the sum over its
    days of contribution (see `contribution_days`) times coefficient; fees and unexplained likewise.
    """
    windows = parts.days.windows(periods)
    days = parts.days.values
    linked = linked_days(days, parts.values, parts.offsets, windows, variant)
    window = linked.pop("window").to_numpy()
    named = {
        "portfolio_id": parts.days.portfolio_id[windows.portfolio[window]],
        "period": windows.key[window],
        "perf_date": days.dates[linked.pop("row").to_numpy()],
    }
    return pd.concat([pd.DataFrame(named), linked], axis="columns")


def _totals(parts: PortfolioParts, windows: Windows, totals: pd.DataFrame) -> pd.DataFrame:
    dates = named_windows(parts.days, windows).drop(columns=["portfolio", "period"])
    every = np.tile(np.arange(len(windows)), len(totals) // max(len(windows), 1))
    return pd.concat([totals, taken(dates, every)], axis=1)


def _positions(parts: PortfolioParts, held: pd.DataFrame) -> pd.DataFrame:
    columns = ["contribution", "average_weight", "position_return", "return_status"]
    named = held.rename(columns={"return": "position_return"})
    identifiers = labels(parts.part_id, held["position"].to_numpy())
    return named.assign(position_id=identifiers)[[*ROW, "position_id", *columns]]


def _levels(parts: PortfolioParts, held: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    columns = [*ROW, "level", "key", "contribution", "average_weight"]
    leaves = leaves_of_parts(parts.dimensions)
    hierarchy = hierarchy_of(names, leaves)
    nodes = contribution_levels(held, hierarchy.codes(leaves), hierarchy.levels)
    if nodes.empty:
        return pd.DataFrame(columns=columns)
    keys = hierarchy.node_keys(nodes["level"].to_numpy(), nodes["group"].to_numpy())
    return nodes.assign(key=keys)[columns]
