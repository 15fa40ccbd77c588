"""Contributions: rows sum to the return, by hand and for anything."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas import contribution as module
from lotus_assets.engine.performance.formulas.contribution import Contributions, contributions
from lotus_assets.engine.performance.formulas.contribution_levels import contribution_levels
from lotus_assets.engine.performance.formulas.daily_returns import Basis, DailyValues
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    Row,
    daily_values,
    offsets,
    windows_of,
)

LINKINGS = [Linking.CARINO, Linking.FRONGELLO, Linking.NONE]
DAYS = ["2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04", "2025-02-05"]


def by(basis: Basis = Basis.NET, linking: Linking = Linking.CARINO) -> list[ContributionVariant]:
    return [ContributionVariant(basis, linking)]


def total(found: Contributions) -> pd.Series:
    """Sum of all rows of each portfolio and period, less its return."""
    keys = ["portfolio", "period"]
    rows = found.positions.groupby(keys)["contribution"].sum()
    totals = found.totals.set_index(keys)
    gap: pd.Series = rows + totals["fees"] + totals["unexplained"] - totals["portfolio_return"]
    return gap


def two_positions() -> tuple[DailyValues, DailyValues]:
    """A (60 → 66 → 66) and B (40 → 40 → 30), fee 2 of the portfolio on the second day."""
    first = [(DAYS[0], 60, 0, 0, 0, 66), (DAYS[1], 66, 0, 0, 0, 66)]
    second = [(DAYS[0], 40, 0, 0, 0, 40), (DAYS[1], 40, 0, 0, 0, 30)]
    whole = [(DAYS[0], 100, 0, 0, 0, 106), (DAYS[1], 106, 0, 0, -2, 96)]
    return daily_values(whole), daily_values(first, second)


def test_frongello_by_hand() -> None:
    portfolio, positions = two_positions()
    found = contributions(
        portfolio, positions, offsets([2]), windows_of(portfolio), by(linking=Linking.FRONGELLO)
    )
    # Day 2 counts for 1.06: -10/106 of it is -0.10, the fee -0.02.
    assert found.positions["contribution"].tolist() == pytest.approx([0.06, -0.10])
    assert found.totals["fees"][0] == pytest.approx(-0.02)
    assert found.totals["portfolio_return"][0] == pytest.approx(-0.06)
    assert found.totals["unexplained"][0] == pytest.approx(0.0, abs=1e-15)
    # (60/100 + 66/106)/2 and the positions' own returns.
    assert found.positions["average_weight"][0] == pytest.approx((0.6 + 66 / 106) / 2)
    assert found.positions["return"].tolist() == pytest.approx([0.1, -0.25])


def test_carino_by_hand() -> None:
    portfolio, positions = two_positions()
    found = contributions(portfolio, positions, offsets([2]), windows_of(portfolio))
    first, second, whole = 0.06, -12 / 106, -0.06
    k = [np.log1p(r) / r for r in (first, second, whole)]
    expected = [0.06 * k[0] / k[2], -10 / 106 * k[1] / k[2]]
    assert found.positions["contribution"].tolist() == pytest.approx(expected)
    assert found.totals["fees"][0] == pytest.approx(-2 / 106 * k[1] / k[2])


def test_gross_has_no_fees_and_none_keeps_the_remainder() -> None:
    portfolio, positions = two_positions()
    windows = windows_of(portfolio)
    found = contributions(
        portfolio, positions, offsets([2]), windows, by(Basis.GROSS, Linking.NONE)
    )
    assert found.totals["fees"][0] == 0.0
    assert found.positions["contribution"].tolist() == pytest.approx([0.06, -10 / 106])
    # 1.06·(1 - 10/106) - 1 = -0.04, and the sum is 0.06 - 10/106.
    assert found.totals["unexplained"][0] == pytest.approx(-0.04 - 0.06 + 10 / 106)


def test_fees_on_positions_are_in_the_row_of_fees_once() -> None:
    """100 gains 10 before fees of 5, 3 of them paid by the position: 0.10 - 0.05."""
    position = [(DAYS[0], 100, 0, 0, -3, 110)]
    portfolio = daily_values([(DAYS[0], 100, 0, 0, -5, 110)])
    found = contributions(portfolio, daily_values(position), offsets([1]), windows_of(portfolio))
    assert found.positions["contribution"][0] == pytest.approx(0.1)
    assert found.positions["return"][0] == pytest.approx(0.07)
    assert found.totals["fees"][0] == pytest.approx(-0.05)
    assert found.totals["unexplained"][0] == pytest.approx(0.0, abs=1e-15)


def test_fees_are_linked_as_positions_are() -> None:
    """0.10 - 0.05, then 0.20 - 0.10 on 105: Frongello has the second day count for 1.05."""
    days = [(DAYS[0], 100, 0, 0, -5, 110), (DAYS[1], 105, 0, 0, -10.5, 126)]
    portfolio = daily_values(days)
    variants = by(Basis.NET, Linking.FRONGELLO) + by(Basis.GROSS, Linking.FRONGELLO)
    found = contributions(
        portfolio, daily_values(days), offsets([1]), windows_of(portfolio), variants
    )
    # Gross, the second day counts for 1.10.
    assert found.positions["contribution"].tolist() == pytest.approx([0.31, 0.32])
    assert found.totals["fees"].tolist() == pytest.approx([-0.155, 0.0])
    assert found.totals["portfolio_return"].tolist() == pytest.approx([0.155, 0.32])


def test_a_future_without_capital_contributes() -> None:
    future = [(DAYS[0], 0, 0, 0, 0, 5)]
    cash = [(DAYS[0], 100, 0, 0, 0, 100)]
    portfolio = daily_values([(DAYS[0], 100, 0, 0, 0, 105)])
    found = contributions(
        portfolio, daily_values(future, cash), offsets([2]), windows_of(portfolio)
    )
    assert found.positions["contribution"].tolist() == pytest.approx([0.05, 0.0])
    assert found.positions["return_status"].tolist() == ["UNDEFINED_RETURN", "OK"]


def test_short_portfolio_capital_keeps_its_sign() -> None:
    """-100 becomes -110: a loss of 10 on capital -100 is +10 % signed."""
    rows = [(DAYS[0], -100, 0, 0, 0, -110)]
    portfolio = daily_values(rows)
    found = contributions(portfolio, daily_values(rows), offsets([1]), windows_of(portfolio))
    assert found.positions["contribution"][0] == pytest.approx(0.1)
    assert found.totals["portfolio_return"][0] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("linking", "end", "status"),
    [
        (Linking.CARINO, 0, "NOT_LINKABLE"),
        (Linking.CARINO, -50, "NOT_LINKABLE"),
        (Linking.FRONGELLO, 0, "OK"),
        (Linking.FRONGELLO, -50, "BROKEN_CHAIN"),
        (Linking.NONE, -50, "BROKEN_CHAIN"),
    ],
)
def test_losses_of_everything_and_more(linking: Linking, end: float, status: str) -> None:
    rows: list[Row] = [(DAYS[0], 100, 0, 0, 0, end), (DAYS[1], 100, 0, 0, 0, 150)]
    portfolio = daily_values(rows)
    found = contributions(
        portfolio, daily_values(rows), offsets([1]), windows_of(portfolio), by(linking=linking)
    )
    assert found.totals["status"].tolist() == [status]
    assert found.positions["contribution"].isna().tolist() == [status != "OK"]
    if status == "OK":
        assert found.positions["contribution"][0] == -1.0


def test_a_position_held_for_a_part_weighs_nothing_on_other_days() -> None:
    whole = [(day, 100, 0, 0, 0, 110) for day in DAYS]
    part = [(DAYS[1], 50, 0, 0, 0, 55)]
    portfolio = daily_values(whole)
    periods = [ReportingPeriod("MTD"), ReportingPeriod("ITD")]
    windows = windows_of(portfolio, *periods)
    found = contributions(portfolio, daily_values(part), offsets([1]), windows)
    rows = found.positions.set_index("period")
    assert rows.loc["ITD", "average_weight"] == pytest.approx(0.1)
    assert rows.loc["ITD", "return"] == pytest.approx(0.1)
    assert rows.loc["MTD", "contribution"] == 0.0
    assert rows.loc["MTD", "return_status"] == "NO_OBSERVATIONS"


def test_a_position_s_day_must_be_the_portfolio_s() -> None:
    portfolio = daily_values([(DAYS[0], 1, 0, 0, 0, 1), (DAYS[2], 1, 0, 0, 0, 1)])
    for day in (DAYS[1], DAYS[3]):
        stray = daily_values([(day, 1, 0, 0, 0, 1)])
        with pytest.raises(ValueError, match="no portfolio row of that day"):
            contributions(portfolio, stray, offsets([1]), windows_of(portfolio))
    with pytest.raises(ValueError, match="not MENCHERO"):
        by(linking=Linking.MENCHERO)
    with pytest.raises(ValueError, match="for 2 portfolios"):
        contributions(portfolio, portfolio, offsets([1, 0]), windows_of(portfolio))


money = st.integers(0, 1000)
position_days = st.lists(
    st.tuples(st.integers(100, 1000), st.integers(-50, 50), money, st.integers(-3, 0)),
    min_size=len(DAYS),
    max_size=len(DAYS),
)
books = st.lists(st.lists(position_days, min_size=1, max_size=4), min_size=1, max_size=3)


def build(
    book: list[list[list[tuple[int, int, int, int]]]], scale: float = 1.0
) -> tuple[DailyValues, DailyValues, list[int]]:
    """Portfolios that are the sums of their positions, with a fee and a gain of their own."""
    wholes: list[list[Row]] = []
    parts: list[list[Row]] = []
    for positions in book:
        table = np.array(positions, float) * scale
        parts.extend(
            [
                (day, b, f, 0.0, c, b + f + e / 2)
                for day, (b, f, e, c) in zip(DAYS, one, strict=True)
            ]
            for one in table
        )
        b, f, e, c = table.sum(axis=0).T
        wholes.append(
            [
                (day, b[t], f[t], 0.0, c[t] - 5 * scale, b[t] + f[t] + e[t] / 2 + scale)
                for t, day in enumerate(DAYS)
            ]
        )
    return daily_values(*wholes), daily_values(*parts), [len(positions) for positions in book]


@given(books, st.sampled_from(LINKINGS), st.sampled_from(Basis))
def test_rows_sum_to_the_return(
    book: list[list[list[tuple[int, int, int, int]]]], linking: Linking, basis: Basis
) -> None:
    portfolio, positions, counts = build(book)
    windows = windows_of(portfolio, ReportingPeriod("MTD"), ReportingPeriod("ITD"))
    found = contributions(portfolio, positions, offsets(counts), windows, by(basis, linking))
    assert (found.totals["status"] == "OK").all()
    assert total(found).abs().max() <= 1e-12 * max(1.0, found.positions["contribution"].abs().sum())


@given(books, st.sampled_from(LINKINGS), st.randoms())
def test_order_scale_and_chunks_change_nothing(
    book: list[list[list[tuple[int, int, int, int]]]], linking: Linking, random: object
) -> None:
    portfolio, positions, counts = build(book)
    windows = windows_of(portfolio, ReportingPeriod("MTD"), ReportingPeriod("ITD"))
    usual = contributions(portfolio, positions, offsets(counts), windows, by(linking=linking))
    scaled = build(book, 1024.0)
    other = contributions(scaled[0], scaled[1], offsets(counts), windows, by(linking=linking))
    np.testing.assert_array_equal(other.positions["contribution"], usual.positions["contribution"])
    turned = build([one[::-1] for one in book])
    backwards = windows_of(portfolio, ReportingPeriod("ITD"), ReportingPeriod("MTD"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK_ROWS", 1)
        third = contributions(turned[0], turned[1], offsets(counts), backwards, by(linking=linking))
    first = np.append(0, np.cumsum(counts))
    again = third.positions.assign(
        position=[
            first[p] + first[p + 1] - 1 - q
            for p, q in zip(third.positions["portfolio"], third.positions["position"], strict=True)
        ]
    )
    keys = ["period", "position"]
    for name in ("contribution", "average_weight", "return"):
        np.testing.assert_allclose(
            again.sort_values(keys)[name],
            usual.positions.sort_values(keys)[name],
            rtol=1e-12,
            atol=1e-15,
        )


@given(books, st.sampled_from([Linking.CARINO, Linking.FRONGELLO]))
def test_splitting_a_period_changes_nothing(
    book: list[list[list[tuple[int, int, int, int]]]], linking: Linking
) -> None:
    """Two parts linked like two days give the whole's contributions."""
    portfolio, positions, counts = build(book)
    parts = [
        ReportingPeriod("EXPLICIT", DAYS[0], DAYS[1]),
        ReportingPeriod("EXPLICIT", DAYS[2], DAYS[4]),
        ReportingPeriod("ITD"),
    ]
    windows = windows_of(portfolio, *parts)
    found = contributions(portfolio, positions, offsets(counts), windows, by(linking=linking))
    rows = found.positions.pivot(index="position", columns="period", values="contribution")
    returns = found.totals.pivot(index="portfolio", columns="period", values="portfolio_return")
    keys = [part.key for part in parts]
    own = returns.loc[np.repeat(np.arange(len(counts)), counts), keys].to_numpy()
    if linking is Linking.FRONGELLO:
        factor = np.column_stack([np.ones(len(own)), 1 + own[:, 0]])
    else:
        k = np.where(own == 0, 1.0, np.log1p(own) / np.where(own == 0, 1.0, own))
        factor = k[:, :2] / k[:, 2:]
    joined = (rows[keys[:2]].to_numpy() * factor).sum(axis=1)
    np.testing.assert_allclose(joined, rows[keys[2]], rtol=1e-10, atol=1e-13)


def test_levels_are_sums_of_their_children() -> None:
    """Two regions over three groups; the last group is of no position of the second variant."""
    positions = pd.DataFrame(
        {
            "variant": [0, 0, 0, 0, 1],
            "window": 0,
            "portfolio": 0,
            "period": "YTD",
            "position": [0, 1, 2, 3, 1],
            "contribution": [0.1, 0.2, 0.4, 0.8, 1.6],
            "average_weight": [0.1, 0.2, 0.3, 0.4, 0.5],
        }
    )
    groups, levels = np.array([1, 0, 1, 2]), np.array([[0, 0, 1], [0, 1, 2]])
    found = contribution_levels(positions, groups, levels)
    shown = ["variant", "level", "group", "contribution", "average_weight"]
    assert found[shown].to_numpy().tolist() == [
        [0, 1, 0, pytest.approx(0.7), pytest.approx(0.6)],
        [0, 1, 1, 0.8, 0.4],
        [0, 2, 0, 0.2, 0.2],
        [0, 2, 1, 0.5, 0.4],
        [0, 2, 2, 0.8, 0.4],
        [1, 1, 0, 1.6, 0.5],
        [1, 2, 0, 1.6, 0.5],
    ]
    assert contribution_levels(positions.iloc[:0], groups, levels).empty
