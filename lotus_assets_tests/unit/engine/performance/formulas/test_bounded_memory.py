"""Memory grows with the rows that are given: not with groups by days, periods by days, or flows by
flows."""

import datetime as dt
import math
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from lotus_assets.engine.performance.formulas.attribution import attribute_groups
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.internal_rate import internal_rates
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.formulas.variants import AttributionMethod
from lotus_assets_tests.unit.engine.performance.formulas.builders import cash_flows, windows_on

MEGABYTE = 1024 * 1024
FIRST = np.datetime64("2000-01-01")


def peak_of(work: Callable[[], object]) -> float:
    """Megabytes that were allocated at once, at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()


def coming_and_going(days: int) -> tuple[GroupSide, GroupSide]:
    """Two groups a day that are there on no other day: half each on either side."""
    dates = np.repeat(FIRST + np.arange(days), 2)
    group, half = np.arange(2 * days), np.full(2 * days, 0.5)
    generator = np.random.default_rng(1)
    offsets = np.array([0, 2 * days])
    return (
        GroupSide(dates, group, half, generator.normal(0, 0.01, 2 * days), offsets),
        GroupSide(dates, group, half, generator.normal(0, 0.01, 2 * days), offsets),
    )


@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.MONTHLY])
def test_groups_that_come_and_go_take_memory_by_their_rows(frequency: Frequency) -> None:
    """A table of 3,000 groups and 1,500 days would have 4.5 million cells, 36 MB a column."""
    days = 1_500
    portfolio, benchmark = coming_and_going(days)
    windows = windows_on(FIRST + np.arange(days), np.array([0, days]))
    levels = np.array([np.arange(2 * days) % 3])
    method = AttributionMethod(frequency=frequency, levels=levels)

    def work() -> None:
        linked = attribute_groups(portfolio, benchmark, windows, method)
        active = linked.totals["active_return"][0]
        assert linked.groups["total"].sum() == pytest.approx(active, abs=1e-12)
        assert linked.levels["total"].sum() == pytest.approx(active, abs=1e-12)

    assert peak_of(work) < 12


def periods_ending_each_day(days: int, count: int) -> list[ReportingPeriod]:
    first = FIRST.astype(dt.date)
    last = [(FIRST + days - 1 - number).astype(dt.date) for number in range(count)]
    return [ReportingPeriod("EXPLICIT", first, end) for end in last]


def test_many_periods_over_the_same_days_are_worked_on_some_at_a_time() -> None:
    """300 windows of 1,500 days and 10 groups: 4.5 million cells, counted once a window."""
    days, groups = 1_500, 10
    dates = np.repeat(FIRST + np.arange(days), groups)
    group, weight = np.tile(np.arange(groups), days), np.full(days * groups, 0.1)
    generator = np.random.default_rng(2)
    sides = [
        GroupSide(dates, group, weight, generator.normal(0, 0.01, len(dates)), [0, len(dates)])  # type: ignore[arg-type]
        for _ in range(2)
    ]
    periods = periods_ending_each_day(days, 300)
    segments = np.array([0, days])
    windows = windows_on(FIRST + np.arange(days), segments, *periods)
    parts = []

    def work() -> None:
        parts.append(attribute_groups(sides[0], sides[1], windows))

    assert peak_of(work) < 150
    for number in (0, 150, 299):
        window = windows_on(FIRST + np.arange(days), segments, periods[number])
        alone = attribute_groups(sides[0], sides[1], window).groups
        together = parts[0].groups
        rows = together[together["period"] == periods[number].key]
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), alone, check_exact=True)


def test_many_alternating_flows_give_every_root() -> None:
    """(z - 0.5)(z - 1)(z - 1.2) by the day, z = e^(-x/365), times 1 + z^4 + z^8 + …: 24,000 flows
    that alternate, and no root but those three."""
    days = 24_000
    amounts = np.tile([-0.6, 2.3, -2.7, 1.0], days // 4)
    first = dt.date(1950, 1, 1)
    dates = [(first + dt.timedelta(days=day)).isoformat() for day in range(days)]
    inner = zip(dates[1:-1], (-amounts[1:-1]).tolist(), strict=True)
    flows = cash_flows(dates[0], dates[-1], 0.6, 1.0, *inner)
    solved = []
    assert peak_of(lambda: solved.append(internal_rates(flows))) < 120
    assert solved[0].status[0] == Status.MULTIPLE_ROOTS
    expected = [-365 * math.log(1.2), 0.0, 365 * math.log(2)]
    assert solved[0].log_roots == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_more_changes_of_sign_than_roots_cost_no_table() -> None:
    """50,000 flows, each the opposite of the one before and a little less: paid back at a loss."""
    days = 50_000
    first = dt.date(1950, 1, 1)
    dates = [(first + dt.timedelta(days=day)).isoformat() for day in range(days)]
    amounts = np.where(np.arange(days) % 2 == 0, 1000.0, -999.0)
    inner = zip(dates[1:-1], amounts[1:-1].tolist(), strict=True)
    flows = cash_flows(dates[0], dates[-1], 0.0, 100.0, *inner)
    solved = []
    assert peak_of(lambda: solved.append(internal_rates(flows))) < 200
    assert (solved[0].residual <= 1e-10).all()
