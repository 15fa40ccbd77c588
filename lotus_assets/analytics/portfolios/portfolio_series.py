"""Daily returns of portfolios, of their benchmarks and risk-free, out of the gated inputs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.analytics.portfolios.performance_days import performance_business_days
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.calendar_days import DAY
from lotus_assets.engine.performance.formulas.daily_returns import daily_returns
from lotus_assets.engine.performance.formulas.dated_series import Dated, Series, cut
from lotus_assets.engine.performance.formulas.returns_series import BENCHMARK, PORTFOLIO, RISK_FREE
from lotus_assets.engine.performance.formulas.segments import Days, as_days
from lotus_assets.engine.performance.frames.portfolio_days import Identifiers, PortfolioDays
from lotus_assets.engine.performance.frames.returns_series import risk_free_returns, series_of
from lotus_assets.inputs import core_payload, core_risk_free
from lotus_assets.inputs.column_reading import NUMBER
from lotus_assets.inputs.input_tables import BENCHMARK_RETURNS, USED_BENCHMARK, USED_RISK_FREE
from lotus_assets.inputs.shared_inputs import SharedInput


@dataclass(frozen=True)
class PortfolioSeries:
    """Returns net of fees of portfolios beside those of their benchmarks and risk-free.

    `windows`: first and last day that the inputs are of, a portfolio each. `named`, a row a
    portfolio: portfolio_id, benchmark_id and benchmark_content_hash,
    risk_free_mode and risk_free_content_hash; None where it has none.
    """

    days: PortfolioDays
    calendar: Dated
    series: dict[str, Series]
    windows: tuple[Days, Days]
    named: pd.DataFrame

    @property
    def within(self) -> dict[str, Series]:
        """The series of the days that the inputs are of, and no longer than a portfolio is open."""
        starts, ends = self.windows
        numbers = np.arange(len(starts))
        before = as_days(starts - DAY)
        return {name: cut(one, numbers, before, starts, ends) for name, one in self.series.items()}


def portfolio_series(inputs: PortfolioInputs) -> PortfolioSeries:
    """All of it for these portfolios; a benchmark that was refused is one that they have not."""
    business = performance_business_days(inputs)
    days, names = business.days, business.days.portfolio_id
    benchmarks = _used(inputs, USED_BENCHMARK).reindex(names)
    rates = _used(inputs, USED_RISK_FREE).reindex(names)
    values = days.values
    series = {
        PORTFOLIO: Series(values.dates, values.offsets, daily_returns(values).returns),
        BENCHMARK: _benchmark_series(inputs, benchmarks, names),
        RISK_FREE: _risk_free_series(inputs, rates, business.calendar, names),
    }
    named = pd.DataFrame(
        {
            "portfolio_id": names,
            "benchmark_id": benchmarks["subject"].to_numpy(),
            "benchmark_content_hash": benchmarks["content_hash"].to_numpy(),
            "risk_free_mode": rates["variant"].to_numpy(),
            "risk_free_content_hash": rates["content_hash"].to_numpy(),
        }
    )
    last = as_days(np.fmin(days.as_of_date, days.close_dates))
    windows = days.performance_start_date, last
    return PortfolioSeries(days, business.calendar, series, windows, named.astype(object))


def _used(inputs: PortfolioInputs, shared: SharedInput) -> pd.DataFrame:
    """The payload that each portfolio uses, by portfolio: returns before rates."""
    payloads = inputs.used_payloads(shared)
    good = payloads[payloads["status"] == core_payload.OK]
    ordered = good.assign(is_rate=good["variant"] == core_risk_free.RATES)
    ordered = ordered.sort_values(["portfolio_id", "is_rate"], kind="stable")
    return ordered.drop_duplicates("portfolio_id").set_index("portfolio_id")


def _benchmark_series(
    inputs: PortfolioInputs, benchmarks: pd.DataFrame, names: Identifiers
) -> Series:
    used = benchmarks.dropna(subset="subject")
    payloads = used.drop_duplicates(["subject", "variant"])
    columns = inputs.columns(BENCHMARK_RETURNS, payloads, "series_date", "benchmark_return")
    points = pd.DataFrame(
        {
            **{name: payloads[name].to_numpy()[columns[NUMBER]] for name in ("subject", "variant")},
            "date": columns["series_date"],
            "return": columns["benchmark_return"],
        }
    )
    held = used[["subject", "variant"]].rename_axis("portfolio_id").reset_index()
    return series_of(held.merge(points, on=["subject", "variant"]), names)


def _risk_free_series(
    inputs: PortfolioInputs, rates: pd.DataFrame, calendar: Dated, names: Identifiers
) -> Series:
    used = rates.dropna(subset="variant")
    rows = inputs.read_shared(USED_RISK_FREE, sorted(set(used["subject"])))
    held = pd.DataFrame(
        {
            "portfolio_id": used.index,
            "currency": used["subject"].to_numpy(),
            "series_mode": used["variant"].to_numpy(),
            "start_date": used["start_date"].to_numpy(),
        }
    )
    points = held.merge(rows, on=["currency", "series_mode"])
    points = points[points["series_date"] >= pd.to_datetime(points["start_date"])]
    points = points.rename(columns={"series_date": "date"})
    return risk_free_returns(points, calendar, names)
