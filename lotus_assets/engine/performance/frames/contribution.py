"""Contributions of positions to their portfolios' returns (analytics.md §3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.contribution import contributions
from lotus_assets.engine.performance.formulas.contribution_levels import contribution_levels
from lotus_assets.engine.performance.formulas.daily_returns import (
    MONEY,
    Basis,
    capitals,
    daily_returns,
    gains,
)
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.periods import Period
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.frames.node_keys import node_keys
from lotus_assets.engine.performance.frames.portfolio_parts import (
    PortfolioParts,
    named_windows,
    part_rows,
)
from lotus_assets.engine.performance.frames.twr import STANDARD_PERIODS


@dataclass(frozen=True)
class ContributionOptions:
    """Which periods, net or gross of fees, how days are linked, and which dimensions the levels
    are made of, the outermost first."""

    periods: tuple[Period, ...] = STANDARD_PERIODS
    basis: Basis = Basis.NET
    linking: Linking = Linking.CARINO
    hierarchy: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContributionResult:
    """Frames by portfolio_id and period, in the order of the portfolios and periods asked for.

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


def contribution(parts: PortfolioParts, options: ContributionOptions) -> ContributionResult:
    """Contributions of all positions in all periods, linked alike, with their levels.

    `parts` has the hierarchy's dimensions. Raises ValueError where it has not, for a period asked
    for twice, or a linking that is not for contribution.
    """
    if parts.dimensions.shape[1] != len(options.hierarchy):
        raise ValueError("the parts were read with other dimensions than the hierarchy has")
    windows = parts.days.windows(options.periods)
    found = contributions(
        parts.days.values, parts.values, parts.offsets, windows, options.basis, options.linking
    )
    held = found.positions
    if len(held):
        held = held[held["return_status"] != Status.NO_OBSERVATIONS]
    levels = None
    if len(held) and options.hierarchy:
        levels = contribution_levels(held, parts.dimensions, list(parts.dimensions.columns))
    keys = ["portfolio", "period"]
    totals = named_windows(parts.days, windows)
    if len(found.totals):
        totals = totals.merge(found.totals, on=keys, validate="one_to_one")
    return ContributionResult(
        _by_portfolio(parts, options.periods, totals),
        _by_portfolio(parts, options.periods, _positions(parts, held)),
        _by_portfolio(parts, options.periods, _levels(levels, options.hierarchy)),
    )


def contribution_days(parts: PortfolioParts, basis: Basis = Basis.NET) -> pd.DataFrame:
    """One row a position and day: what its contribution of the day is made of.

    Columns: portfolio_id, position_id, perf_date, the five amounts, gain, weight (capital ÷ the
    portfolio's), position_return, contribution (gain ÷ the portfolio's capital).
    """
    part, owner = part_rows(parts)
    values, rows = parts.values, slice(0, len(parts.values.dates))
    per_capital = daily_returns(parts.days.values, basis).per_capital[parts.portfolio_row]
    capital = capitals(values, rows)
    gain = gains(values, rows, basis, capital)
    return pd.DataFrame(
        {
            "portfolio_id": parts.days.portfolio_id[owner],
            "position_id": parts.part_id[part],
            "perf_date": values.dates,
            **{name: getattr(values, name) for name in MONEY},
            "gain": gain,
            "weight": capital * per_capital,
            "position_return": daily_returns(values, basis).returns,
            "contribution": gain * per_capital,
        }
    )


def _positions(parts: PortfolioParts, held: pd.DataFrame) -> pd.DataFrame:
    columns = ["contribution", "average_weight", "position_return", "return_status"]
    if held.empty:
        return pd.DataFrame(columns=["portfolio", "period", "position_id", *columns])
    named = held.rename(columns={"return": "position_return"}).sort_values("position")
    named = named.assign(position_id=parts.part_id[named["position"].to_numpy()])
    return named[["portfolio", "period", "position_id", *columns]]


def _levels(levels: pd.DataFrame | None, hierarchy: Sequence[str]) -> pd.DataFrame:
    columns = ["portfolio", "period", "level", "key", "contribution", "average_weight"]
    if levels is None or levels.empty:
        return pd.DataFrame(columns=columns)
    return levels.assign(key=node_keys(levels, hierarchy))[columns]


def _by_portfolio(
    parts: PortfolioParts, periods: tuple[Period, ...], rows: pd.DataFrame
) -> pd.DataFrame:
    """Rows by portfolio and period in the order asked, each in its order, under portfolio ids."""
    place = {period.key: at for at, period in enumerate(periods)}
    number = rows["portfolio"].to_numpy(np.int64)
    order = np.lexsort((rows["period"].map(place).to_numpy(np.int64), number))
    named = rows.assign(portfolio=parts.days.portfolio_id[number]).iloc[order]
    return named.rename(columns={"portfolio": "portfolio_id"}).reset_index(drop=True)
