"""Annualisation: the rules of a year, and day counts of published examples."""

import numpy as np
import pytest

from lotus_assets.engine.performance.formulas.annualisation import (
    AnnualisationBasis,
    BusinessCalendars,
    annualise,
    years_act_365,
    years_act_act,
)
from lotus_assets.engine.performance.formulas.segments import as_days
from lotus_assets.engine.performance.formulas.statuses import Reason


def annual(
    value: float, start: str, end: str, years: int = 0, basis: str = "ACT/365", days: int = 0
) -> tuple[float, Reason]:
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log1p(np.array([value]))
    found, reason = annualise(
        growth,
        np.array([start], "datetime64[D]"),
        np.array([end], "datetime64[D]"),
        np.array([years]),
        AnnualisationBasis(basis),
        np.array([days]),
    )
    return float(found[0]), reason[0]


def test_whole_years_of_an_unclamped_period_are_taken_as_they_are() -> None:
    assert annual(0.331, "2022-04-01", "2025-03-31", 3)[0] == pytest.approx(0.1, rel=1e-14)


def test_act_365_counts_both_ends() -> None:
    # 2023 and 2024: 731 days.
    found = annual(0.21, "2023-01-01", "2024-12-31")[0]
    assert found == pytest.approx(1.21 ** (365 / 731) - 1, rel=1e-14)


def test_a_period_of_a_day_less_than_a_year_is_not_annualised() -> None:
    assert annual(0.1, "2024-01-01", "2024-12-30")[1] == Reason.PERIOD_SHORTER_THAN_ONE_YEAR
    assert annual(0.1, "2024-01-01", "2024-12-31")[1] == Reason.NONE
    # From 29 February a year goes to 28 February, and a day back.
    assert annual(0.1, "2024-02-29", "2025-02-27")[1] == Reason.NONE
    assert annual(0.1, "2024-02-29", "2025-02-26")[1] == Reason.PERIOD_SHORTER_THAN_ONE_YEAR


def test_no_return_has_no_annual_one_and_a_total_loss_stays() -> None:
    assert annual(float("nan"), "2020-01-01", "2024-12-31")[1] == Reason.NO_RETURN
    assert annual(-1.5, "2020-01-01", "2024-12-31")[1] == Reason.NO_RETURN
    assert annual(-1.0, "2020-01-01", "2024-12-31") == (-1.0, Reason.NONE)


def test_business_days_count_for_whole_years_too() -> None:
    days = np.array(["2024-01-02", "2024-06-03", "2025-01-02"], "datetime64[D]")
    calendars = BusinessCalendars([days, days[:1]], np.array([0, 1]))
    starts = np.array(["2024-01-02", "2024-01-03"], "datetime64[D]")
    ends = np.array(["2025-01-02", "2025-01-02"], "datetime64[D]")
    assert calendars.count(np.array([0, 1]), starts, ends).tolist() == [3, 0]
    found = annual(0.21, "2022-01-01", "2023-12-31", 2, "BUS/252", 504)[0]
    assert found == pytest.approx(0.1, rel=1e-14)
    assert annual(0.2, "2022-01-01", "2023-12-31", 2, "BUS/252")[1] == Reason.NO_BUSINESS_DAYS


def test_business_days_must_be_given() -> None:
    one = np.array(["2024-01-02"], "datetime64[D]")
    with pytest.raises(ValueError, match="BUS/252"):
        annualise(np.ones(1), one, one, np.ones(1, int), AnnualisationBasis.BUS_252)


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        # ISDA, "EMU and Market Conventions: Recent Developments" (1998), the three bond examples.
        ("2003-11-01", "2004-05-01", 61 / 365 + 121 / 366),
        ("1999-02-01", "1999-07-01", 150 / 365),
        ("1999-07-30", "2000-01-30", 155 / 365 + 29 / 366),
    ],
)
def test_isda_examples_of_actual_actual(start: str, end: str, years: float) -> None:
    """ISDA counts the first day and not the last: our end is the day before."""
    last = as_days(np.array([end], "datetime64[D]") - np.timedelta64(1, "D"))
    found = years_act_act(np.array([start], "datetime64[D]"), last)
    assert found[0] == pytest.approx(years, abs=1e-12)


def test_act_365_of_a_leap_year() -> None:
    start, end = np.array(["2024-01-01"], "M8[D]"), np.array(["2024-12-31"], "M8[D]")
    assert years_act_365(start, end)[0] == 366 / 365
    assert years_act_act(start, end)[0] == 1.0
