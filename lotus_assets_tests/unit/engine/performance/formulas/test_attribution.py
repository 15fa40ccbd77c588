"""Attribution: the models by hand, absent groups, levels, frequency, currency, refusals."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lotus_assets.engine.performance.formulas.attribution import GroupAttribution, attribute_groups
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.variants import AttributionMethod
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    GroupRow,
    by,
    group_side,
    offsets,
    windows_on,
)

ONE, TWO = "2025-01-31", "2025-02-03"
NAN = float("nan")


def attributed(
    portfolio: GroupSide,
    benchmark: GroupSide,
    method: AttributionMethod | None = None,
    *periods: ReportingPeriod,
) -> GroupAttribution:
    dates = np.unique(portfolio.dates)
    windows = windows_on(dates, np.array([0, len(dates)]), *periods)
    return attribute_groups(portfolio, benchmark, windows, method)


def effect(found: GroupAttribution, group: int) -> tuple[Any, Any, Any]:
    row = found.groups.set_index("group").loc[group]
    return row["allocation"], row["selection"], row["interaction"]


PORTFOLIO = group_side([(ONE, 0, 0.7, 0.10), (ONE, 1, 0.3, -0.02)])
BENCHMARK = group_side([(ONE, 0, 0.5, 0.08), (ONE, 1, 0.5, 0.02)])


def test_brinson_fachler_by_hand() -> None:
    found = attributed(PORTFOLIO, BENCHMARK)
    # R_B = 5 %: allocation 0.2·3 %, selection 0.5·2 %, interaction 0.2·2 %.
    assert effect(found, 0) == pytest.approx((0.006, 0.01, 0.004))
    assert effect(found, 1) == pytest.approx((0.006, -0.02, 0.008))
    assert found.totals["active_return"][0] == pytest.approx(0.064 - 0.05)


def test_brinson_hood_beebower_by_hand() -> None:
    found = attributed(PORTFOLIO, BENCHMARK, by(Model.BHB))
    assert effect(found, 0) == pytest.approx((0.016, 0.01, 0.004))
    assert effect(found, 1) == pytest.approx((-0.004, -0.02, 0.008))


def test_two_effects_put_interaction_into_selection() -> None:
    found = attributed(PORTFOLIO, BENCHMARK, AttributionMethod(effect_count=2))
    allocation, selection, interaction = effect(found, 0)
    assert (allocation, selection) == pytest.approx((0.006, 0.014))
    assert np.isnan(interaction)
    assert found.groups["total"].sum() == pytest.approx(0.014)
    with pytest.raises(ValueError, match="2 or 3"):
        AttributionMethod(effect_count=4)


def test_a_group_on_one_side_only() -> None:
    """Absent from the portfolio r_P := r_B: allocation only; from the benchmark r_B := R_B."""
    portfolio = group_side([(ONE, 0, 0.6, 0.10), (ONE, 2, 0.4, 0.01)])
    benchmark = group_side([(ONE, 0, 0.5, 0.08), (ONE, 1, 0.5, 0.02)])
    found = attributed(portfolio, benchmark)
    assert effect(found, 1) == pytest.approx((-0.5 * (0.02 - 0.05), 0.0, 0.0))
    assert effect(found, 2) == pytest.approx((0.0, 0.0, 0.4 * (0.01 - 0.05)))
    assert found.groups["total"].sum() == pytest.approx(found.totals["active_return"][0])


def test_a_return_supplied_for_no_weight_is_used() -> None:
    portfolio = group_side([(ONE, 0, 1.0, 0.10), (ONE, 1, 0.0, 0.07)])
    found = attributed(portfolio, BENCHMARK)
    assert effect(found, 1) == pytest.approx((-0.5 * -0.03, 0.5 * 0.05, -0.5 * 0.05))


def test_weights_near_one_are_divided_by_their_sum() -> None:
    portfolio = group_side([(ONE, 0, 0.7 * (1 + 9e-7), 0.1), (ONE, 1, 0.3 * (1 + 9e-7), -0.02)])
    found = attributed(portfolio, BENCHMARK)
    assert found.totals["portfolio_return"][0] == pytest.approx(0.064, rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(ONE, 0, 0.7, 0.1), (ONE, 1, 0.31, 0.1)], "portfolio 0, 2025-01-31: weights"),
        ([(ONE, 0, 0.7, NAN), (ONE, 1, 0.3, 0.1)], "a weight but no return"),
        ([(ONE, 0, 0.7, 0.1), (ONE, 0, 0.3, 0.1)], "group 0: 2025-01-31 comes twice"),
        ([(TWO, 0, 1.0, 0.1)], "portfolio has no groups on 2025-01-31"),
        ([(ONE, 0, 1.0, 0.1), (TWO, 0, 1.0, 0.1)], "benchmark has no groups on 2025-02-03"),
    ],
)
def test_unusable_sides_are_refused(rows: list[GroupRow], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        attributed(group_side(rows), BENCHMARK)


def test_a_missing_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="group 1, 2025-01-31: no weight"):
        group_side([(ONE, 0, 1.0, 0.1), (ONE, 1, NAN, 0.1)])


def test_levels_split_allocation() -> None:
    """Groups 0, 1 under parent 0 and 2 under parent 1."""
    portfolio = group_side([(ONE, 0, 0.5, 0.1), (ONE, 1, 0.3, 0.0), (ONE, 2, 0.2, 0.05)])
    benchmark = group_side([(ONE, 0, 0.25, 0.08), (ONE, 1, 0.25, 0.02), (ONE, 2, 0.5, 0.03)])
    method = AttributionMethod(levels=np.array([[0, 0, 1]]))
    found = attributed(portfolio, benchmark, method)
    levels = found.levels.set_index("group")
    # R_B = 4 %; the level's own weights 0.8 and 0.5, its return 5 %.
    assert levels.loc[0, "between"] == pytest.approx(0.3 * 0.01)
    assert levels.loc[0, "allocation"] == pytest.approx(0.25 * 0.04 + 0.05 * -0.02)
    assert levels.loc[0, "within"] == pytest.approx(0.25 * 0.04 + 0.05 * -0.02 - 0.003)
    assert levels.loc[1, "within"] == pytest.approx(0.0, abs=1e-16)
    for name in ("allocation", "selection", "interaction", "total"):
        assert levels[name].sum() == pytest.approx(found.groups[name].sum())
    bhb = attributed(portfolio, benchmark, by(Model.BHB, levels=method.levels)).levels
    assert bhb.set_index("group").loc[0, "between"] == pytest.approx(0.3 * 0.05)


def test_a_coarser_frequency_takes_first_weights_and_linked_returns() -> None:
    days = ["2025-01-30", "2025-01-31", "2025-02-03"]
    portfolio = group_side(
        [
            (day, group, weight, value)
            for day, weights, values in zip(
                days,
                [(0.6, 0.4), (0.9, 0.1), (0.5, 0.5)],
                [(0.1, 0.0), (0.1, 0.0), (0.0, 0.2)],
                strict=True,
            )
            for group, (weight, value) in enumerate(zip(weights, values, strict=True))
        ]
    )
    benchmark = group_side([(day, group, 0.5, 0.01) for day in days for group in (0, 1)])
    found = attributed(portfolio, benchmark, by(linking=Linking.NONE, frequency=Frequency.MONTHLY))
    # January: 0.6·21 %; February: 0.5·20 %.
    assert found.totals["portfolio_return"][0] == pytest.approx(1.126 * 1.1 - 1)
    assert found.totals["benchmark_return"][0] == pytest.approx(1.01**3 - 1)
    remainder = found.totals["linking_remainder"][0]
    total = found.groups["total"].sum()
    assert total + remainder == pytest.approx(found.totals["active_return"][0])
    assert remainder != 0.0


def test_other_portfolios_pieces_change_no_bit() -> None:
    """A portfolio valued once a month has nothing to link in it, whoever else is in the call.

    Its group below -1 is a single day's return: no chain, and none broken.
    """
    month_ends = ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"]
    monthly = [
        (day, 0, 0.7, value)
        for day, value in zip(month_ends, (0.013, -1.2, 0.07, 0.021), strict=True)
    ]
    monthly += [(day, 1, 0.3, 0.009) for day in month_ends]
    benchmark = [
        (day, 0, 1.0, value)
        for day, value in zip(month_ends, (0.011, 0.017, 0.03, 0.1), strict=True)
    ]
    days = [str(day) for day in np.arange("2025-01-29", "2025-02-05", dtype="datetime64[D]")]
    daily = [(day, 0, 1.0, 0.013) for day in days]
    method = by(linking=Linking.GRAP, frequency=Frequency.MONTHLY)

    def found(*rows: list[GroupRow]) -> pd.DataFrame:
        dates = [sorted({row[0] for row in portfolio}) for portfolio in rows]
        segments = offsets([len(each) for each in dates])
        windows = windows_on(
            np.concatenate([np.array(each, "datetime64[D]") for each in dates]), segments
        )
        own, other = joined_sides([*rows]), joined_sides([benchmark, *rows[1:]])
        return attribute_groups(own, other, windows, method).groups

    alone, together = found(monthly), found(monthly, daily)
    assert alone["total"].notna().all()
    pd.testing.assert_frame_equal(alone, together[together["portfolio"] == 0], check_exact=True)


def joined_sides(portfolios: list[list[GroupRow]]) -> GroupSide:
    """Sides of several portfolios as one."""
    sides = [group_side(rows) for rows in portfolios]
    return GroupSide(
        np.concatenate([side.dates for side in sides]),
        np.concatenate([side.group for side in sides]),
        np.concatenate([side.weight for side in sides]),
        np.concatenate([side.return_base for side in sides]),
        offsets([len(side.dates) for side in sides]),
    )


def test_a_group_that_breaks_within_a_month_breaks_the_period() -> None:
    days = ["2025-01-30", "2025-01-31"]
    portfolio = group_side([(days[0], 0, 1.0, -1.5), (days[1], 0, 1.0, 0.1)])
    benchmark = group_side([(day, 0, 1.0, 0.01) for day in days])
    found = attributed(portfolio, benchmark, by(linking=Linking.GRAP, frequency=Frequency.MONTHLY))
    assert found.totals["status"].tolist() == ["BROKEN_CHAIN"]
    assert found.groups["total"].isna().all()


@pytest.mark.parametrize(
    ("value", "linking", "status"),
    [
        (-1.0, Linking.CARINO, "NOT_LINKABLE"),
        (-1.0, Linking.MENCHERO, "NOT_LINKABLE"),
        (-1.0, Linking.GRAP, "OK"),
        (-1.0, Linking.FRONGELLO, "OK"),
        (-1.0, Linking.NONE, "OK"),
        (-1.5, Linking.CARINO, "NOT_LINKABLE"),
        (-1.5, Linking.MENCHERO, "NOT_LINKABLE"),
        (-1.5, Linking.GRAP, "BROKEN_CHAIN"),
    ],
)
def test_total_losses(value: float, linking: Linking, status: str) -> None:
    portfolio = group_side([(ONE, 0, 1.0, 0.5), (TWO, 0, 1.0, value)])
    benchmark = group_side([(ONE, 0, 1.0, 0.1), (TWO, 0, 1.0, 0.1)])
    found = attributed(portfolio, benchmark, by(linking=linking))
    assert found.totals["status"].tolist() == [status]
    assert found.totals["status_date"].tolist() == [pd.Timestamp(TWO)]
    if status == "OK":
        total = found.groups["total"].sum() + found.totals["linking_remainder"][0]
        assert total == pytest.approx(-1.0 - 0.21)


def test_currency_effects_by_hand_sum_to_the_active_return() -> None:
    rows = [(ONE, 0, 0.7, 0.10), (ONE, 1, 0.3, -0.02)]
    portfolio = group_side(rows, [0.06, -0.02])
    benchmark = group_side([(ONE, 0, 0.5, 0.08), (ONE, 1, 0.5, 0.02)], [0.04, 0.02])
    found = attributed(portfolio, benchmark).currency.set_index("group")
    # Local: L_B = 3 %; currency: x_P = 4 %, 0 and x_B = 4 %, 0, X_B = 2 %.
    local, currency = (found.filter(like=name).iloc[0] for name in ("local", "currency"))
    assert local.tolist() == pytest.approx([0.2 * 0.01, 0.5 * 0.02, 0.2 * 0.02, 0.016])
    assert currency.tolist() == pytest.approx([0.2 * 0.02, 0.0, 0.0, 0.004], abs=1e-15)
    names = ["local_total", "currency_total"]
    assert found[names].to_numpy().sum() == pytest.approx(0.064 - 0.05)


def test_a_group_without_local_return_is_in_the_base_currency() -> None:
    portfolio = group_side([(ONE, 0, 0.7, 0.10), (ONE, 1, 0.3, -0.02)], [0.06, NAN])
    benchmark = group_side([(ONE, 0, 0.5, 0.08), (ONE, 1, 0.5, 0.02)], [0.04, NAN])
    found = attributed(portfolio, benchmark).currency.set_index("group")
    assert found.loc[1, "currency_selection"] == 0.0
    assert found[["local_total", "currency_total"]].to_numpy().sum() == pytest.approx(0.014)


def test_fx_returns_are_checked() -> None:
    def side(fx: float) -> GroupSide:
        return GroupSide(
            np.array([ONE], "datetime64[D]"),
            np.zeros(1, int),
            np.ones(1),
            np.array([0.155]),
            np.array([0, 1]),
            np.array([0.05]),
            np.array([fx]),
        )

    assert side(0.1).return_local is not None
    with pytest.raises(ValueError, match="portfolio 0, group 0, 2025-01-31"):
        side(0.1001)


def test_unusable_windows_have_no_effects() -> None:
    found = attributed(
        PORTFOLIO, BENCHMARK, None, ReportingPeriod("EXPLICIT", "2024-01-01", "2024-02-01")
    )
    assert found.totals["status"].tolist() == ["NO_OBSERVATIONS"]
    assert found.groups["total"].isna().all()
    assert isinstance(found.levels, pd.DataFrame)
    assert found.currency.empty
