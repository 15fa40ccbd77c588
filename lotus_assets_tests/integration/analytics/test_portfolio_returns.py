"""Returns of the sample book: the assets' rows are what the API answers, to the last bit."""

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text

from lotus_assets.analytics.portfolios import (
    mwr,
    returns_series,
    risk_statistics,
    twr,
    twr_breakdown,
)
from lotus_assets_tests.integration.analytics.conftest import AS_OF, Collected

PERIODS = ("MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD")
SOME = ("PF-001", "PF-007", "PF-021", "PF-033", "PF-043")


def stateful(portfolio: str, **more: Any) -> dict[str, Any]:
    asked = {"portfolio_id": portfolio, "as_of_date": str(AS_OF), **more}
    return {"input_mode": "stateful", "stateful_input": asked}


def plain(value: Any) -> Any:
    """A cell of a table as JSON has it."""
    if value is pd.NA or value is pd.NaT or value is None or value != value:
        return None
    return str(value.date()) if isinstance(value, pd.Timestamp) else value


def same(row: pd.Series, answer: Any, names: dict[str, str]) -> None:
    found = {column: plain(row[column]) for column in names}
    assert found == {column: answer[name] for column, name in names.items()}


@pytest.mark.parametrize("basis", ["NET", "GROSS"])
def test_twr(collected: Collected, basis: str) -> None:
    rows = collected.rows(twr.TABLE).query("metric_basis == @basis")
    names = {
        "period_return": "return",
        "annualised_return": "annualised_return",
        "annualisation_reason": "annualisation_reason",
        "requested_start_date": "requested_start_date",
        "start_date": "start_date",
        "end_date": "end_date",
        "is_clamped": "clamped",
        "status": "status",
        "status_date": "status_date",
    }
    assert rows["portfolio_id"].nunique() == collected.given
    for portfolio, own in rows.groupby("portfolio_id"):
        analyses = [{"period": name} for name in PERIODS]
        answer = collected.ask(
            "/performance/twr",
            **stateful(str(portfolio)),
            analyses=analyses,
            metric_basis=basis,
        )
        assert set(own["period"]) == {*PERIODS}
        for _, row in own.iterrows():
            found = answer["results"][row["period"]]
            if row["status"] == "WINDOW_TOO_SHORT":
                # The inputs look back 2,000 days; the API asks for as many as a period has.
                assert row["period"] == "ITD"
                assert found["status"] != "WINDOW_TOO_SHORT"
            else:
                same(row, found, names)
        [used] = answer["lineage"]["inputs"]
        assert len(used["content_hash"]) == len(own["content_hash"].iloc[0])


def test_breakdowns(collected: Collected) -> None:
    rows = collected.rows(twr_breakdown.TABLE)
    names = {
        "start_date": "start_date",
        "end_date": "end_date",
        "bucket_return": "return",
        "cumulative_return": "cumulative_return",
        "status": "status",
        "cumulative_status": "cumulative_status",
    }
    for portfolio in SOME:
        own = rows.query("portfolio_id == @portfolio and metric_basis == 'NET'")
        [period] = set(own["period"])
        frequencies = ["WEEKLY", "MONTHLY", "QUARTERLY", "YEARLY"]
        analyses = [{"period": period, "frequencies": frequencies}]
        answer = collected.ask("/performance/twr", **stateful(portfolio), analyses=analyses)
        found = answer["results"][period]["breakdowns"]
        buckets = {(name, one["period"]): one for name in frequencies for one in found[name]}
        assert len(buckets) == len(own)
        for _, row in own.iterrows():
            same(row, buckets[(row["frequency"], row["bucket"])], names)


def test_mwr(collected: Collected) -> None:
    rows = collected.rows(mwr.TABLE)
    fields = (
        "annual_rate",
        "period_return",
        "status",
        "reason",
        "residual",
        "iterations",
        "average_capital",
        "is_short_period",
        "start_date",
        "end_date",
        "flow_count",
        "net_flow",
    )
    names = {name: name for name in fields}
    for portfolio in SOME:
        for period, own in rows.query("portfolio_id == @portfolio").groupby("period"):
            answer = collected.ask("/performance/mwr", **stateful(portfolio, period=period))
            assert len(own) == 2
            for _, row in own.iterrows():
                found = answer["results"][row["method"]]
                same(row, found, names)
                assert row["roots"] == str(found["roots"])
            [used] = answer["lineage"]["inputs"]
            assert set(own["content_hash"]) == {used["content_hash"]}


def test_mwr_after_a_closing(collected: Collected) -> None:
    """PF-041 closed on 2024-09-30: the whole of its life is there, and what came after is told."""
    rows = collected.rows(mwr.TABLE).query("portfolio_id == 'PF-041'")
    after = rows[rows["status"] == "CLOSED"]
    assert set(after["period"]) == {"MTD", "QTD", "YTD", "1Y"}
    assert set(rows["period"]) == {"MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD"}
    fields = ["annual_rate", "period_return", "status", "reason", "is_short_period"]
    fields += ["start_date", "end_date", "flow_count", "net_flow"]
    for _, row in after.iterrows():
        answer = collected.ask("/performance/mwr", **stateful("PF-041", period=row["period"]))
        same(row, answer["results"][row["method"]], {name: name for name in fields})
    assert set(after["content_hash"]) == set(rows.query("period == 'ITD'")["content_hash"])
    assert after[["begin_mv", "end_mv", "annual_rate", "stale_since"]].isna().all(axis=None)


def test_returns_series_and_their_risk(collected: Collected) -> None:
    rows = collected.rows(returns_series.TABLE)
    statistics = collected.rows(risk_statistics.TABLE)
    names = {name: name for name in statistics.columns[7:27] if name != "missing_dates"}
    for portfolio in SOME:
        own = rows.query("portfolio_id == @portfolio").sort_values("date")
        window = {"start_date": str(own["date"].min().date()), "end_date": str(AS_OF)}
        answer = collected.ask(
            "/integration/returns/series",
            **stateful(portfolio, window=window),
            missing_data_policy="ALLOW_PARTIAL",
        )
        for name, series in answer["results"]["series"].items():
            stored = own.set_index("date")[f"{name}_return"].dropna()
            if name == "risk_free":
                # The API sees the business day before the window, the inputs do not.
                series, stored = series[1:], stored.iloc[1:]
            assert [one["return"] for one in series] == stored.tolist(), name
            assert [one["date"] for one in series] == [str(day.date()) for day in stored.index]
        for frequency in ("DAILY", "WEEKLY", "MONTHLY"):
            figures = collected.ask(
                "/integration/returns/series",
                **stateful(portfolio, period="1Y"),
                missing_data_policy="ALLOW_PARTIAL",
                frequency=frequency,
                risk_statistics=True,
            )["results"]["statistics"]
            [row] = [
                one
                for _, one in statistics.query(
                    "portfolio_id == @portfolio and period == '1Y' and frequency == @frequency"
                ).iterrows()
            ]
            same(row, figures, names)


def test_returns_are_products_of_the_days_of_the_inputs(collected: Collected) -> None:
    """Worked out once more, from the rows of core_performance_input, in plain Python."""
    first = (pd.Timestamp(AS_OF) - pd.DateOffset(years=1) + pd.Timedelta(days=1)).date()
    stored = collected.rows(twr.TABLE).set_index(["portfolio_id", "metric_basis", "period"])
    for portfolio in SOME:
        with collected.engine.connect() as connection:
            days = connection.execute(
                text(
                    "SELECT begin_mv, bod_cf, eod_cf, mgmt_fees, end_mv FROM "
                    "core_performance_input WHERE portfolio_id = :name AND perf_date >= :first"
                ),
                {"name": portfolio, "first": first},
            ).all()
        growth = 1.0
        for begin, at_begin, at_end, fee, end in days:
            growth *= 1 + (end - begin - at_begin - at_end + fee) / (begin + at_begin)
        found = stored.loc[(portfolio, "NET", "1Y"), "period_return"]
        assert found == pytest.approx(growth - 1, rel=1e-11)
