"""Daily returns of portfolios, of their benchmarks and risk-free, out of the gated inputs."""

from dataclasses import dataclass

import pandas as pd

from lotus_assets.analytics.portfolios.performance_days import performance_business_days
from lotus_assets.analytics.portfolios.portfolio_analytic import PortfolioInputs
from lotus_assets.engine.performance.formulas.daily_returns import daily_returns
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    RISK_FREE,
    Dated,
    Series,
)
from lotus_assets.engine.performance.frames.portfolio_days import Identifiers, PortfolioDays
from lotus_assets.engine.performance.frames.returns_series import risk_free_returns, series_of
from lotus_assets.inputs import core_payload, core_risk_free
from lotus_assets.inputs.column_reading import PLACE, read_input_columns
from lotus_assets.inputs.input_tables import (
    BENCHMARK_ASSIGNMENT,
    BENCHMARK_RETURNS,
)
from lotus_assets.inputs.input_tables import RISK_FREE as RISK_FREE_INPUT
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.inputs.reading import read_input


@dataclass(frozen=True)
class PortfolioSeries:
    """Returns net of fees of portfolios beside those of their benchmarks and risk-free.

    `named`, a row a portfolio: portfolio_id, benchmark_id and benchmark_content_hash,
    risk_free_mode and risk_free_content_hash; None where it has none.
    """

    days: PortfolioDays
    calendar: Dated
    series: dict[str, Series]
    named: pd.DataFrame


def portfolio_series(inputs: PortfolioInputs) -> PortfolioSeries:
    """All of it for these portfolios; a benchmark that was refused is one that they have not."""
    own = performance_business_days(inputs)
    names = own.days.portfolio_id
    benchmarks = _benchmarks(inputs, names)
    rates = _rates(inputs, names, own.currency)
    values = own.days.values
    series = {
        PORTFOLIO: Series(values.dates, values.offsets, daily_returns(values).returns),
        BENCHMARK: _benchmark_series(inputs, benchmarks, names),
        RISK_FREE: _risk_free_series(inputs, rates, own.calendar, names),
    }
    named = pd.DataFrame(
        {
            "portfolio_id": names,
            "benchmark_id": benchmarks["benchmark_id"],
            "benchmark_content_hash": benchmarks["content_hash"],
            "risk_free_mode": rates["variant"],
            "risk_free_content_hash": rates["content_hash"],
        }
    )
    return PortfolioSeries(own.days, own.calendar, series, named.astype(object))


def _good(payloads: pd.DataFrame) -> pd.DataFrame:
    return payloads[payloads["status"] == core_payload.OK]


def _benchmarks(inputs: PortfolioInputs, names: Identifiers) -> pd.DataFrame:
    """Benchmark of every portfolio, and the payload of its returns; NaN where it has none."""
    assigned = _good(inputs.payloads_of(BENCHMARK_ASSIGNMENT, "benchmark_id"))
    listed = sorted(set(assigned["benchmark_id"]))
    known = _good(read_payloads(inputs.connection, BENCHMARK_RETURNS, inputs.as_of, listed))
    found = assigned[["subject", "benchmark_id"]].merge(
        known.drop(columns="variant"), left_on="benchmark_id", right_on="subject"
    )
    return found.set_index("subject_x").reindex(names).reset_index(drop=True)


def _benchmark_series(
    inputs: PortfolioInputs, benchmarks: pd.DataFrame, names: Identifiers
) -> Series:
    known = benchmarks.dropna(subset="benchmark_id").drop_duplicates("benchmark_id")
    payloads = known.assign(subject=known["benchmark_id"])
    found = read_input_columns(
        inputs.connection,
        BENCHMARK_RETURNS,
        inputs.as_of,
        payloads,
        ("series_date", "benchmark_return"),
    )
    points = pd.DataFrame(
        {
            "benchmark_id": payloads["benchmark_id"].to_numpy()[found[PLACE]],
            "date": found["series_date"],
            "return": found["benchmark_return"],
        }
    )
    held = pd.DataFrame({"portfolio_id": names, "benchmark_id": benchmarks["benchmark_id"]})
    return series_of(held.merge(points, on="benchmark_id"), names)


def _rates(inputs: PortfolioInputs, names: Identifiers, currency: Identifiers) -> pd.DataFrame:
    """Payload of the risk-free series in every portfolio's currency: returns before rates."""
    known = _good(
        read_payloads(inputs.connection, RISK_FREE_INPUT, inputs.as_of, sorted(set(currency)))
    )
    known = known.assign(is_rate=known["variant"] == core_risk_free.RATES)
    first = known.sort_values(["subject", "is_rate"], kind="stable").drop_duplicates("subject")
    found = first.set_index("subject").reindex(currency).reset_index(names="currency")
    return found.assign(portfolio_id=names)


def _risk_free_series(
    inputs: PortfolioInputs, rates: pd.DataFrame, calendar: Dated, names: Identifiers
) -> Series:
    used = rates.dropna(subset="variant")
    rows = read_input(
        inputs.connection, RISK_FREE_INPUT, inputs.as_of, sorted(set(used["currency"]))
    )
    held = used[["portfolio_id", "currency", "variant", "start_date"]].rename(
        columns={"variant": "series_mode"}
    )
    points = held.merge(rows, on=["currency", "series_mode"])
    points = points[points["series_date"] >= pd.to_datetime(points["start_date"])]
    points = points.rename(columns={"series_date": "date"})
    return risk_free_returns(points, calendar, names)
