"""Days of benchmark groups laid onto the days on which a portfolio was valued."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import summed
from lotus_assets.engine.performance.formulas.segments import as_days, segment_of_rows
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays

LINKED, LEFT_OUT, FILLED = "LINKED", "LEFT_OUT", "FILLED"
RETURNS = ("base", "local")
GAINS = ("gain", "local_gain")


@dataclass(frozen=True)
class AlignedDays:
    """`rows`: owner, date, code, weight, base, local, on exactly the portfolios' days.

    `notes` (owner, date, kind): benchmark days without a valuation, `LINKED` into the next valued
    day, or `LEFT_OUT` after the last one; valued days without a benchmark day, `FILLED` with 0.
    """

    rows: pd.DataFrame
    notes: pd.DataFrame


def aligned(rows: pd.DataFrame, days: PortfolioDays) -> AlignedDays:
    """`rows` (owner, date, code, weight, base, local) on the days of the portfolios.

    Where both have the same days nothing changes. Else a portfolio's day that covers several of
    the benchmark takes the first one's weights and the linked returns, as a coarser frequency
    does; a day that the benchmark has not takes the next day's weights and return 0: nothing was
    observed. Raises ValueError for a portfolio whose benchmark has no day at all.
    """
    valuations = pd.DataFrame(
        {"owner": segment_of_rows(days.values.offsets), "date": days.values.dates}
    ).assign(day=np.arange(len(days.values.dates)))
    placed = _placed(rows, days)
    differs = np.zeros(days.values.count, bool)
    differs[placed.loc[placed["is_before"] | (placed["day"] < 0), "owner"]] = True
    is_valued = np.zeros(len(valuations), bool)
    is_valued[placed.loc[~placed["is_before"] & (placed["day"] >= 0), "day"]] = True
    differs[valuations.loc[~is_valued, "owner"]] = True
    if not differs.any():
        return AlignedDays(rows, no_notes())
    lacking = np.setdiff1d(valuations["owner"].unique(), rows["owner"].unique())
    if len(lacking):
        raise ValueError(f"portfolio {days.portfolio_id[lacking[0]]}: its benchmark has no groups")
    is_differing = differs[rows["owner"].to_numpy()]
    placed = placed[is_differing]
    valued = valuations[differs[valuations["owner"].to_numpy()]]
    filled = _filled(valued, _linked(placed[placed["day"] >= 0]))
    laid_out = pd.concat([rows[~is_differing], filled[rows.columns]], ignore_index=True)
    notes = [
        placed.loc[placed["day"] < 0, ["owner", "date"]].assign(kind=LEFT_OUT),
        placed.loc[placed["is_before"], ["owner", "date"]].assign(kind=LINKED),
        filled.loc[filled["is_filled"], ["owner", "date"]].assign(kind=FILLED),
    ]
    return AlignedDays(
        laid_out.sort_values(["owner", "date", "code"], ignore_index=True),
        pd.concat(notes).drop_duplicates().sort_values(["owner", "date"], ignore_index=True),
    )


def no_notes() -> pd.DataFrame:
    """Where every day fits."""
    return pd.DataFrame(
        {
            "owner": np.empty(0, np.int64),
            "date": np.empty(0, "datetime64[s]"),
            "kind": np.empty(0, object),
        }
    )


def _placed(rows: pd.DataFrame, days: PortfolioDays) -> pd.DataFrame:
    """`day`: the first valued row not before each benchmark day, -1 after the last."""
    day = days.rows_of(rows["owner"], rows["date"])
    day = np.where(day < days.values.offsets[1:][rows["owner"]], day, -1)
    is_before = (day >= 0) & (days.values.dates[day] != as_days(rows["date"].to_numpy()))
    return rows.assign(day=day, is_before=is_before)


def _linked(placed: pd.DataFrame) -> pd.DataFrame:
    """One row a day and group: the first benchmark day's weight, the linked returns."""
    first = placed.groupby("day")["date"].transform("min")
    is_several = placed.groupby("day")["date"].transform("max") != first
    several = placed[is_several]
    if several.empty:
        return placed
    keys = ["owner", "day", "code"]
    with np.errstate(divide="ignore"):
        growth = several.assign(
            weight=several["weight"].where(several["date"] == first[is_several], 0.0),
            base=np.log1p(several["base"].fillna(0.0)),
            # A day without a local return counts as one in the base currency.
            local=np.log1p(several["local"].fillna(several["base"]).fillna(0.0)),
            **{f"{name}_days": several[name].notna() for name in RETURNS},
        )
    gains = [name for name in GAINS if name in several]
    for name in gains:
        growth[name] = several[name].where(several["date"] == first[is_several], 0.0)
    counted = ["weight", *RETURNS, *(f"{name}_days" for name in RETURNS), *gains]
    linked = summed(growth.sort_values("date", kind="stable"), keys, counted)
    for name in RETURNS:
        linked[name] = np.expm1(linked[name]).where(linked.pop(f"{name}_days") > 0)
    return pd.concat([placed[~is_several], linked], ignore_index=True)


def _filled(valued: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows on every valued day of each portfolio, dated by it."""
    rows = rows.drop(columns="date").merge(valued[["day", "date"]], on="day")
    rows = rows.assign(is_filled=False)
    lacking = valued[~valued["day"].isin(rows["day"])]
    present = np.sort(rows["day"].unique())
    portfolio_numbers = rows.drop_duplicates("day").set_index("day")["owner"]
    position = np.searchsorted(present, lacking["day"].to_numpy())
    later = present[np.minimum(position, len(present) - 1)]
    is_own = (position < len(present)) & (
        portfolio_numbers[later].to_numpy() == lacking["owner"].to_numpy()
    )
    earlier = present[np.maximum(position - 1, 0)]
    copied = lacking.assign(source=np.where(is_own, later, earlier), is_drifted=~is_own)
    more = copied.merge(
        rows.drop(columns=["owner", "date", "day"]),
        how="left",
        left_on="source",
        right_on=rows["day"],
    )
    grown = more["weight"] * (1.0 + more["base"].fillna(0.0))
    _, number = np.unique(more["day"], return_inverse=True)
    drifted = grown / np.bincount(number, grown)[number]
    more["weight"] = more["weight"].where(~more["is_drifted"], drifted)
    nothing = dict.fromkeys((*RETURNS, *(name for name in GAINS if name in rows)), 0.0)
    return pd.concat(
        [rows, more.assign(**nothing, is_filled=True)[rows.columns]], ignore_index=True
    )
