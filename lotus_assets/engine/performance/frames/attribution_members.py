"""The given groups of which a coarser group is made, day by day."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.segments import Booleans
from lotus_assets.engine.performance.frames.attribution_groups import Groups
from lotus_assets.engine.performance.frames.group_observations import CELL
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays

COLUMNS = ["portfolio_id", "side", "perf_date", "key", "member_key", "weight", "return"]
COLUMNS += ["return_local", "contribution"]


def group_members(
    days: PortfolioDays, groups: Groups, side: str, given: pd.DataFrame, coded: pd.DataFrame
) -> pd.DataFrame:
    """One row a portfolio, day and given group that `group_by` does not tell from another.

    `given`: owner, date, code, member_key, weight, base, local, and `coded` the groups made of them
    (`coded_groups`). Columns: portfolio_id, side, perf_date (as observed), key (of the coarser
    group), member_key, weight, return, return_local, contribution (weight · return ÷ the group's
    weight): over the members of a group and day the weights and contributions sum to the group's
    weight and return. Where the group has no net weight, contributions are ÷ the side's whole
    weight and sum to the group's gain.
    """
    rows = given[given.duplicated(CELL, keep=False)]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    index = pd.MultiIndex.from_frame(coded[CELL])
    weight = coded["weight"].set_axis(index).reindex(pd.MultiIndex.from_frame(rows[CELL]))
    whole = given.groupby(["owner", "date"])["weight"].sum()
    whole = whole.reindex(pd.MultiIndex.from_frame(rows[["owner", "date"]]))
    is_net: Booleans = weight.to_numpy() != 0
    divisor = np.where(is_net, weight.to_numpy(), whole.to_numpy())
    gained = rows["weight"].to_numpy() * rows["base"].fillna(0.0).to_numpy()
    return pd.DataFrame(
        {
            "portfolio_id": days.portfolio_id[rows["owner"].to_numpy()],
            "side": side,
            "perf_date": rows["date"].to_numpy(),
            "key": groups.keys[rows["code"].to_numpy()],
            "member_key": rows["member_key"].to_numpy(),
            "weight": rows["weight"].to_numpy(),
            "return": rows["base"].to_numpy(),
            "return_local": rows["local"].to_numpy(),
            "contribution": gained / divisor,
        },
        columns=COLUMNS,
    )
