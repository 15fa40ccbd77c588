"""The sample book: a pure function that only grows, adds up, and shows every hard case."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lotus_assets.standin.sample_book.book import OWN_DATES, build_book
from lotus_assets.standin.sample_book.calendars import business_days
from lotus_assets.standin.sample_book.files import write_book
from lotus_assets.standin.sample_book.frames import recorded_days

END = date(2025, 3, 31)
EARLIER = date(2025, 1, 17)
Book = dict[str, pa.Table]


@pytest.fixture(scope="module")
def book() -> Book:
    return build_book(63, END)


@pytest.fixture(scope="module")
def earlier() -> Book:
    return build_book(63, EARLIER)


def rows_of(table: pa.Table) -> set[tuple[object, ...]]:
    return set(zip(*(column.to_pylist() for column in table.columns), strict=True))


def test_is_a_pure_function_of_seed_and_end_day(earlier: Book) -> None:
    again = build_book(63, EARLIER)
    assert all(again[name].equals(earlier[name]) for name in earlier)
    other = build_book(64, EARLIER)
    assert not other["position_valuations"].equals(earlier["position_valuations"])


@pytest.mark.parametrize("name", sorted(OWN_DATES))
def test_a_later_end_day_only_adds_what_was_recorded_since(
    name: str, book: Book, earlier: Book
) -> None:
    if name == "position_valuations":
        subject = pc.is_in(book[name]["portfolio_id"], pa.array(["PF-003", "PF-043", "PF-044"]))
        small = pc.is_in(earlier[name]["portfolio_id"], pa.array(["PF-003", "PF-043", "PF-044"]))
        grown, before = book[name].filter(subject), earlier[name].filter(small)
    else:
        grown, before = book[name], earlier[name]
    added = rows_of(grown) - rows_of(before)
    assert not rows_of(before) - rows_of(grown)
    assert len(rows_of(grown)) == len(grown)
    if OWN_DATES[name] is not None:
        since = recorded_days(grown, OWN_DATES[name]) > np.datetime64(EARLIER)
        assert added == rows_of(grown.filter(pa.array(since)))
    else:
        assert not added


def test_gives_only_what_was_recorded_after_a_day(book: Book) -> None:
    rest = build_book(63, END, recorded_after=EARLIER)
    valuations = book["position_valuations"]
    late = recorded_days(valuations, "valuation_date") > np.datetime64(EARLIER)
    assert len(rest["position_valuations"]) == late.sum() > 0
    assert rest["instruments"].equals(book["instruments"])


def rate_table(book: Book) -> dict[tuple[str, str], dict[date, Decimal]]:
    rates: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
    for row in book["fx_rates"].to_pylist():
        rates[row["base_currency"], row["quote_currency"]][row["rate_date"]] = row["rate"]
    return rates


def test_position_flows_add_up_to_external_flows_exactly(book: Book) -> None:
    currency = {
        row["instrument_id"]: row["instrument_currency"] for row in book["instruments"].to_pylist()
    }
    base = {
        row["portfolio_id"]: row["portfolio_currency"] for row in book["portfolios"].to_pylist()
    }
    rates = rate_table(book)

    def converted(amount: Decimal, source: str, target: str, day: date) -> Decimal:
        if source == target:
            return amount
        known = rates[source, target]
        return amount * known[max(each for each in known if each <= day)] if amount else amount

    rows = book["position_valuations"]
    rows = rows.filter(pc.is_null(rows["recorded_at"]))
    has_flow = pc.or_(pc.not_equal(rows["bod_cf"], 0), pc.not_equal(rows["eod_cf"], 0))
    own_days: dict[str, list[date]] = defaultdict(list)
    flows: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for row in rows.filter(has_flow).to_pylist():
        portfolio, day = row["portfolio_id"], row["valuation_date"]
        amount = row["bod_cf"] + row["eod_cf"]
        own = currency[row["position_id"]]
        flows[portfolio, day] += converted(amount, own, base[portfolio], day)
    for portfolio, day in flows:
        own_days[portfolio].append(day)
    external: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for row in book["external_flows"].to_pylist():
        portfolio = row["portfolio_id"]
        # A flow on a day without valuations belongs to the next row.
        day = min(each for each in own_days[portfolio] if each >= row["flow_date"])
        external[portfolio, day] += converted(
            row["amount"], row["flow_currency"], base[portfolio], row["flow_date"]
        )
    assert {key: value for key, value in flows.items() if value} == dict(external)
    assert len(external) > 500


def test_values_follow_from_units_and_prices(book: Book) -> None:
    rows = book["position_valuations"].filter(
        pc.is_null(book["position_valuations"]["recorded_at"])
    )
    frame = rows.select(
        ["portfolio_id", "position_id", "quantity", "price", "market_value", "accrued_income"]
    ).to_pandas()
    frame = frame[~frame["portfolio_id"].isin(["PF-003", "PF-017", "PF-043"])]
    frame = frame[frame["position_id"] != "FU-EUSTX"]
    amounts = frame[["quantity", "price", "market_value", "accrued_income"]].astype(float)
    off = amounts["quantity"] * amounts["price"] + amounts["accrued_income"]
    # Units times price is rounded to cents once, with the accrued income in it.
    assert (off - amounts["market_value"]).abs().max() <= 0.011


def test_shows_every_hard_case(book: Book) -> None:
    portfolios = book["portfolios"].to_pandas()
    assert portfolios["portfolio_id"].nunique() >= 40
    assert portfolios["portfolio_currency"].nunique() >= 4
    valuations = book["position_valuations"]
    frame = valuations.select(
        ["portfolio_id", "position_id", "valuation_date", "quantity", "price", "market_value"]
    ).to_pandas()
    is_security = ~frame["position_id"].str.startswith("CASH")
    assert (frame["quantity"][is_security].astype(float) < 0).any()
    kinds = set(book["external_flows"]["flow_type"].to_pylist())
    assert kinds == {"subscription", "withdrawal", "transfer_in_kind"}
    assert (frame["price"].astype(float) == 0).any()
    opened = portfolios.groupby("portfolio_id")["open_date"].first()
    assert opened["PF-040"] == date(2024, 3, 14)
    assert portfolios["close_date"].dropna().tolist() == [date(2024, 9, 30)]
    days = pd.to_datetime(frame.loc[frame["portfolio_id"] == "PF-044", "valuation_date"])
    missing = business_days("TARGET", date(2021, 1, 4), END).difference(pd.DatetimeIndex(days))
    assert [str(day.date()) for day in missing] == [
        "2021-06-15",
        "2022-03-10",
        "2022-03-11",
        "2023-09-05",
        "2025-02-12",
    ]
    corrections = valuations.filter(pc.is_valid(valuations["recorded_at"]))
    assert len(corrections) >= 10
    known = corrections["recorded_at"].cast(pa.date32())
    assert pc.all(pc.greater(known, corrections["valuation_date"])).as_py()
    modes = set(book["risk_free_rates"]["series_mode"].to_pylist())
    assert modes == {"return_series", "annualized_rate_series"}


def test_total_loss_leaves_nothing_and_a_later_deposit_starts_again(book: Book) -> None:
    rows = book["position_valuations"].to_pandas()
    own = rows[rows["portfolio_id"] == "PF-039"]
    values = own.groupby("valuation_date")["market_value"].sum().astype(float)
    assert values[date(2021, 1, 4)] == pytest.approx(2_000_000, rel=1e-3)
    assert values[date(2024, 5, 31)] == 0
    assert values[date(2024, 6, 3)] == 50_000


def test_the_closed_portfolio_ends_with_nothing(book: Book) -> None:
    rows = book["position_valuations"].to_pandas()
    own = rows[rows["portfolio_id"] == "PF-041"]
    last = own["valuation_date"].max()
    assert last == date(2024, 9, 30)
    assert own.loc[own["valuation_date"] == last, "market_value"].astype(float).abs().sum() == 0


def test_benchmark_weights_sum_to_one_at_each_of_many_rebalances(book: Book) -> None:
    weights = book["benchmark_constituents"].to_pandas()
    sums = weights.groupby(["benchmark_id", "effective_date"])["weight"].sum()
    assert set(sums) == {Decimal(1)}
    assert sums.groupby("benchmark_id").size().min() == 17


def test_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="begins on 2021-01-04"):
        build_book(63, date(2020, 12, 31))
    (tmp_path / "other").write_text("something", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is not empty"):
        write_book(tmp_path, 63, date(2021, 2, 1))
