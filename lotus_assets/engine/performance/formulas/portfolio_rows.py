"""Which row of its portfolio a position's row belongs to: the one of the same day."""

import numpy as np

from lotus_assets.engine.performance.formulas.daily_returns import DailyValues
from lotus_assets.engine.performance.formulas.segments import Integers, as_offsets, expand


def portfolio_rows(
    portfolios: DailyValues,
    positions: DailyValues,
    position_offsets: Integers,
    first: int,
    last: int,
) -> Integers:
    """Row of the portfolio for every position row of portfolios [first, last), in chunk numbers.

    Portfolio rows count from the chunk's first. `position_offsets` cuts the positions by portfolio.
    Raises ValueError where a position has a day that its portfolio has not. Found through a table
    of calendar days, one a portfolio: a search for every row would take ten times as long.
    """
    opening, closing = portfolios.offsets[first:last], portfolios.offsets[first + 1 : last + 1]
    days = portfolios.dates.view(np.int64)
    filled = closing > opening
    begins, ends = np.zeros(last - first, np.int64), np.zeros(last - first, np.int64)
    begins[filled], ends[filled] = days[opening[filled]], days[closing[filled] - 1] + 1
    table_starts = np.append(0, np.cumsum(ends - begins))
    portfolio_number, _ = expand(closing - opening)
    table = np.full(int(table_starts[-1]) + 1, -1, np.int64)
    chunk_days = days[portfolios.offsets[first] : portfolios.offsets[last]]
    table[table_starts[portfolio_number] + chunk_days - begins[portfolio_number]] = np.arange(
        len(chunk_days)
    )
    held = slice(int(position_offsets[first]), int(position_offsets[last]))
    counts = np.diff(positions.offsets[held.start : held.stop + 1])
    holder = np.repeat(np.arange(last - first), np.diff(position_offsets[first : last + 1]))
    rows = slice(int(positions.offsets[held.start]), int(positions.offsets[held.stop]))
    position_days = positions.dates.view(np.int64)[rows]
    at = position_days + np.repeat((table_starts[:-1] - begins)[holder], counts)
    outside = (at < np.repeat(table_starts[:-1][holder], counts)) | (
        at >= np.repeat(table_starts[1:][holder], counts)
    )
    row_numbers = table[np.where(outside, len(table) - 1, at)] if outside.any() else table[at]
    if (row_numbers < 0).any():
        row = int(np.argmin(row_numbers))
        raise ValueError(
            f"position row {row + rows.start} of {positions.dates[row + rows.start]} has no "
            "portfolio row of that day"
        )
    return row_numbers


def checked_position_offsets(
    portfolios: DailyValues, positions: DailyValues, position_offsets: Integers
) -> Integers:
    """Offsets of the positions by portfolio. Raises ValueError where they do not fit."""
    offsets = as_offsets(position_offsets, positions.count)
    if len(offsets) != portfolios.count + 1:
        raise ValueError(
            f"position offsets are for {len(offsets) - 1} portfolios, not {portfolios.count}"
        )
    return offsets
