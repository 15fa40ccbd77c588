"""Observed groups of benchmarks, or of portfolios given as groups: ordered, checked, coded."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import summed
from lotus_assets.engine.performance.formulas.identities import NO_CAPITAL, is_off_currency
from lotus_assets.engine.performance.formulas.received_decimals import (
    UNIT,
    exact,
    quotients,
    sums_by_segment,
)
from lotus_assets.engine.performance.formulas.segments import Booleans, Integers, as_days
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays

OBSERVATION = {
    "weight_bop": "weight",
    "return_base": "base",
    "return_local": "local",
    "return_fx": "fx",
}
CELL = ["owner", "date", "code"]
NEARLY_NONE = 1e-3
"""Net weight under this share of the gross is summed from the decimals."""


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
    """One row an owner, date and code (of each key): groups that are not told apart are one.

    Where one of those has a gain without net capital, its weight is 0, it has no return, and
    columns `gain` and `local_gain` hold Σ weight·return; without any there are no such columns.
    """
    rows = rows.assign(code=codes[rows["key"].to_numpy()]).drop(columns="key")
    order = np.lexsort([rows[name].to_numpy() for name in CELL[::-1]])
    ordered = rows.take(order).reset_index(drop=True)
    is_again = _is_again(ordered, "code")
    if not is_again.any():
        return ordered
    is_several = is_again.copy()
    is_several[:-1] |= is_again[1:]
    joined = _joined(rows.take(np.sort(order[is_several])))
    if not joined["gain"].any():
        joined = joined.drop(columns=["gain", "local_gain"])
    coded = pd.concat([ordered[~is_several], joined]).sort_values(CELL, ignore_index=True)
    return _of_whole_weights(coded, ordered) if "gain" in joined else coded


def _of_whole_weights(coded: pd.DataFrame, received: pd.DataFrame) -> pd.DataFrame:
    """Gains as shares of the whole side: the weights of a day may sum to a little off 1."""
    sums = received.groupby(["owner", "date"])["weight"].sum()
    whole = sums.reindex(pd.MultiIndex.from_frame(coded[["owner", "date"]])).to_numpy()
    return coded.assign(
        **{name: coded[name].fillna(0.0).to_numpy() / whole for name in ("gain", "local_gain")}
    )


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Groups of one code as one: the sum of their weights, and the weighted returns."""
    weighed = rows.assign(
        # A group without a local return is in the base currency.
        base=rows["base"].fillna(0.0),
        local=rows["local"].fillna(rows["base"]).fillna(0.0),
        is_unknown=rows["local"].isna(),
    ).sort_values(CELL, kind="stable")
    products = {name: weighed["weight"] * weighed[name] for name in ("base", "local")}
    gross = weighed["weight"].abs()
    sums = summed(weighed.assign(**products, gross=gross), CELL, ["weight", *products, "gross"])
    firsts = np.flatnonzero(~_is_again(weighed.reset_index(drop=True), "code"))
    _take_exactly(sums, weighed, firsts)
    is_none = (sums["weight"].abs() < NO_CAPITAL * sums["gross"]) | (sums["weight"] == 0)
    weight = sums["weight"].where(~is_none)
    unknown = np.logical_and.reduceat(weighed["is_unknown"].to_numpy(), firsts)
    return sums.drop(columns="gross").assign(
        weight=weight.fillna(0.0),
        base=sums["base"] / weight,
        local=(sums["local"] / weight).where(~unknown),
        gain=sums["base"].where(is_none, 0.0),
        local_gain=sums["local"].where(is_none, 0.0),
    )


def _take_exactly(sums: pd.DataFrame, rows: pd.DataFrame, firsts: Integers) -> None:
    """Sums of weights that cancel, from the decimals; `rows` are by cell, each from its first."""
    cancels = (sums["weight"].abs() <= NEARLY_NONE * sums["gross"]).to_numpy()
    if not cancels.any():
        return
    of_cell = np.repeat(cancels, np.diff(np.append(firsts, len(rows))))
    starts = np.append(0, np.cumsum(np.diff(np.append(firsts, len(rows)))[cancels]))[:-1]
    weight = exact(rows["weight"].to_numpy()[of_cell])
    at = np.flatnonzero(cancels)
    sums.loc[at, "weight"] = quotients(sums_by_segment(weight, starts), UNIT)
    for name in ("base", "local"):
        product = weight * exact(rows[name].to_numpy()[of_cell])
        sums.loc[at, name] = quotients(sums_by_segment(product, starts), UNIT * UNIT)
