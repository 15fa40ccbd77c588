"""What is news in a week: only what the series does not do by itself."""

from datetime import date, timedelta

import numpy as np
import pytest

from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.outputs.pages.metric_history import MetricHistory
from lotus_assets.outputs.pages.weekly_changes import news_of, noise_of, weekly_figures
from lotus_assets.sources.rules_file import MetricTarget, Rules
from lotus_assets_tests.unit.outputs.pages.figures import LINE, ORG, REPO, metric_rows

SUNDAY = date(2026, 3, 22)
CYCLE = "mr_cycle_time_p50_h"
EARLIER = [20.0, 22, 20, 22, 20, 22, 20, 22, 20, 22, 20, 22]
"""Changes by +2 and -2, six and five times: their median is 2, the deviations 0 and 4.

Six of eleven deviations are 0: the median absolute deviation is 0 as well.
"""
UNEVEN = [20.0, 21, 23, 22, 25, 25, 23, 24, 26, 25, 27, 28]
"""Changes 1 2 -1 3 0 -2 1 2 -1 2 1: median 1; deviations 0 1 2 2 1 3 0 1 2 1 0: median 1."""


def test_noise_is_the_median_absolute_deviation_of_the_changes() -> None:
    assert noise_of(np.array(EARLIER)) == 0
    assert noise_of(np.array(UNEVEN)) == pytest.approx(1.4826)


def test_five_changes_tell_nothing() -> None:
    assert noise_of(np.array([1.0, 2, 3, 4, 5, 6])) is None
    assert news_of(BY_KEY[CYCLE], np.array([1.0, 2, 3, 4, 5, 60]))[0] == "untold"


@pytest.mark.parametrize(
    ("newest", "news"),
    [(28 + 2.9, "steady"), (28 + 3.0, "worse"), (28 - 2.9, "steady"), (28 - 3.0, "better")],
)
def test_news_is_beyond_twice_the_noise(newest: float, news: str) -> None:
    """Twice 1.4826 is 2.9652."""
    assert news_of(BY_KEY[CYCLE], np.array([*UNEVEN, newest]))[0] == news


def test_one_more_of_a_count_that_never_moves_is_no_news() -> None:
    metric = BY_KEY["force_pushes_protected_wk"]
    assert news_of(metric, np.array([*[0.0] * 12, 1.0]))[0] == "steady"
    assert news_of(metric, np.array([*[0.0] * 12, 2.0]))[0] == "worse"


def test_the_view_has_the_organisation_and_its_business_lines() -> None:
    weeks = [SUNDAY - timedelta(weeks=number) for number in range(12, -1, -1)]
    values = [*UNEVEN, 40.0]
    rows = metric_rows(
        {
            (levels, CYCLE, day): value
            for levels in (ORG, LINE, REPO)
            for day, value in zip(weeks, values, strict=True)
        }
    )
    rules = Rules(targets=(MetricTarget(metric=CYCLE, value=48, business_line="Exchange"),))
    figures = weekly_figures(MetricHistory.of(rows, SUNDAY), SUNDAY, rules)
    of_cycle = [figure for figure in figures if figure.metric.key == CYCLE]
    assert [figure.part.name for figure in of_cycle] == ["Toman", "Exchange"]
    assert [figure.news for figure in of_cycle] == ["worse", "worse"]
    assert [figure.is_met for figure in of_cycle] == [None, True]
    assert of_cycle[0].weeks.tolist() == values[1:]
    assert all(figure.reason for figure in figures if figure.value is None)
