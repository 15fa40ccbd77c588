"""Modified Dietz return: gain over average capital."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import days_between
from lotus_assets.engine.performance.formulas.cash_flows import CANCELLED, CashFlows, decimal_sum
from lotus_assets.engine.performance.formulas.linking import Statuses, log_growth
from lotus_assets.engine.performance.formulas.received_decimals import (
    LOW,
    exact,
    log_ratios,
    on_their_side,
)
from lotus_assets.engine.performance.formulas.segments import (
    Floats,
    Integers,
    rows_of_segments,
    segment_of_rows,
    segment_sums,
)
from lotus_assets.engine.performance.formulas.statuses import Status


class FlowTiming(StrEnum):
    """When in its day a flow comes."""

    BEGIN = "BEGIN"
    END = "END"


@dataclass(frozen=True)
class ModifiedDietz:
    """One value a portfolio; NaN where the status is `ZERO_CAPITAL`.

    `growth` is ln(1 + R): near a total loss R itself has no digits left to take a logarithm of. It
    is -inf where R is -1, NaN below it.
    """

    period_return: Floats
    growth: Floats
    annual_rate: Floats
    average_capital: Floats
    status: Statuses


def modified_dietz(flows: CashFlows, timing: FlowTiming = FlowTiming.END) -> ModifiedDietz:
    """`(E - B - ΣF) / (B + ΣwF)`, with `w = (T - D)/T`, or `min(1, (T - D + 1)/T)` for BEGIN.

    `annual_rate` is `(1 + R)^(365/T) - 1` where T ≥ 365 and R > -1. Source: Dietz, "Pension
    Funds: Measuring Investment Performance" (1966), day-weighted as in the GIPS standards.
    """
    days = flows.days
    weight_days = _weight_days(flows, timing)
    shares = dietz_weights(flows, timing)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        capital = flows.begin_mv + segment_sums(shares * flows.amounts, flows.offsets)
        _settle_zeros(flows, weight_days, capital)
        gain = flows.end_mv - flows.begin_mv - segment_sums(flows.amounts, flows.offsets)
        status = np.full(flows.count, Status.OK, dtype=object)
        status[capital < 0] = Status.NEGATIVE_CAPITAL
        status[(capital == 0) | (days == 0)] = Status.ZERO_CAPITAL
        returns = np.where(status == Status.ZERO_CAPITAL, np.nan, gain / capital)
        growth = log_growth(returns)
        _take_losses_exactly(flows, weight_days, returns, growth)
        annual = np.expm1(growth * 365.0 / days)
    annual[~((days >= 365) & (returns > -1.0))] = np.nan
    return ModifiedDietz(returns, growth, annual, capital, status)


def _take_losses_exactly(
    flows: CashFlows, weight_days: Floats, returns: Floats, growth: Floats
) -> None:
    """Decide on the decimals what is left of a loss of nearly everything, or of more.

    1 + R is T·E + Σ(w·T - T)·F over T·B + Σ(w·T)·F, whole days times decimals.
    """
    low = np.flatnonzero(returns < LOW)
    if not len(low):
        return
    rows, offsets = rows_of_segments(flows.offsets, low)
    owner = segment_of_rows(offsets)
    days, amounts = _whole(flows.days[low]), exact(flows.amounts[rows])
    weighed = amounts * _whole(weight_days[rows])
    capital, kept = exact(flows.begin_mv[low]) * days, exact(flows.end_mv[low]) * days
    np.add.at(capital, owner, weighed)
    np.add.at(kept, owner, weighed - amounts * days[owner])
    kept = np.where(capital < 0, -kept, kept)
    returns[low] = on_their_side(returns[low], kept)
    growth[low] = log_ratios(kept, np.abs(capital))


def _whole(days: Floats) -> Integers:
    return days.astype(np.int64).astype(object)


def dietz_weights(flows: CashFlows, timing: FlowTiming = FlowTiming.END) -> Floats:
    """w of every flow: the share of the period that it was there; NaN for a period of one day."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _weight_days(flows, timing) / flows.days[segment_of_rows(flows.offsets)]


def _weight_days(flows: CashFlows, timing: FlowTiming) -> Floats:
    """w·T of every flow: whole days."""
    segment = segment_of_rows(flows.offsets)
    remaining = days_between(flows.flow_dates, flows.end_date[segment])
    if timing is FlowTiming.BEGIN:
        remaining = np.minimum(flows.days[segment], remaining + 1)
    return remaining


def _settle_zeros(flows: CashFlows, weight_days: Floats, capital: Floats) -> None:
    """Decide whether average capital is zero on T·B + Σ(w·T)·F, which is exact in decimals."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = weight_days / flows.days[segment_of_rows(flows.offsets)]
        sizes = np.abs(flows.begin_mv) + segment_sums(np.abs(shares * flows.amounts), flows.offsets)
    doubtful = (np.abs(capital) <= CANCELLED * sizes) & (capital != 0) & (flows.days > 0)
    for number in np.flatnonzero(doubtful):
        rows = slice(flows.offsets[number], flows.offsets[number + 1])
        amounts = np.append(flows.amounts[rows], flows.begin_mv[number])
        factors = np.append(weight_days[rows], flows.days[number])
        capital[number] = decimal_sum(amounts, factors) / flows.days[number]
