"""Money-weighted returns of portfolios: XIRR and Modified Dietz."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.calendar_days import DAY, days_between
from lotus_assets.engine.performance.formulas.cash_flows import CashFlows
from lotus_assets.engine.performance.formulas.dated_series import Dated
from lotus_assets.engine.performance.formulas.internal_rate import SHORT_PERIOD_DAYS, internal_rates
from lotus_assets.engine.performance.formulas.last_valuations import stale_since
from lotus_assets.engine.performance.formulas.modified_dietz import (
    FlowTiming,
    dietz_weights,
    modified_dietz,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    offsets_of,
    search_in_segments,
    segment_of_rows,
    segment_sums,
)
from lotus_assets.engine.performance.formulas.statuses import Reason, Status

EXTERNAL = "external_flow"
STALE_SINCE = "stale_since"


class Method(StrEnum):
    """How a rate is worked out."""

    XIRR = "XIRR"
    MODIFIED_DIETZ = "MODIFIED_DIETZ"


@dataclass(frozen=True)
class MwrOptions:
    """Which methods, and when in its day a flow comes (which does not affect XIRR)."""

    methods: tuple[Method, ...] = (Method.XIRR, Method.MODIFIED_DIETZ)
    flow_timing: FlowTiming = FlowTiming.END


def mwr(windows: pd.DataFrame, flows: pd.DataFrame, options: MwrOptions) -> pd.DataFrame:
    """One row a window and method, window by window.

    `windows`: start_date, end_date, begin_mv, end_mv, and any columns that name it, which the
    result begins with. `flows`: window (its row's number), date, amount, and perhaps type: only
    `external_flow`, or a flow without a type, counts. The order of flows changes nothing.
    Columns added: flow_count and net_flow of the external flows, method, annual_rate,
    period_return (missing where it is past float64: status OVERFLOW), status, reason (None where
    there is a rate), roots (annual rates, a list), residual and iterations (of XIRR),
    average_capital (of Modified Dietz), is_short_period. A window that has stale_since (see
    `up_to_last_valuation`) has no annual rate by Modified Dietz.

    Raises ValueError for an inverted window, a flow outside its window, or an amount that is
    missing.
    """
    money = _cash_flows(windows, flows)
    named = windows.reset_index(drop=True).assign(
        flow_count=np.diff(money.offsets),
        net_flow=segment_sums(money.amounts, money.offsets),
    )
    is_stale = np.zeros(len(windows), bool)
    if STALE_SINCE in windows:
        is_stale = windows[STALE_SINCE].notna().to_numpy()
    solved = {
        method: _xirr(money)
        if method is Method.XIRR
        else _dietz(money, options.flow_timing, is_stale)
        for method in options.methods
    }
    parts = [
        named.assign(method=str(method), **columns, is_short_period=money.days < SHORT_PERIOD_DAYS)
        for method, columns in solved.items()
    ]
    return _window_by_window(parts, len(windows))


def mwr_flows(
    windows: pd.DataFrame, flows: pd.DataFrame, options: MwrOptions, annual_rates: Floats
) -> pd.DataFrame:
    """What the rates are worked out from: a row a flow of the investor, window by window.

    Columns: window, date, kind (BEGIN_MV, FLOW, END_MV), amount (paid in negative), days since
    the start, weight (of Modified Dietz; 1 of BEGIN_MV, none of END_MV), discounted_amount at the
    window's annual rate by XIRR, NaN where there is none: their sum is 0.
    """
    money = _cash_flows(windows, flows)
    numbers = np.arange(len(windows))
    parts = [
        (numbers, money.start_date, "BEGIN_MV", -money.begin_mv, 1.0),
        (
            segment_of_rows(money.offsets),
            money.flow_dates,
            "FLOW",
            -money.amounts,
            dietz_weights(money, options.flow_timing),
        ),
        (numbers, money.end_date, "END_MV", money.end_mv, np.nan),
    ]
    names = ("window", "date", "kind", "amount", "weight")
    frame = pd.concat([pd.DataFrame(dict(zip(names, part, strict=True))) for part in parts])
    frame = frame.sort_values("window", kind="stable", ignore_index=True)
    window = frame["window"].to_numpy()
    days = days_between(money.start_date[window], as_days(frame["date"].to_numpy()))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        discount = np.exp(-np.log1p(annual_rates)[window] * days / 365.0)
    return frame.assign(days=days, discounted_amount=frame["amount"].to_numpy() * discount)


def up_to_last_valuation(
    windows: pd.DataFrame,
    flows: pd.DataFrame,
    closed: Days,
    portfolio_numbers: Integers,
    valuations: Dated,
) -> pd.DataFrame:
    """`windows` that end where their portfolios closed, with stale_since (NaT: not stale).

    `closed`: a day a window, NaT for what is open; a window is not cut before its last flow.
    `portfolio_numbers`: the segment of `valuations` of each window's portfolio, -1 where its
    valuations are not known.
    """
    starts, ends = (as_days(windows[name].to_numpy()) for name in ("start_date", "end_date"))
    last_flows = flows.groupby("window")["date"].max().reindex(range(len(windows))).to_numpy()
    until = np.fmax(closed, as_days(last_flows))
    ends = np.where((closed >= starts) & (until < ends), until, ends)
    known = np.flatnonzero(portfolio_numbers >= 0)
    firsts = valuations.offsets[:-1][portfolio_numbers[known]]
    stops = valuations.offsets[1:][portfolio_numbers[known]]
    begins = search_in_segments(valuations.dates, firsts, stops, starts[known])
    stops = search_in_segments(valuations.dates, begins, stops, as_days(ends[known] + DAY))
    stale = as_days(np.full(len(windows), "NaT"))
    stale[known] = stale_since(valuations.dates, firsts, begins, stops, ends[known])
    dates = {"end_date": ends.astype("datetime64[s]"), STALE_SINCE: stale.astype("datetime64[s]")}
    return windows.assign(**dates)


def _cash_flows(windows: pd.DataFrame, flows: pd.DataFrame) -> CashFlows:
    """The windows' external flows, in segments."""
    external = flows if "type" not in flows else flows[flows["type"].isin([EXTERNAL, None, np.nan])]
    ordered = external.iloc[np.argsort(external["window"].to_numpy(), kind="stable")]
    return CashFlows(
        start_date=as_days(windows["start_date"].to_numpy()),
        end_date=as_days(windows["end_date"].to_numpy()),
        begin_mv=windows["begin_mv"].to_numpy(np.float64),
        end_mv=windows["end_mv"].to_numpy(np.float64),
        flow_dates=as_days(ordered["date"].to_numpy()),
        amounts=ordered["amount"].to_numpy(np.float64),
        offsets=offsets_of(ordered["window"].to_numpy(), len(windows)),
    )


def _xirr(money: CashFlows) -> dict[str, Any]:
    rates = internal_rates(money)
    is_endless = np.isinf(rates.period_rate)
    return {
        "annual_rate": rates.annual_rate,
        "period_return": np.where(is_endless, np.nan, rates.period_rate),
        "status": np.where(is_endless, Status.OVERFLOW, rates.status),
        "reason": _reasons(rates.reason),
        "roots": _lists(rates.roots, rates.root_offsets),
        "residual": rates.residual,
        "iterations": rates.iterations.astype(np.float64),
        "average_capital": np.nan,
    }


def _dietz(money: CashFlows, timing: FlowTiming, is_stale: Booleans) -> dict[str, Any]:
    dietz = modified_dietz(money, timing)
    is_endless = np.isinf(dietz.period_return)
    reason = np.full(money.count, Reason.NONE, dtype=object)
    reason[is_stale] = Reason.STALE_VALUATIONS
    return {
        "annual_rate": np.where(is_stale | is_endless, np.nan, dietz.annual_rate),
        "period_return": np.where(is_endless, np.nan, dietz.period_return),
        "status": np.where(is_endless, Status.OVERFLOW, dietz.status),
        "reason": _reasons(reason),
        "roots": _lists(np.empty(0), np.zeros(money.count + 1, np.int64)),
        "residual": np.nan,
        "iterations": np.nan,
        "average_capital": dietz.average_capital,
    }


def _reasons(reason: NDArray[np.object_]) -> NDArray[np.object_]:
    """None where there is no reason."""
    reasons = reason.copy()
    reasons[reasons == Reason.NONE] = None
    return reasons


def _lists(values: Floats, offsets: Integers) -> NDArray[np.object_]:
    lists = np.empty(len(offsets) - 1, dtype=object)
    listed = values.tolist()
    lists[:] = [listed[first:last] for first, last in pairwise(offsets)]
    return lists


def _window_by_window(parts: Sequence[pd.DataFrame], count: int) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame()
    order = np.arange(count * len(parts)).reshape(len(parts), count).T.ravel()
    return pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)
