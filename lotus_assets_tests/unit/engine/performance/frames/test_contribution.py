"""Contribution of whole books: totals, positions and levels as asset and API show them."""

from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets.engine.performance.frames.contribution import (
    ContributionOptions,
    ContributionResult,
    contributed,
    contribution_days,
)
from lotus_assets.engine.performance.frames.portfolio_parts import portfolio_parts
from lotus_assets_tests.unit.engine.performance.frames.books import (
    Point,
    metas_of,
    parts_of,
    points_of,
    portfolios_of,
)

AS_OF = date(2025, 2, 4)
DAYS = ["2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04"]
ITD = (ReportingPeriod("ITD"),)
BY_HAND: list[Point] = [
    ("P", "", DAYS[0], 100, 0, 0, 0, 106),
    ("P", "", DAYS[1], 106, 0, 0, -2, 96),
    ("P", "A", DAYS[0], 60, 0, 0, 0, 66),
    ("P", "A", DAYS[1], 66, 0, 0, 0, 66),
    ("P", "B", DAYS[0], 40, 0, 0, 0, 40),
    ("P", "B", DAYS[1], 40, 0, 0, 0, 30),
]


def test_frongello_by_hand_with_levels() -> None:
    """Day 2 counts for 1.06: -10/106 of it is -0.10, the fee 2/106 of it -0.02."""
    metas = {("P", "A"): {"region": "EU"}}
    options = ContributionOptions(ITD, ("region",))
    variant = ContributionVariant(linking=Linking.FRONGELLO)
    found = contributed(parts_of(BY_HAND, AS_OF, metas, ("region",)), options, [variant])
    (total,) = found.totals.to_dict("records")
    assert total["portfolio_return"] == pytest.approx(-0.06)
    assert total["fees"] == pytest.approx(-0.02)
    assert total["unexplained"] == pytest.approx(0.0, abs=1e-15)
    assert (total["status"], total["period"], total["is_clamped"]) == ("OK", "ITD", False)
    assert found.positions["position_id"].tolist() == ["A", "B"]
    assert found.positions["contribution"].tolist() == pytest.approx([0.06, -0.10])
    assert found.positions["position_return"].tolist() == pytest.approx([0.1, -0.25])
    assert dict(zip(found.levels["key"], found.levels["contribution"], strict=True)) == (
        pytest.approx({'{"region": "EU"}': 0.06, '{"region": "Unclassified"}': -0.10})
    )


def test_days_explain_the_contribution() -> None:
    found = contribution_days(parts_of(BY_HAND, AS_OF))
    second = found.to_dict("records")[3]
    assert (second["position_id"], second["perf_date"]) == ("B", pd.Timestamp(DAYS[1]))
    assert second["gain"] == -10
    assert second["weight"] == pytest.approx(40 / 106)
    assert second["contribution"] == pytest.approx(-10 / 106)
    assert second["position_return"] == pytest.approx(-0.25)


def test_a_loss_of_everything_is_not_linkable_but_shown() -> None:
    lost: list[Point] = [
        ("P", "", DAYS[0], 100, 0, 0, 0, 0),
        ("P", "A", DAYS[0], 100, 0, 0, 0, 0),
    ]
    found = contributed(parts_of(lost, AS_OF), ContributionOptions(ITD))
    assert found.totals["status"].tolist() == ["NOT_LINKABLE"]
    assert found.totals["portfolio_return"].tolist() == [-1.0]
    assert np.isnan(found.totals["fees"][0])
    assert np.isnan(found.positions["contribution"][0])
    assert found.positions["position_return"].tolist() == [-1.0]


def test_positions_without_a_day_in_the_period_have_no_row() -> None:
    rows: list[Point] = [
        ("P", "", DAYS[0], 100, 0, 0, 0, 100),
        ("P", "", DAYS[2], 100, 0, 0, 0, 100),
        ("P", "OLD", DAYS[0], 100, 0, 0, 0, 100),
        ("P", "NEW", DAYS[2], 100, 0, 0, 0, 100),
    ]
    periods = (ReportingPeriod("MTD"), ReportingPeriod("ITD"), ReportingPeriod("1Y"))
    parts = parts_of(rows, AS_OF)
    known = replace(parts.days, portfolio_open_date=np.array(["2023-01-01"], "datetime64[D]"))
    found = contributed(replace(parts, days=known), ContributionOptions(periods))
    assert found.positions[["period", "position_id"]].to_numpy().tolist() == [["MTD", "NEW"]]
    assert found.totals["status"].tolist() == ["OK", "WINDOW_TOO_SHORT", "WINDOW_TOO_SHORT"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("P", "A", DAYS[2], 1, 0, 0, 0, 1), "portfolio P, A: 2025-02-03 is no day of"),
        (("P", "A", DAYS[1], 1, 0, 0, 0, 1), "portfolio P, A: 2025-01-31 comes twice"),
        (("Q", "A", DAYS[1], 1, 0, 0, 0, 1), "portfolio Q has points but is not listed"),
    ],
)
def test_points_that_do_not_fit_are_named(row: Point, message: str) -> None:
    points = points_of([*BY_HAND, row])
    from_p = points[points["portfolio_id"] == "P"]
    with pytest.raises(ValueError, match=message):
        portfolio_parts(points, portfolios_of(from_p, AS_OF), metas_of({}))


amount = st.integers(100, 1000)
# The least capital, 50, keeps the greatest loss and fees: every book can be linked.
position_days = st.lists(
    st.tuples(amount, st.integers(-50, 50), st.integers(-40, 80), st.integers(-3, 0)),
    min_size=len(DAYS),
    max_size=len(DAYS),
)
classes = st.tuples(st.sampled_from(["EU", "US"]), st.sampled_from(["IT", "Bank", None]))
books = st.lists(
    st.lists(st.tuples(position_days, classes), min_size=1, max_size=4), min_size=1, max_size=3
)
Book = list[list[tuple[list[tuple[int, int, int, int]], tuple[str, str | None]]]]
PERIODS = (ReportingPeriod("MTD"), ReportingPeriod("ITD"))
HIERARCHY = ("region", "sector")


def rows_of(book: Book, scale: float = 1.0) -> list[Point]:
    """Portfolios that are the sums of their positions, with a fee and a gain of their own."""
    rows: list[Point] = []
    for number, positions in enumerate(book):
        table = np.array([days for days, _ in positions], float) * scale
        begin, flow, gain, fee = (table[:, :, column] for column in range(4))
        end = begin + flow + gain
        for place, day in enumerate(DAYS):
            rows += [
                (f"P{number}", f"X{at}", day, b, f, 0.0, c, e)
                for at, (b, f, c, e) in enumerate(
                    zip(begin[:, place], flow[:, place], fee[:, place], end[:, place], strict=True)
                )
            ]
            own = [one[:, place].sum() for one in (begin, flow, fee, end)]
            rows.append(
                (f"P{number}", "", day, own[0], own[1], 0.0, own[2] - 5 * scale, own[3] + scale)
            )
    return rows


def metas(book: Book) -> dict[tuple[str, str], dict[str, str]]:
    """Regions, and sectors where there are some."""
    return {
        (f"P{number}", f"X{at}"): {"region": region} | ({"sector": sector} if sector else {})
        for number, positions in enumerate(book)
        for at, (_, (region, sector)) in enumerate(positions)
    }


def worked_out(
    points: pd.DataFrame, book: Book, options: ContributionOptions, *variants: ContributionVariant
) -> ContributionResult:
    return contributed(parts_of(points, AS_OF, metas(book), options.hierarchy), options, variants)


linkings = st.sampled_from([Linking.CARINO, Linking.FRONGELLO, Linking.NONE])


@settings(max_examples=40)
@given(books, linkings, st.sampled_from(Basis))
def test_positions_and_every_level_sum_to_the_return(
    book: Book, linking: Linking, basis: Basis
) -> None:
    options = ContributionOptions(PERIODS, HIERARCHY)
    found = worked_out(points_of(rows_of(book)), book, options, ContributionVariant(basis, linking))
    keys = ["portfolio_id", "period"]
    totals = found.totals.set_index(keys)
    assert (totals["status"] == "OK").all()
    rest = totals["portfolio_return"] - totals["fees"] - totals["unexplained"]
    terms = found.positions.groupby(keys)["contribution"].agg(lambda one: one.abs().sum())
    bound = 1e-12 * np.maximum(1.0, terms)
    sums = [found.positions, found.levels[found.levels["level"] == 1]]
    sums.append(found.levels[found.levels["level"] == 2])
    for rows in sums:
        gap = rows.groupby(keys)["contribution"].sum() - rest
        assert (gap.abs() <= bound).all()


@settings(max_examples=25)
@given(books, linkings, st.randoms(use_true_random=False))
def test_order_of_rows_and_company_change_no_bit(
    book: Book, linking: Linking, random: Random
) -> None:
    """Shuffled rows, periods the other way round, each portfolio alone: the same bytes."""
    options, variant = ContributionOptions(PERIODS, HIERARCHY), ContributionVariant(linking=linking)
    points = points_of(rows_of(book))
    usual = worked_out(points, book, options, variant)
    shuffled = points.sample(frac=1.0, random_state=random.randint(0, 1000))
    order = ["portfolio_id", "period"]
    backwards = replace(options, periods=PERIODS[::-1])
    for name, more in (
        ("totals", []),
        ("positions", ["position_id"]),
        ("levels", ["level", "key"]),
    ):
        sorted_by = order + more
        expected = getattr(usual, name).sort_values(sorted_by, ignore_index=True)
        turned = getattr(worked_out(shuffled, book, backwards, variant), name)
        alone = pd.concat(
            [
                getattr(worked_out(rows, book, options, variant), name)
                for _, rows in points.groupby("portfolio_id")
            ]
        )
        for other in (turned, alone):
            pd.testing.assert_frame_equal(
                other.sort_values(sorted_by, ignore_index=True), expected, check_exact=True
            )


@settings(max_examples=25)
@given(books, linkings)
def test_the_unit_of_money_changes_nothing(book: Book, linking: Linking) -> None:
    options, variant = ContributionOptions(PERIODS), ContributionVariant(linking=linking)
    usual = worked_out(points_of(rows_of(book)), book, options, variant)
    scaled = worked_out(points_of(rows_of(book, 1024.0)), book, options, variant)
    pd.testing.assert_frame_equal(scaled.positions, usual.positions, check_exact=True)


@settings(max_examples=25)
@given(books, st.lists(st.tuples(st.sampled_from(Basis), linkings), min_size=1, unique=True))
def test_variants_worked_out_together_are_those_worked_out_alone(
    book: Book, pairs: list[tuple[Basis, Linking]]
) -> None:
    options, points = ContributionOptions(PERIODS, HIERARCHY), points_of(rows_of(book))
    variants = [ContributionVariant(*pair) for pair in pairs]
    together = worked_out(points, book, options, *variants)
    alone = [worked_out(points, book, options, variant) for variant in variants]
    for name in ("totals", "positions", "levels"):
        expected = pd.concat([getattr(single, name) for single in alone], ignore_index=True)
        pd.testing.assert_frame_equal(getattr(together, name), expected, check_exact=True)
        named = expected[["metric_basis", "linking"]].drop_duplicates()
        assert list(named.itertuples(index=False, name=None)) == [
            (str(basis), str(linking)) for basis, linking in pairs
        ]
