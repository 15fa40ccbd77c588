"""Days of portfolios and of what they are made of: positions, or instruments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.daily_returns import MONEY, DailyValues
from lotus_assets.engine.performance.formulas.portfolio_rows import portfolio_rows
from lotus_assets.engine.performance.formulas.segments import (
    Integers,
    as_days,
    offsets_of,
    segment_of_rows,
)
from lotus_assets.engine.performance.frames.part_names import PORTFOLIO
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays, portfolio_days


@dataclass(frozen=True)
class PortfolioParts:
    """Portfolios, and one segment of `values` a part: portfolio by portfolio, by id.

    `owner` is the number of each part's portfolio, `offsets` cuts the parts by portfolio, and
    `dimensions` has one row a part (index: its number) and one column a dimension, called by its
    place ("0", "1", …): text, or missing.
    """

    days: PortfolioDays
    part_id: NDArray[np.object_]
    owner: Integers
    offsets: Integers
    values: DailyValues
    dimensions: pd.DataFrame

    @property
    def portfolio_row(self) -> Integers:
        """Row of `days.values` of every row of `values`: the portfolio's own of the same day."""
        whole = self.days.values
        return portfolio_rows(whole, self.values, self.offsets, 0, whole.count)


def portfolio_parts(
    points: pd.DataFrame,
    portfolios: pd.DataFrame,
    metas: pd.DataFrame,
    names: Sequence[str] = (),
) -> PortfolioParts:
    """Portfolios and parts from frames in any order of rows.

    `points`: portfolio_id, part (`portfolio`, or anything else for a part), part_id, perf_date
    and the five amounts. `portfolios`: as for `portfolio_days`. `metas`: portfolio_id, part_id
    and meta (a mapping); of it the dimensions `names` are kept, an absent one as missing.
    Raises ValueError for points of a portfolio that is not listed, two points of a part on one
    day, or a part's day that its portfolio has not.
    """
    is_own = (points["part"] == PORTFOLIO).to_numpy()
    days = portfolio_days(points[is_own], portfolios)
    held = points[~is_own]
    portfolio_number = pd.Index(days.portfolio_id).get_indexer(
        pd.Index(held["portfolio_id"].to_numpy(dtype=object))
    )
    if (portfolio_number < 0).any():
        unknown = held["portfolio_id"].iloc[int(np.argmax(portfolio_number < 0))]
        raise ValueError(f"portfolio {unknown} has points but is not listed")
    codes, ids = pd.factorize(held["part_id"].to_numpy(dtype=object), sort=True)
    dates = as_days(held["perf_date"].to_numpy())
    order = np.lexsort((dates, codes, portfolio_number))
    pair = portfolio_number[order] * max(len(ids), 1) + codes[order]
    pairs, number = np.unique(pair, return_inverse=True)
    part_owner, part_id = pairs // max(len(ids), 1), ids[pairs % max(len(ids), 1)]
    _check_days(days, part_owner[number], part_id[number], dates[order], number)
    begin_mv, bod_cf, eod_cf, mgmt_fees, end_mv = (
        held[name].to_numpy(np.float64)[order] for name in MONEY
    )
    values = DailyValues(
        dates=dates[order],
        begin_mv=begin_mv,
        bod_cf=bod_cf,
        eod_cf=eod_cf,
        mgmt_fees=mgmt_fees,
        end_mv=end_mv,
        offsets=offsets_of(number, len(pairs)),
    )
    named = _dimensions(days.portfolio_id[part_owner], part_id, metas, names)
    offsets = offsets_of(part_owner, days.values.count)
    return PortfolioParts(days, part_id, part_owner, offsets, values, named)


def listed_metas(
    listed: Mapping[str, Sequence[Mapping[str, Any]]], identifier: str
) -> pd.DataFrame:
    """portfolio_id, part_id and meta of every part that is listed by portfolio; `identifier` is
    the field of an entry that names it."""
    rows = [
        (portfolio_id, entry[identifier], entry["meta"])
        for portfolio_id, entries in listed.items()
        for entry in entries
    ]
    return pd.DataFrame(rows, columns=["portfolio_id", "part_id", "meta"])


def _check_days(
    days: PortfolioDays,
    portfolio_number: Integers,
    part_id: NDArray[np.object_],
    dates: NDArray[np.datetime64],
    number: Integers,
) -> None:
    """Raises ValueError, for the reader, where a part's day comes twice or is not its owner's."""
    twice = (number[1:] == number[:-1]) & (dates[1:] == dates[:-1])
    whole = pd.MultiIndex.from_arrays([segment_of_rows(days.values.offsets), days.values.dates])
    alone = whole.get_indexer(pd.MultiIndex.from_arrays([portfolio_number, dates])) < 0
    for wrong, shift, what in (
        (twice, 1, "comes twice"),
        (alone, 0, "is no day of the portfolio's own points"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong)) + shift
            raise ValueError(
                f"portfolio {days.portfolio_id[portfolio_number[row]]}, {part_id[row]}: "
                f"{dates[row]} {what}"
            )


def _dimensions(
    portfolio_number: NDArray[np.object_],
    part_id: NDArray[np.object_],
    metas: pd.DataFrame,
    names: Sequence[str],
) -> pd.DataFrame:
    known = pd.MultiIndex.from_frame(metas[["portfolio_id", "part_id"]].astype(object))
    first = ~known.duplicated()
    listed = metas["meta"].to_numpy(dtype=object)[first]
    position = known[first].get_indexer(pd.MultiIndex.from_arrays([portfolio_number, part_id]))
    metas_of_parts = [{} if at < 0 else listed[at] for at in position.tolist()]
    columns = {
        str(at): np.array([meta.get(name) for meta in metas_of_parts], dtype=object)
        for at, name in enumerate(names)
    }
    return pd.DataFrame(columns, index=range(len(metas_of_parts)), dtype=object)


def part_rows(parts: PortfolioParts) -> tuple[Integers, Integers]:
    """Number of the part, and of its portfolio, of every row of `parts.values`."""
    part = segment_of_rows(parts.values.offsets)
    return part, parts.owner[part]
