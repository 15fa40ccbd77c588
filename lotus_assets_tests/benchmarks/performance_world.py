"""Synthetic portfolios at full scale, as columns in memory."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.cash_flows import CashFlows
from lotus_assets.engine.performance.formulas.daily_returns import DailyValues
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.periods import (
    STANDARD_PERIODS,
    ReportingPeriod,
    Windows,
    resolve,
)
from lotus_assets.engine.performance.formulas.segments import Days, Integers

PERIODS = [*STANDARD_PERIODS]


def business_days(count: int) -> Days:
    """Monday to Friday from January 2020."""
    days: Days = np.busday_offset("2020-01-02", np.arange(count), roll="forward")
    return days.astype("datetime64[D]")


def portfolios(count: int, days: int) -> DailyValues:
    """Daily values with flows every 20th day and a fee every day."""
    generator = np.random.default_rng(1)
    rows = count * days
    begin = generator.uniform(1e5, 1e6, rows)
    flow = np.where(np.arange(rows) % 20 == 0, begin * 0.01, 0.0)
    end = (begin + flow) * (1 + generator.normal(0.0003, 0.01, rows))
    dates = np.tile(business_days(days), count)
    offsets = np.arange(count + 1) * days
    return DailyValues(dates, begin, flow, np.zeros(rows), -begin * 1e-6, end, offsets)


def whole_window(
    dates: Days, offsets: Integers, periods: list[ReportingPeriod] | None = None
) -> Windows:
    """Windows up to the last day of portfolios that were open from the first."""
    asked = periods or [ReportingPeriod("ITD")]
    return resolve(asked, dates[-1], dates[0], dates[0], dates, offsets)


def cash_flows(count: int, flow_count: int, *, with_withdrawals: bool) -> CashFlows:
    """A flow a month for two years; withdrawals change signs again and again."""
    generator = np.random.default_rng(1)
    start = np.full(count, np.datetime64("2020-01-01", "D"))
    months = 31 * np.arange(flow_count)
    dates = start[:, None] + 1 + months + generator.integers(0, 31, (count, flow_count))
    lowest = -1.0 if with_withdrawals else 0.0
    amounts = (generator.uniform(lowest, 1.0, (count, flow_count)) * 2e4).round(2)
    begin = generator.uniform(1e5, 1e6, count).round(2)
    end = (begin + amounts.sum(axis=1)) * generator.uniform(0.7, 1.6, count)
    return CashFlows(
        start,
        start + 31 * flow_count + 31,
        begin,
        end.round(2),
        dates.ravel(),
        amounts.ravel(),
        np.arange(count + 1) * flow_count,
    )


@dataclass(frozen=True)
class Holdings:
    """Portfolios that are the sums of their positions."""

    portfolios: DailyValues
    positions: DailyValues
    offsets: Integers


def holdings(count: int, position_count: int, days: int) -> Holdings:
    """Every position on every day."""
    generator = np.random.default_rng(1)
    begin = generator.uniform(1e3, 1e5, (count, position_count, days))
    end = begin * (1 + generator.normal(0.0003, 0.01, begin.shape))
    dates = business_days(days)
    nothing = np.zeros(begin.size)
    none = np.zeros(count * days)
    positions = DailyValues(
        np.tile(dates, count * position_count),
        begin.ravel(),
        nothing,
        nothing,
        nothing,
        end.ravel(),
        np.arange(count * position_count + 1) * days,
    )
    whole = begin.sum(axis=1).ravel()
    totals = DailyValues(
        np.tile(dates, count),
        whole,
        none,
        none,
        -whole * 1e-6,
        end.sum(axis=1).ravel(),
        np.arange(count + 1) * days,
    )
    return Holdings(totals, positions, np.arange(count + 1) * position_count)


def group_sides(count: int, group_count: int, days: int) -> tuple[GroupSide, GroupSide]:
    """Both sides: every group on every day."""
    generator = np.random.default_rng(1)
    rows = count * days * group_count
    dates = np.repeat(np.tile(business_days(days), count), group_count)
    group = np.tile(np.arange(group_count), count * days)
    offsets = np.arange(count + 1) * days * group_count
    made = []
    for _ in range(2):
        weights = generator.uniform(0.0, 1.0, (count * days, group_count))
        weights /= weights.sum(axis=1, keepdims=True)
        returns = generator.normal(0.0003, 0.01, rows)
        made.append(GroupSide(dates, group, weights.ravel(), returns, offsets))
    return made[0], made[1]
