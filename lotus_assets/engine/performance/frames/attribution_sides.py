"""Both sides of an attribution, from instruments and benchmark groups or from groups alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.instrument_groups import OwnReturns, instrument_groups
from lotus_assets.engine.performance.formulas.received_returns import (
    ObservedReturns,
    ReceivedReturns,
)
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
from lotus_assets.engine.performance.frames.attribution_members import group_members
from lotus_assets.engine.performance.frames.benchmark_days import aligned, no_notes
from lotus_assets.engine.performance.frames.group_observations import (
    coded_groups,
    group_observations,
    refuse,
)
from lotus_assets.engine.performance.frames.hierarchy import Leaf, leaves_of_parts
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.frames.portfolio_parts import PortfolioParts

CURRENCY = "currency"
"""The dimension by whose benchmark groups an instrument's currency return is known."""
SIDES = ("portfolio", "benchmark")


@dataclass(frozen=True)
class HeldInstruments:
    """Instruments that a portfolio's side is built from, the group (code) of each, and whether
    their gains are net of fees."""

    parts: PortfolioParts
    group: Integers
    basis: Basis


@dataclass(frozen=True)
class AttributionSides:
    """What an attribution is of: one segment a portfolio of `days` on either side.

    `own` are the portfolios' own returns, where there are days of their own to take them from.
    `no_net_capital` (owner, date, code, side): groups with a gain but no net capital.
    `has_local`: portfolios whose benchmark's local returns are known. `unknown_local` (owner,
    code, date): groups without one on a day, whose whole return counts as local. `notes`: see
    `benchmark_days.AlignedDays`. `instruments` are missing where the portfolio is given as groups.
    `members`: the given groups that `group_by` does not tell apart (see `group_members`).
    """

    days: PortfolioDays
    groups: Groups
    portfolio: GroupSide
    benchmark: GroupSide
    no_net_capital: pd.DataFrame
    own: OwnReturns | None
    has_local: Booleans
    unknown_local: pd.DataFrame
    notes: pd.DataFrame
    members: pd.DataFrame
    instruments: HeldInstruments | None = None


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
    rows, keys = group_observations(parts.days, benchmark)
    refuse(rows, keys, (rows["base"] < -1).to_numpy(), "returned less than -1")
    leaf_of = [leaf_of_key(key, group_by) for key in keys]
    groups = groups_of(group_by, [*leaves, *leaf_of])
    coded = _coded(parts.days, groups, "benchmark", (rows, keys, leaf_of))
    laid = aligned(coded.rows, parts.days)
    instruments = HeldInstruments(parts, groups.codes(leaves), basis)
    is_as_received = _is_as_received(rows, laid.notes)
    built = instrument_groups(
        parts.days.values,
        parts.values,
        parts.offsets,
        instruments.group,
        groups.unallocated,
        basis,
    )
    held, other = _rows(built.side), laid.rows
    if CURRENCY in groups.dimensions:
        growth = _currency_growth(held, other, parts.days, groups, currencies)
        held = held.assign(local=(1.0 + held["base"]) / growth - 1.0)
        if "gain" in held:
            held["local_gain"] = held["gain"] / growth
    else:
        other = other.assign(local=np.nan)
        if "gain" in other:
            other["local_gain"] = other["gain"]
    received = built.side.returns_received, _observed(rows[is_as_received], parts.days)
    sides = _sides(parts.days, groups, (held, other), received, built.own, laid.notes)
    return replace(sides, instruments=instruments, members=coded.members)


def group_sides(
    days: PortfolioDays, portfolio: pd.DataFrame, benchmark: pd.DataFrame, group_by: Sequence[str]
) -> AttributionSides:
    """Sides of portfolios that are given as groups, as the benchmark is (see `instrument_sides`).

    Raises ValueError for what does not fit, and where the sides' dates differ.
    """
    given = [group_observations(days, frame) for frame in (portfolio, benchmark)]
    leaves = [[leaf_of_key(key, group_by) for key in keys] for _, keys in given]
    groups = groups_of(group_by, chain.from_iterable(leaves))
    held, other = (
        _coded(days, groups, side, (rows, keys, leaf_of))
        for side, (rows, keys), leaf_of in zip(SIDES, given, leaves, strict=True)
    )
    received = _observed(given[0][0], days), _observed(given[1][0], days)
    sides = _sides(days, groups, (held.rows, other.rows), received, None, no_notes())
    return replace(sides, members=pd.concat([held.members, other.members], ignore_index=True))


@dataclass(frozen=True)
class _Coded:
    """Groups as `group_by` tells them apart, and the members of those that are several."""

    rows: pd.DataFrame
    members: pd.DataFrame


def _coded(
    days: PortfolioDays,
    groups: Groups,
    side: str,
    given: tuple[pd.DataFrame, Sequence[str], Sequence[Leaf]],
) -> _Coded:
    rows, keys, leaf_of = given
    codes = groups.codes(leaf_of)
    coded = coded_groups(rows, codes)
    number = rows["key"].to_numpy()
    named = rows.assign(code=codes[number], member_key=np.asarray(keys, dtype=object)[number])
    return _Coded(coded, group_members(days, groups, side, named, coded))


def _is_as_received(rows: pd.DataFrame, notes: pd.DataFrame) -> Booleans:
    """Rows of portfolios whose benchmark has their days: of the others it was laid onto them."""
    return ~rows["owner"].isin(notes["owner"]).to_numpy()


def _observed(rows: pd.DataFrame, days: PortfolioDays) -> ObservedReturns:
    return ObservedReturns(
        as_days(rows["date"].to_numpy()),
        offsets_of(rows["owner"].to_numpy(), days.values.count),
        rows["weight"].to_numpy(),
        rows["base"].to_numpy(),
    )


def _sides(
    days: PortfolioDays,
    groups: Groups,
    sides: tuple[pd.DataFrame, pd.DataFrame],
    received: tuple[ReceivedReturns, ReceivedReturns],
    returns: OwnReturns | None,
    notes: pd.DataFrame,
) -> AttributionSides:
    held, other = sides
    count = days.values.count
    has_local = np.zeros(count, bool)
    has_local[other.loc[other["local"].notna(), "owner"].unique()] = True
    both = pd.concat([held, other])
    is_unknown = both["local"].isna() & (both["weight"] != 0)
    if "gain" in both:
        is_unknown |= both["local_gain"].isna() & (both["gain"].fillna(0.0) != 0)
    with_local = bool(has_local.any())
    return AttributionSides(
        days=days,
        groups=groups,
        portfolio=_side(held, count, with_local, received[0]),
        benchmark=_side(other, count, with_local, received[1]),
        no_net_capital=_without_capital(held, other),
        own=returns,
        has_local=has_local,
        unknown_local=both.loc[is_unknown, ["owner", "code", "date"]].drop_duplicates(
            ignore_index=True
        ),
        notes=notes,
        members=pd.DataFrame(),
    )


def _without_capital(held: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Groups of either side that gained without net capital, day by day."""
    gained = [
        rows.loc[rows["gain"] != 0, ["owner", "date", "code"]].assign(side=side)
        for side, rows in zip(SIDES, (held, other), strict=True)
        if "gain" in rows
    ]
    if not gained:
        return no_notes().assign(code=np.empty(0, np.int64), side=None).drop(columns="kind")
    return pd.concat(gained).sort_values(["owner", "date", "code"], ignore_index=True)


def _side(rows: pd.DataFrame, count: int, with_local: bool, received: ReceivedReturns) -> GroupSide:
    local = rows["local"].where(rows["local"].notna(), rows["base"]).to_numpy()
    gain = local_gain = None
    if "gain" in rows:
        gain = rows["gain"].to_numpy()
        local_gain = rows["local_gain"].where(rows["local_gain"].notna(), rows["gain"]).to_numpy()
    return GroupSide(
        dates=as_days(rows["date"].to_numpy()),
        group=rows["code"].to_numpy(np.int64),
        weight=rows["weight"].to_numpy(),
        return_base=rows["base"].to_numpy(),
        offsets=offsets_of(rows["owner"].to_numpy(), count),
        return_local=local if with_local else None,
        gain=gain,
        local_gain=local_gain if with_local else None,
        received=received,
    )


def _rows(side: GroupSide) -> pd.DataFrame:
    """owner, date, code, weight, base, and gains where there are any; nothing local yet."""
    rows = pd.DataFrame(
        {
            "owner": segment_of_rows(side.offsets),
            "date": side.dates.astype("datetime64[s]"),
            "code": side.group,
            "weight": side.weight,
            "base": side.return_base,
            "local": np.nan,
        }
    )
    return rows if side.gain is None else rows.assign(gain=side.gain, local_gain=np.nan)


def _currency_growth(
    held: pd.DataFrame,
    benchmark: pd.DataFrame,
    days: PortfolioDays,
    groups: Groups,
    currencies: Sequence[str],
) -> Floats:
    """1 + the currency's return for every row; NaN where it is not known."""
    dimension = groups.dimensions.index(CURRENCY)
    names = np.array([leaf[dimension] for leaf in groups.leaves], dtype=object)
    distinct, currency = np.unique(names, return_inverse=True)
    seen = benchmark[(benchmark["weight"] != 0) & (benchmark["local"] > -1)]
    # All groups of a currency say the same, but for rounding: the heaviest is taken, last written.
    seen = seen.iloc[np.lexsort((seen["code"], seen["weight"].abs()))]
    known = np.full((len(days.values.dates), len(distinct)), np.nan)
    at = days.rows_of(seen["owner"], seen["date"]), currency[seen["code"]]
    known[at] = (1.0 + seen["base"]) / (1.0 + seen["local"])
    code = held["code"].to_numpy()
    growth = known[days.rows_of(held["owner"], held["date"]), currency[code]]
    reported = np.array(currencies, dtype=object)[held["owner"].to_numpy()]
    is_plain = (names[code] == reported) | (code == groups.unallocated)
    return np.where(is_plain, 1.0, growth)
