"""Observed groups of benchmarks, or of portfolios given as groups: ordered, checked, coded."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import summed
from lotus_assets.engine.performance.formulas.identities import is_off_currency
from lotus_assets.engine.performance.formulas.segments import Booleans, Integers, as_days
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays

OBSERVATION = {
    "weight_bop": "weight",
    "return_base": "base",
    "return_local": "local",
    "return_fx": "fx",
}
CELL = ["owner", "date", "code"]


def group_observations(
    days: PortfolioDays, frame: pd.DataFrame
) -> tuple[pd.DataFrame, Sequence[str]]:
    """owner, date, key (a number), weight, base, local, by owner, date and key; and the keys.

    `frame`: portfolio_id, key, perf_date, weight_bop, return_base and perhaps return_local and
    return_fx. Raises ValueError, for the reader, where a group is of no portfolio that is listed,
    comes twice, has no weight, a weight without return, or returns that contradict each other.
    """
    portfolio_number, names = pd.factorize(frame["portfolio_id"])
    portfolio_number = pd.Index(days.portfolio_id).get_indexer(pd.Index(names, dtype=object))[
        portfolio_number
    ]
    key, keys = _ranked(frame["key"])
    dates = as_days(frame["perf_date"].to_numpy())
    order = np.lexsort((key, dates, portfolio_number))
    columns = {
        name: frame[source].to_numpy(np.float64, na_value=np.nan)[order]
        if source in frame
        else np.nan
        for source, name in OBSERVATION.items()
    }
    rows = pd.DataFrame(
        {
            "owner": portfolio_number[order],
            "date": dates[order].astype("datetime64[s]"),
            "key": key[order],
            **columns,
        }
    )
    is_off = is_off_currency(*(rows[name].to_numpy() for name in ("base", "local", "fx")))
    for is_wrong, what in (
        (rows["owner"] < 0, "is of no portfolio that is listed"),
        (_is_again(rows, "key"), "comes twice"),
        (rows["weight"].isna(), "has no weight"),
        (rows["base"].isna() & (rows["weight"] != 0), "has a weight but no return"),
        (is_off, "(1 + return_local)(1 + return_fx) is not 1 + return_base"),
    ):
        refuse(rows, keys, np.asarray(is_wrong), what)
    return rows.drop(columns="fx"), keys


def refuse(rows: pd.DataFrame, keys: Sequence[str], is_wrong: Booleans, what: str) -> None:
    """Raises ValueError that names the first wrong row."""
    if is_wrong.any():
        row = rows.iloc[int(np.argmax(is_wrong))]
        raise ValueError(f"group {keys[row['key']]} on {row['date']:%Y-%m-%d}: {what}")


def _ranked(keys: "pd.Series[str]") -> tuple[Integers, list[str]]:
    """The number of every key among all keys, ascending."""
    numbers, distinct = pd.factorize(keys)
    names = np.asarray(distinct, dtype=object)
    order = np.argsort(names)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[numbers], names[order].tolist()


def _is_again(rows: pd.DataFrame, name: str) -> Booleans:
    """Rows, by owner, date and `name`, that have all three from the row before."""
    is_again = np.zeros(len(rows), bool)
    columns = [rows[column].to_numpy() for column in ("owner", "date", name)]
    is_again[1:] = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    return is_again


def coded_groups(rows: pd.DataFrame, codes: Integers) -> pd.DataFrame:
    """One row an owner, date and code (of each key): groups that are not told apart are one."""
    rows = rows.assign(code=codes[rows["key"].to_numpy()]).drop(columns="key")
    order = np.lexsort([rows[name].to_numpy() for name in CELL[::-1]])
    ordered = rows.take(order).reset_index(drop=True)
    is_again = _is_again(ordered, "code")
    if not is_again.any():
        return ordered
    is_several = is_again.copy()
    is_several[:-1] |= is_again[1:]
    joined = _joined(rows.take(np.sort(order[is_several])))
    return pd.concat([ordered[~is_several], joined]).sort_values(CELL, ignore_index=True)


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Groups of one code as one: the sum of their weights, and the weighted returns."""
    weighed = rows.assign(
        # A group without a local return is in the base currency.
        base=rows["weight"] * rows["base"].fillna(0.0),
        local=rows["weight"] * rows["local"].fillna(rows["base"]).fillna(0.0),
        is_unknown=rows["local"].isna(),
    )
    sums = summed(weighed, CELL, ["weight", "base", "local"])
    weight = sums["weight"].where(sums["weight"] != 0)
    sums = sums.assign(base=sums["base"] / weight, local=sums["local"] / weight)
    unknown = weighed.groupby(CELL)["is_unknown"].all().to_numpy()
    return sums.assign(local=sums["local"].where(~unknown))
