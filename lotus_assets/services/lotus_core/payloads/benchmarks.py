"""Benchmarks from their constituents: weights that drift between rebalances, and returns."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import read_columns, read_row
from lotus_assets.services.lotus_core.payloads.calendars import Days, as_days
from lotus_assets.services.lotus_core.payloads.context import ReferenceContext
from lotus_assets.services.problems import insufficient

Numbers = NDArray[np.float64]
WEIGHTS = {
    "effective_date": "date",
    "constituent_id": "text",
    "weight": "amount",
    "instrument_type": "text",
    "currency": "text",
}
RETURNS = {"constituent_id": "text", "return_date": "date", "return_local": "amount"}


@dataclass(frozen=True)
class BenchmarkDays:
    """Days by constituents: weights at the start of the day, returns in two currencies.

    `constituents` has instrument_id, instrument_type and currency, in the order of the columns.
    """

    dates: Days
    constituents: pa.Table
    weights: Numbers
    returns_local: Numbers
    returns_base: Numbers

    @property
    def total(self) -> Numbers:
        """The benchmark's own daily return."""
        return np.asarray((self.weights * self.returns_base).sum(axis=1))


def benchmark_days(
    connection: Connection,
    reference: ReferenceContext,
    benchmark_id: str,
    start: dt.date,
    end: dt.date,
    currency: str,
) -> BenchmarkDays:
    """The benchmark's days in [start, end], returns in `currency`.

    A constituent's return in `currency` is (1 + local)(1 + fx) - 1, fx from the previous
    observation's rate to the day's.

    Raises:
        ServiceProblem: INSUFFICIENT_DATA where weights, returns or rates are missing.
    """
    parameters = {
        **reference.snapshot.parameters,
        "benchmark_id": benchmark_id,
        "start_date": start,
        "end_date": end,
    }
    weights = read_columns(connection, "benchmark_weights", parameters, WEIGHTS)
    if len(weights) == 0:
        raise insufficient(f"benchmark {benchmark_id} has no constituents by {end}")
    rebalances, segments = np.unique(as_days(weights["effective_date"]), return_inverse=True)
    names, columns = np.unique(
        np.asarray(weights["constituent_id"].to_pylist(), dtype=str), return_inverse=True
    )
    target = np.zeros((len(rebalances), len(names)))
    target[segments, columns] = weights["weight"].cast(pa.float64()).to_numpy()
    firsts = np.unique(columns, return_index=True)[1]
    constituents = weights.take(pa.array(firsts)).rename_columns(
        {"constituent_id": "instrument_id"}
    )
    from_rebalance = {**parameters, "start_date": rebalances[0].item()}
    returns = read_columns(
        connection,
        "constituent_returns",
        {**from_rebalance, "constituents": names.tolist()},
        RETURNS,
    )
    dates, local = _matrix(returns, names, rebalances, target, benchmark_id)
    before = read_row(connection, "observation_before", from_rebalance)
    since = before["return_date"] if before else None
    fx = _currency_returns(connection, reference, constituents, dates, since, currency)
    base = (1 + local) * (1 + fx) - 1
    drifted = _drifted(target, np.searchsorted(rebalances, dates, side="right") - 1, base)
    kept = dates >= np.datetime64(start, "D")
    if not kept.any():
        raise insufficient(f"benchmark {benchmark_id} has no returns from {start} to {end}")
    return BenchmarkDays(dates[kept], constituents, drifted[kept], local[kept], base[kept])


def _matrix(
    returns: pa.Table, names: NDArray[np.str_], rebalances: Days, target: Numbers, benchmark_id: str
) -> tuple[Days, Numbers]:
    """Local returns by observation day and constituent; 0 where the weight is 0."""
    dates, rows = np.unique(as_days(returns["return_date"]), return_inverse=True)
    columns = np.searchsorted(names, np.asarray(returns["constituent_id"].to_pylist(), dtype=str))
    local = np.full((len(dates), len(names)), np.nan)
    local[rows, columns] = returns["return_local"].cast(pa.float64()).to_numpy()
    held = target[np.searchsorted(rebalances, dates, side="right") - 1] != 0
    observed = (held & ~np.isnan(local)).any(axis=1)
    dates, local, held = dates[observed], local[observed], held[observed]
    lacking = held & np.isnan(local)
    if lacking.any():
        row, column = np.argwhere(lacking)[0]
        raise insufficient(
            f"benchmark {benchmark_id}: constituent {names[column]} has no return on {dates[row]}"
        )
    return dates, np.where(held, local, 0.0)


def _drifted(target: Numbers, segment: NDArray[np.int64], base: Numbers) -> Numbers:
    """Weights at the start of each day: the rebalance's, grown by the days since, sum 1.

    The rebalance's own again where nothing is left of all that was held.
    """
    weights = np.empty_like(base)
    for number in np.unique(segment):
        days = np.flatnonzero(segment == number)
        growth = np.cumprod(1 + base[days], axis=0)
        grown = target[number] * np.vstack([np.ones(base.shape[1]), growth[:-1]])
        left = grown.sum(axis=1, keepdims=True)
        weights[days] = np.where(left == 0, target[number], grown / np.where(left == 0, 1.0, left))
    return weights


def _currency_returns(
    connection: Connection,
    reference: ReferenceContext,
    constituents: pa.Table,
    dates: Days,
    since: dt.date | None,
    currency: str,
) -> Numbers:
    """What each constituent's currency gained in `currency` since the previous observation.

    `since` is the last observation before `dates`; None: there is none, the day before counts.
    """
    returns = np.zeros((len(dates), len(constituents)))
    currencies = np.asarray(constituents["currency"].to_pylist(), dtype=str)
    for name in np.unique(currencies):
        if name == currency or len(dates) == 0:
            continue
        first = dates[0] - 1 if since is None else np.datetime64(since, "D")
        days = np.concatenate([[first], dates])
        rates = reference.rates.at(connection, str(name), currency, days)
        values = rates.cast(pa.float64()).to_numpy()
        returns[:, currencies == name] = (values[1:] / values[:-1] - 1)[:, None]
    return returns


def grouped(
    days: BenchmarkDays, keys: list[str]
) -> tuple[list[str], Numbers, Numbers, Numbers, Numbers]:
    """By group key, ascending: weights, returns in base and local currency, and of the currency.

    A group's return is that of its constituents by weight; its currency return is what is between
    the two: (1 + local)(1 + fx) = 1 + base.
    """
    names, groups = np.unique(np.asarray(keys, dtype=str), return_inverse=True)
    member = np.equal.outer(groups, np.arange(len(names))).astype(float)
    weight = days.weights @ member
    nonzero = np.where(weight == 0, 1.0, weight)
    base = np.where(weight == 0, 0.0, (days.weights * days.returns_base) @ member / nonzero)
    local = np.where(weight == 0, 0.0, (days.weights * days.returns_local) @ member / nonzero)
    lost = local <= -1
    fx = np.where(lost, 0.0, (1 + base) / np.where(lost, 1.0, 1 + local) - 1)
    return names.tolist(), weight, base, local, fx


def linked(dates: Days, returns: Numbers, frequency: str) -> tuple[Days, Numbers]:
    """Returns linked to longer observations, each dated by its last day: expm1(Σ log1p r)."""
    if frequency == "DAILY" or len(dates) == 0:
        return dates, returns
    days = dates.astype(np.int64)
    months = dates.astype("datetime64[M]").astype(np.int64)
    number = {
        "WEEKLY": (days + 3) // 7,  # 1 January 1970 was a Thursday; ISO weeks begin on Monday
        "MONTHLY": months,
        "QUARTERLY": months // 3,
        "YEARLY": months // 12,
    }[frequency]
    firsts = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    lasts = np.append(firsts[1:], len(dates)) - 1
    with np.errstate(divide="ignore"):  # a return of -1 is -inf, and -1 again
        return dates[lasts], np.expm1(np.add.reduceat(np.log1p(returns), firsts))
