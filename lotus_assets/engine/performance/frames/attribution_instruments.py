"""What each instrument adds to its group's return, day by day."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.daily_returns import capitals, daily_returns, gains
from lotus_assets.engine.performance.formulas.segments import Floats, Integers, segment_of_rows
from lotus_assets.engine.performance.frames.attribution_sides import (
    AttributionSides,
    HeldInstruments,
)
from lotus_assets.engine.performance.frames.portfolio_parts import part_rows


def attribution_instruments(sides: AttributionSides) -> pd.DataFrame:
    """One row a portfolio, day and instrument; none where the portfolio is given as groups.

    Columns: portfolio_id, perf_date, key (of its group), instrument_id, capital and gain (in the
    portfolio's reporting currency), weight (capital ÷ the portfolio's), return (gain ÷ capital,
    missing without capital), contribution (gain ÷ the group's capital): over the instruments of a
    group and day the weights and contributions sum to the group's weight and return. Where the
    group has no net capital, contributions sum to its `portfolio_gain`.
    """
    held = sides.instruments
    if held is None:
        return pd.DataFrame()
    parts = held.parts
    rows = slice(0, len(parts.values.dates))
    capital = capitals(parts.values, rows)
    gain = gains(parts.values, rows, held.basis, capital)
    part, owner = part_rows(parts)
    day = parts.portfolio_row
    code = held.group[part]
    per_capital = daily_returns(parts.days.values, held.basis).per_capital[day]
    of_group = _group_capital(sides, held, day * len(sides.groups.leaves) + code, capital, gain)
    return pd.DataFrame(
        {
            "portfolio_id": sides.days.portfolio_id[owner],
            "perf_date": parts.values.dates.astype("datetime64[s]"),
            "key": sides.groups.keys[code],
            "instrument_id": parts.part_id[part],
            "capital": capital,
            "gain": gain,
            "weight": capital * per_capital,
            "return": _quotients(gain, capital),
            "contribution": _quotients(gain, of_group),
        }
    ).sort_values(["portfolio_id", "perf_date", "key", "instrument_id"], ignore_index=True)


def _group_capital(
    sides: AttributionSides, held: HeldInstruments, cell: Integers, capital: Floats, gain: Floats
) -> Floats:
    """What the gain of every row is divided by, for its cell (day and group).

    The group's capital; where it has none net, what makes its gain a part of the portfolio's
    return. NaN of a group that adds nothing.
    """
    cells, number = np.unique(cell, return_inverse=True)
    side = sides.portfolio
    owner = segment_of_rows(side.offsets)
    given = held.parts.days.rows_of(owner, side.dates) * len(sides.groups.leaves) + side.group
    is_net = ~np.isnan(side.return_base)
    sums = np.bincount(number, capital, len(cells))
    divisor = np.where(np.isin(cells, given[is_net]), sums, np.nan)
    if side.gain is not None:
        gained = np.flatnonzero(~is_net & (side.gain != 0))
        place = np.searchsorted(cells, given[gained])
        gains_of_cells = np.bincount(number, gain, len(cells))
        divisor[place] = gains_of_cells[place] / side.gain[gained]
    return divisor[number]


def _quotients(numerator: Floats, denominator: Floats) -> Floats:
    is_some = denominator != 0
    return np.where(is_some, numerator, np.nan) / np.where(is_some, denominator, 1.0)
