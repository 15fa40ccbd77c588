"""The sample book: a pure function that only grows, adds up, and shows every hard case."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

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
    # Lira have no rate at all: what cannot be converted is not added up.
    rows = rows.filter(
        pc.and_(pc.is_null(rows["recorded_at"]), pc.not_equal(rows["position_id"], "NT-LIRA"))
    )
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
        if row["flow_currency"] == "TRY":
            continue
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
    closed = portfolios.dropna(subset="close_date").set_index("portfolio_id")["close_date"]
    assert closed.to_dict() == {"PF-041": date(2024, 9, 30), "PF-046": date(2023, 6, 30)}
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
    assert sums.groupby("benchmark_id").size().value_counts().to_dict() == {17: 15, 1: 3, 4: 1}


def test_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="begins on 2021-01-04"):
        build_book(63, date(2020, 12, 31))
    (tmp_path / "other").write_text("something", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is not empty"):
        write_book(tmp_path, 63, date(2021, 2, 1))


def values_of(book: Book, portfolio: str, position: str) -> Any:
    """Values at the close of one position, by day."""
    rows = book["position_valuations"]
    is_own = pc.and_(
        pc.equal(rows["portfolio_id"], portfolio), pc.equal(rows["position_id"], position)
    )
    frame = rows.filter(is_own).select(["valuation_date", "market_value"]).to_pandas()
    return frame.set_index("valuation_date")["market_value"]


def returns_of(book: Book, index: str) -> Any:
    """Returns of an index by day."""
    rows = book["constituent_returns"]
    frame = rows.filter(pc.equal(rows["constituent_id"], index)).to_pandas()
    return frame.set_index("return_date")["return_local"]


def flows_of(book: Book, portfolio: str) -> dict[tuple[date, str], Decimal]:
    """External flows of a portfolio by day and timing."""
    rows = book["external_flows"].to_pylist()
    return {
        (row["flow_date"], row["timing"]): row["amount"]
        for row in rows
        if row["portfolio_id"] == portfolio
    }


def test_a_portfolio_in_euros_holds_exactly_its_benchmark_in_sterling(book: Book) -> None:
    values, returns = (
        values_of(book, "PF-047", "NT-STERLING"),
        returns_of(book, "IX-STERLING"),
    )
    moved = values[values != values.shift()].iloc[1:]
    assert [str(value) for value in moved] == [
        "1250000.0000000000",
        "1000000.0000000000",
        "1250000.0000000000",
    ]
    for day, value in moved.items():
        assert value == values.shift()[day] * (1 + returns[day])
    others = returns[~returns.index.isin(moved.index)]
    assert set(others) == {Decimal(0)}


def test_things_happen_off_the_calendar(book: Book) -> None:
    values, returns = values_of(book, "PF-048", "NT-WEEKEND"), returns_of(book, "IX-WEEKEND")
    assert values[date(2025, 2, 1)] == values[date(2025, 1, 31)] / 2  # a Saturday
    assert values[date(2025, 2, 3)] == values[date(2025, 1, 31)]
    assert returns[date(2025, 2, 8)] == Decimal("0.05")  # another Saturday
    later = build_book(63, date(2025, 5, 2))
    holiday = date(2025, 5, 1)
    assert returns_of(later, "IX-WEEKEND")[holiday] == Decimal("0.02")
    assert holiday not in values_of(later, "PF-048", "NT-WEEKEND").index


def test_a_benchmark_lacks_the_day_of_the_largest_loss(book: Book) -> None:
    values, returns = values_of(book, "PF-049", "NT-GAPS"), returns_of(book, "IX-GAPS")
    fell = values[values < values.shift()].index.tolist()
    assert fell == [date(2025, 1, 20)]
    assert values[fell[0]] == Decimal(700_000)
    assert fell[0] not in returns.index


def test_sleeves_of_one_group_gain_without_capital(book: Book) -> None:
    for portfolio, names in (
        ("PF-050", ("NT-LONG", "NT-SHORT")),
        ("PF-051", ("NT-TENTH", "NT-FIFTH", "NT-OWED")),
    ):
        sums = sum(values_of(book, portfolio, name) for name in names)
        assert set(sums) == {Decimal(0)}
        cash = values_of(book, portfolio, "CASH-EUR")
        assert cash.iloc[-1] > cash.iloc[0]
        assert len(flows_of(book, portfolio)) == 1


def test_days_of_minus_one_nearly_and_dust() -> None:
    book = build_book(63, date(2025, 6, 30))
    whole = values_of(book, "PF-052", "NT-WHOLE")
    flows = flows_of(book, "PF-052")
    day = date(2025, 4, 10)
    begin, bod, eod = whole.shift()[day], flows[day, "BOD"], flows[day, "EOD"]
    assert (whole[day] - begin - bod - eod) / (begin + bod) == -1
    nearly = values_of(book, "PF-053", "NT-NEARLY")
    assert nearly[date(2025, 3, 10)] == Decimal("1e-10")
    dust = values_of(book, "PF-054", "NT-DUST")
    emptied, again = date(2025, 2, 10), date(2025, 5, 12)
    assert dust[emptied] == dust[again] == Decimal("0.01")
    assert flows_of(book, "PF-054")[emptied, "EOD"] == Decimal("-999999.99")
    assert flows_of(book, "PF-054")[again, "BOD"] == Decimal("-999999.99")
    assert dust[date(2025, 2, 13)] == Decimal("0.02")


def test_lots_make_up_all_some_and_nothing_of_what_is_held(book: Book) -> None:
    lots = book["lots"].filter(pc.equal(book["lots"]["portfolio_id"], "PF-055")).to_pandas()
    last = lots.groupby("position_id")["quantity"].last()
    held = values_of(book, "PF-055", "NT-LOTS-ALL").iloc[-1]
    assert last.to_dict() == {"NT-LOTS-ALL": held, "NT-LOTS-PART": held * 4 / 10}


def test_a_currency_has_no_rate_and_equal_days_are_equal(book: Book) -> None:
    quoted = {*book["fx_rates"]["base_currency"].to_pylist()}
    held = {*book["instruments"]["instrument_currency"].to_pylist()}
    assert held - quoted == {"TRY"}
    day = date(2025, 3, 6)  # 60 to 40 against 40 to 60
    first, second = returns_of(book, "IX-EQUAL-A")[day], returns_of(book, "IX-EQUAL-B")[day]
    benchmark = Decimal("0.4") * first + Decimal("0.6") * second
    assert benchmark == -flows_of(book, "PF-057")[day, "EOD"] / Decimal(1_000_000)


def test_what_is_valued_no_more_stays_open_and_breaks_once() -> None:
    book = build_book(63, date(2025, 9, 30))
    rows = book["position_valuations"]
    own = rows.filter(pc.equal(rows["portfolio_id"], "PF-058")).to_pandas()
    assert own["valuation_date"].max() == date(2025, 6, 30)
    stated = own[own["begin_mv"].notna()]
    assert stated["begin_mv"].tolist() == [Decimal(1_010_005)]
