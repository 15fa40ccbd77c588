"""Time- and money-weighted returns at full scale, beside plain numpy, pandas and pyxirr.

Every benchmark runs on one core; compare the rows of one group of one run.
"""

import numpy as np
import pandas as pd
import pytest
import pyxirr
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets.engine.performance.formulas.all_roots import TOLERANCE
from lotus_assets.engine.performance.formulas.cash_flows import CashFlows
from lotus_assets.engine.performance.formulas.daily_returns import DailyValues
from lotus_assets.engine.performance.formulas.internal_rate import internal_rates
from lotus_assets.engine.performance.formulas.linking import Linked
from lotus_assets.engine.performance.formulas.time_weighted import link_windows
from lotus_assets_tests.benchmarks.performance_world import (
    PERIODS,
    cash_flows,
    portfolios,
    whole_window,
)

PORTFOLIOS, DAYS, FLOWS = 10_000, 1_300, 24
SERIES = 100_000


@pytest.fixture(scope="module")
def values() -> DailyValues:
    return portfolios(PORTFOLIOS, DAYS)


def link_all(values: DailyValues) -> Linked:
    return link_windows(values, whole_window(values.dates, values.offsets, PERIODS))


def daily(values: DailyValues) -> np.ndarray:
    capital = values.begin_mv + values.bod_cf
    gain = values.end_mv - capital - values.eod_cf + values.mgmt_fees
    return np.asarray(gain / capital)


def plain_numpy(values: DailyValues) -> np.ndarray:
    """One period, no edge looked at."""
    growth = daily(values)
    growth += 1.0
    return np.asarray(np.multiply.reduceat(growth, values.offsets[:-1]) - 1.0)


def pandas_groupby(values: DailyValues) -> pd.Series:
    """One period, no edge looked at."""
    owner = np.repeat(np.arange(values.count), np.diff(values.offsets))
    return pd.Series(1.0 + daily(values)).groupby(owner).prod() - 1.0


@pytest.mark.benchmark(group="13 million portfolio-days")
def test_seven_periods_of_daily_linked_returns(
    benchmark: BenchmarkFixture, values: DailyValues
) -> None:
    """Linked daily returns over seven periods.

    Windows resolved, daily returns, every edge checked, seven periods linked.
    """
    linked = benchmark(link_all, values)
    benchmark.extra_info["million_days_a_second"] = (
        PORTFOLIOS * DAYS / benchmark.stats.stats.min / 1e6 if benchmark.stats else None
    )
    np.testing.assert_allclose(linked.returns[6::7], plain_numpy(values), rtol=1e-10, atol=1e-12)


@pytest.mark.benchmark(group="13 million portfolio-days")
def test_one_period_in_plain_numpy(benchmark: BenchmarkFixture, values: DailyValues) -> None:
    """Linked daily returns over one period in plain numpy, for comparison."""
    assert len(benchmark(plain_numpy, values)) == PORTFOLIOS


@pytest.mark.benchmark(group="13 million portfolio-days")
def test_one_period_in_a_pandas_groupby(benchmark: BenchmarkFixture, values: DailyValues) -> None:
    """Linked daily returns over one period by pandas groupby, for comparison."""
    assert len(benchmark.pedantic(pandas_groupby, (values,), rounds=3)) == PORTFOLIOS


@pytest.fixture(scope="module", params=[False, True], ids=["deposits", "withdrawals"])
def flows(request: pytest.FixtureRequest) -> CashFlows:
    return cash_flows(SERIES, FLOWS, with_withdrawals=request.param)


def rebuilt(flows: CashFlows) -> CashFlows:
    """The checks are part of the work."""
    return CashFlows(
        flows.start_date,
        flows.end_date,
        flows.begin_mv,
        flows.end_mv,
        flows.flow_dates,
        flows.amounts,
        flows.offsets,
    )


@pytest.mark.benchmark(group="100,000 portfolios of 24 flows")
def test_internal_rates(benchmark: BenchmarkFixture, flows: CashFlows) -> None:
    """Money-weighted returns of 24 flows."""
    found = benchmark(lambda: internal_rates(rebuilt(flows)))
    solved = found.reason == ""
    assert solved.mean() > 0.999
    assert found.residual[solved].max() <= TOLERANCE


@pytest.mark.benchmark(group="100,000 portfolios of 24 flows")
@pytest.mark.parametrize("container", ["lists", "arrays"])
def test_a_loop_over_pyxirr(benchmark: BenchmarkFixture, flows: CashFlows, container: str) -> None:
    """Money-weighted returns in a loop over pyxirr.

    Dates and amounts of every portfolio are laid out beforehand; residuals are not checked.
    """
    inner = flows.flow_dates.reshape(SERIES, FLOWS)
    dates = np.concatenate([flows.start_date[:, None], inner, flows.end_date[:, None]], axis=1)
    amounts = np.concatenate(
        [-flows.begin_mv[:, None], -flows.amounts.reshape(SERIES, FLOWS), flows.end_mv[:, None]],
        axis=1,
    )
    rows = (
        list(zip(dates.tolist(), amounts.tolist(), strict=True))
        if container == "lists"
        else list(zip(dates, amounts, strict=True))
    )

    def loop() -> list[float | None]:
        return [pyxirr.xirr(days, money) for days, money in rows]

    found = benchmark.pedantic(loop, rounds=3)
    assert len(found) == SERIES
