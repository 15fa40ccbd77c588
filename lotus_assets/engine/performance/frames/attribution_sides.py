"""Both sides of an attribution, from instruments and benchmark groups or from groups alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import summed
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.group_sides import CURRENCY_TOLERANCE, GroupSide
from lotus_assets.engine.performance.formulas.instrument_groups import OwnReturns, instrument_groups
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    as_days,
    offsets_of,
    segment_of_rows,
)
from lotus_assets.engine.performance.frames.attribution_groups import (
    Groups,
    groups_of,
    leaf_of_key,
)
from lotus_assets.engine.performance.frames.benchmark_days import aligned, no_notes
from lotus_assets.engine.performance.frames.hierarchy import Leaf, leaves_of_parts
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.frames.portfolio_parts import PortfolioParts

CURRENCY = "currency"
"""The dimension by whose benchmark groups an instrument's currency return is known."""
OBSERVATION = {"weight_bop": "weight", "return_base": "base", "return_local": "local"}


@dataclass(frozen=True)
class AttributionSides:
    """What an attribution is of: one segment a portfolio of `days` on either side.

    `own` are the portfolios' own returns, where there are days of their own to take them from.
    `has_local`: portfolios whose benchmark's local returns are known. `unknown_local` (owner,
    code): groups without one on some day, whose whole return counts as local. `notes`: see
    `benchmark_days.AlignedDays`.
    """

    days: PortfolioDays
    groups: Groups
    portfolio: GroupSide
    benchmark: GroupSide
    own: OwnReturns | None
    has_local: Booleans
    unknown_local: pd.DataFrame
    notes: pd.DataFrame


def instrument_sides(
    parts: PortfolioParts,
    benchmark: pd.DataFrame,
    group_by: Sequence[str],
    currencies: Sequence[str],
    basis: Basis = Basis.NET,
) -> AttributionSides:
    """Sides of portfolios whose instruments have the dimensions `group_by`, in that order.

    `benchmark`: portfolio_id, key (JSON of the group's dimensions), perf_date, weight_bop,
    return_base, return_local, return_fx (missing where not supplied), in any order; groups that
    `group_by` does not tell apart are one. `currencies`: the reporting currency of each portfolio.
    With `currency` among the dimensions an instrument group's local return is its return less what
    the benchmark's groups of that currency gained by currency.
    Raises ValueError for what does not fit: see `GroupSide`, `aligned`.
    """
    leaves = leaves_of_parts(parts.dimensions)
    rows = _observations(parts.days, benchmark)
    _refuse(rows, rows["base"] < -1, "returned less than -1")
    keys, leaf_of = _leaves(rows, group_by)
    groups = groups_of(group_by, [*leaves, *leaf_of])
    coded = _coded(rows.assign(code=groups.codes(leaf_of)[keys]))
    laid = aligned(coded, parts.days)
    built = instrument_groups(
        parts.days.values,
        parts.values,
        parts.offsets,
        groups.codes(leaves),
        groups.unallocated,
        basis,
    )
    own, other = _rows(built.side), laid.rows
    if CURRENCY in groups.dimensions:
        own = own.assign(local=_local_returns(own, other, groups, currencies))
    else:
        other = other.assign(local=np.nan)
    return _sides(parts.days, groups, own, other, built.own, laid.notes)


def group_sides(
    days: PortfolioDays, portfolio: pd.DataFrame, benchmark: pd.DataFrame, group_by: Sequence[str]
) -> AttributionSides:
    """Sides of portfolios that are given as groups, as the benchmark is (see `instrument_sides`).

    Raises ValueError for what does not fit, and where the sides' dates differ.
    """
    given = [_observations(days, frame) for frame in (portfolio, benchmark)]
    numbered = [_leaves(rows, group_by) for rows in given]
    groups = groups_of(group_by, [leaf for _, leaves in numbered for leaf in leaves])
    coded = [
        _coded(rows.assign(code=groups.codes(leaves)[keys]))
        for rows, (keys, leaves) in zip(given, numbered, strict=True)
    ]
    return _sides(days, groups, coded[0], coded[1], None, no_notes())


def _sides(
    days: PortfolioDays,
    groups: Groups,
    own: pd.DataFrame,
    other: pd.DataFrame,
    returns: OwnReturns | None,
    notes: pd.DataFrame,
) -> AttributionSides:
    count = days.values.count
    has_local = np.zeros(count, bool)
    has_local[other.loc[other["local"].notna(), "owner"].unique()] = True
    both = pd.concat([own, other])
    is_unknown = both["local"].isna() & (both["weight"] != 0)
    return AttributionSides(
        days=days,
        groups=groups,
        portfolio=_side(own, count, bool(has_local.any())),
        benchmark=_side(other, count, bool(has_local.any())),
        own=returns,
        has_local=has_local,
        unknown_local=both.loc[is_unknown, ["owner", "code"]].drop_duplicates(ignore_index=True),
        notes=notes,
    )


def _observations(days: PortfolioDays, frame: pd.DataFrame) -> pd.DataFrame:
    """owner, date, key, weight, base, local, by owner, date and key; checked."""
    owner = pd.Index(days.portfolio_id).get_indexer(
        pd.Index(frame["portfolio_id"].to_numpy(dtype=object))
    )
    columns = {
        name: frame[source].to_numpy(np.float64) if source in frame else np.nan
        for source, name in OBSERVATION.items()
    }
    rows = pd.DataFrame(
        {
            "owner": owner,
            "date": as_days(frame["perf_date"].to_numpy()).astype("datetime64[s]"),
            "key": frame["key"].to_numpy(dtype=object),
            **columns,
            "fx": frame["return_fx"].to_numpy(np.float64) if "return_fx" in frame else np.nan,
        }
    ).sort_values(["owner", "date", "key"], ignore_index=True)
    for is_wrong, what in (
        (rows["owner"] < 0, "is of no portfolio that is listed"),
        (rows.duplicated(["owner", "date", "key"]), "comes twice"),
        (rows["weight"].isna(), "has no weight"),
        (rows["base"].isna() & (rows["weight"] != 0), "has a weight but no return"),
        (_is_off(rows), "(1 + return_local)(1 + return_fx) is not 1 + return_base"),
    ):
        _refuse(rows, is_wrong, what)
    return rows.drop(columns="fx")


def _refuse(rows: pd.DataFrame, is_wrong: "pd.Series[bool]", what: str) -> None:
    """Raises ValueError that names the first wrong row."""
    if is_wrong.any():
        row = rows[is_wrong].iloc[0]
        raise ValueError(f"group {row['key']} on {row['date']:%Y-%m-%d}: {what}")


def _is_off(rows: pd.DataFrame) -> "pd.Series[bool]":
    product = (1.0 + rows["local"]) * (1.0 + rows["fx"])
    return (product - (1.0 + rows["base"])).abs() > CURRENCY_TOLERANCE


def _leaves(rows: pd.DataFrame, group_by: Sequence[str]) -> tuple[Integers, list[Leaf]]:
    numbers, keys = pd.factorize(rows["key"], sort=True)
    return np.asarray(numbers, np.int64), [leaf_of_key(str(key), group_by) for key in keys]


def _coded(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an owner, date and code: groups that are not told apart are one."""
    keys = ["owner", "date", "code"]
    several = rows.duplicated(keys, keep=False)
    kept = rows.loc[~several].drop(columns="key")
    if not several.any():
        return kept.sort_values(keys, ignore_index=True)
    joined = rows[several]
    weighed = joined.assign(
        # A group without a local return is in the base currency.
        base=joined["weight"] * joined["base"].fillna(0.0),
        local=joined["weight"] * joined["local"].fillna(joined["base"]).fillna(0.0),
        is_unknown=joined["local"].isna(),
    )
    sums = summed(weighed, keys, ["weight", "base", "local"])
    weight = sums["weight"].where(sums["weight"] != 0)
    sums = sums.assign(base=sums["base"] / weight, local=sums["local"] / weight)
    unknown = weighed.groupby(keys)["is_unknown"].all().to_numpy()
    sums["local"] = sums["local"].where(~unknown)
    return pd.concat([kept, sums]).sort_values(keys, ignore_index=True)


def _side(rows: pd.DataFrame, count: int, with_local: bool) -> GroupSide:
    local = rows["local"].where(rows["local"].notna(), rows["base"]).to_numpy()
    return GroupSide(
        dates=as_days(rows["date"].to_numpy()),
        group=rows["code"].to_numpy(np.int64),
        weight=rows["weight"].to_numpy(),
        return_base=rows["base"].to_numpy(),
        offsets=offsets_of(rows["owner"].to_numpy(), count),
        return_local=local if with_local else None,
    )


def _rows(side: GroupSide) -> pd.DataFrame:
    """owner, date, code, weight, base of every row; no local return yet."""
    return pd.DataFrame(
        {
            "owner": segment_of_rows(side.offsets),
            "date": side.dates.astype("datetime64[s]"),
            "code": side.group,
            "weight": side.weight,
            "base": side.return_base,
            "local": np.nan,
        }
    )


def _local_returns(
    own: pd.DataFrame, benchmark: pd.DataFrame, groups: Groups, currencies: Sequence[str]
) -> Floats:
    """`(1 + base)/(1 + fx) - 1` of every row; NaN where the currency's return is not known."""
    place = groups.dimensions.index(CURRENCY)
    names = np.array([leaf[place] for leaf in groups.leaves], dtype=object)
    seen = benchmark[(benchmark["weight"] != 0) & (benchmark["local"] > -1)]
    known = seen.assign(
        currency=names[seen["code"].to_numpy()],
        fx=(1.0 + seen["base"]) / (1.0 + seen["local"]) - 1.0,
        size=seen["weight"].abs(),
    )
    # All groups of a currency say the same, but for rounding: the heaviest is taken.
    keys = ["owner", "date", "currency"]
    known = known.sort_values([*keys, "size", "code"]).drop_duplicates(keys, keep="last")
    rows = own.assign(currency=names[own["code"].to_numpy()])
    fx = rows.merge(known[[*keys, "fx"]], on=keys, how="left")["fx"].to_numpy(np.float64)
    reported = np.array(currencies, dtype=object)[own["owner"].to_numpy()]
    is_plain = (rows["currency"].to_numpy() == reported) | (
        own["code"].to_numpy() == groups.unallocated
    )
    local: Floats = (1.0 + own["base"].to_numpy()) / (1.0 + np.where(is_plain, 0.0, fx)) - 1.0
    return local
