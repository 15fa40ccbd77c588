"""What a tile says of a figure, worked out by hand."""

from datetime import timedelta

import pandas as pd
import pytest

from lotus_assets.analytics.delivery.history_days import last_sunday
from lotus_assets.outputs.pages.metric_history import MetricHistory, Slice
from lotus_assets.outputs.pages.overview import worst_first
from lotus_assets.outputs.pages.tiles import Tile, past_tiles, tiles_of
from lotus_assets.sources.rules_file import MetricTarget, Rules
from lotus_assets_tests.unit.outputs.pages.figures import (
    DAY,
    LINE,
    ORG,
    OTHER,
    REPO,
    SLICES,
    metric_rows,
)

CYCLE, MERGED, SUCCESS = "mr_cycle_time_p50_h", "mr_throughput_wk", "pipeline_success_rate"
MONTH_BEFORE, WEEK_BEFORE = DAY - timedelta(days=30), DAY - timedelta(days=7)
NBSP, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


def tile(rows: pd.DataFrame, levels: tuple[str, ...], key: str, rules: Rules | None = None) -> Tile:
    tiles = tiles_of(MetricHistory.of(rows, DAY), DAY, rules or Rules())
    [of_slice] = [
        tiles[part]
        for part in tiles
        if (part.org, part.business_line, part.team, part.repo) == levels
    ]
    [chosen] = [one for one in of_slice if one.metric.key == key]
    return chosen


def test_a_month_is_compared_with_the_month_before_and_a_week_with_the_week() -> None:
    rows = metric_rows(
        {
            (ORG, CYCLE, DAY): 26.0,
            (ORG, CYCLE, MONTH_BEFORE): 22.9,
            (ORG, CYCLE, WEEK_BEFORE): 1.0,
            (ORG, MERGED, DAY): 41.0,
            (ORG, MERGED, WEEK_BEFORE): 36.0,
            (ORG, MERGED, MONTH_BEFORE): 1.0,
        }
    )
    cycle, merged = tile(rows, ORG, CYCLE), tile(rows, ORG, MERGED)
    assert (cycle.text, cycle.tone) == (f"26{NBSP}h", "worse")
    assert cycle.change == f"+3.1{NBSP}h on the 30 days before"
    assert (merged.text, merged.tone) == ("41", "better")
    assert merged.change == "+5 on the 7 days before"


def test_a_tile_says_over_how_many_rows_and_why_there_is_none() -> None:
    known = tile(metric_rows({(ORG, CYCLE, DAY): 26.0}), ORG, CYCLE)
    assert known.sample == "6 of 7 merge requests"
    assert known.change == known.reason == ""
    early = metric_rows({(ORG, CYCLE, DAY): None}, reason="window_before_collection")
    assert tile(early, ORG, CYCLE).reason == "its window begins before what was collected"
    empty = metric_rows({(ORG, CYCLE, DAY): None})
    assert tile(empty, ORG, CYCLE).reason == tile(empty, ORG, CYCLE).metric.empty


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        (SUCCESS, 0.96, f"target 95{NBSP}%, met"),
        (SUCCESS, 0.94, f"target 95{NBSP}%, missed"),
        (CYCLE, 24.0, f"target 24{NBSP}h, met"),
        (CYCLE, 25.0, f"target 24{NBSP}h, missed"),
        (MERGED, 3.0, ""),
    ],
)
def test_a_target_is_met_in_the_direction_of_its_metric(key: str, value: float, text: str) -> None:
    rules = Rules(
        targets=(MetricTarget(metric=SUCCESS, value=0.95), MetricTarget(metric=CYCLE, value=24))
    )
    assert tile(metric_rows({(ORG, key, DAY): value}), ORG, key, rules).target == text


def test_a_business_line_has_its_own_target_or_the_organisation_s() -> None:
    own = MetricTarget(metric=CYCLE, value=48, business_line="Exchange")
    shared = MetricTarget(metric=CYCLE, value=24)
    rows = metric_rows({(levels, CYCLE, DAY): 30.0 for levels in (ORG, LINE)})
    rules = Rules(targets=(own, shared))
    assert tile(rows, LINE, CYCLE, rules).target.endswith("met")
    assert tile(rows, ORG, CYCLE, rules).target.endswith("missed")
    assert Rules(targets=(own,)).target(CYCLE) is None


def test_a_small_series_ends_with_the_figure_of_the_tile() -> None:
    """Last Sunday 10, the day itself 0: the dot is at the bottom right."""
    rows = metric_rows({(ORG, MERGED, DAY): 0.0, (ORG, MERGED, DAY - timedelta(days=3)): 10.0})
    assert tile(rows, ORG, MERGED).spark.last == "M10000 500h0"


@pytest.mark.parametrize(("key", "worst"), [(CYCLE, REPO), (SUCCESS, OTHER)])
def test_the_worst_comes_first_and_what_has_no_figure_last(
    key: str, worst: tuple[str, ...]
) -> None:
    values = dict(zip(SLICES, [1.0, 1.0, None, 0.9, 0.2], strict=True))
    rows = metric_rows({(levels, key, DAY): value for levels, value in values.items()})
    place = [metric.key for metric in MetricHistory.of(rows, DAY).metrics].index(key)
    tiles = tiles_of(MetricHistory.of(rows, DAY), DAY, Rules())
    ranked = worst_first([(part, of[place]) for part, of in tiles.items() if part.team])
    assert ranked[0][0].repo == worst[3]
    assert ranked[-1][0].level == "team"


def test_slices_have_names_and_levels() -> None:
    parts = [Slice(number, *levels) for number, levels in enumerate(SLICES)]
    assert [part.level for part in parts] == ["org", "business_line", "team", "repo", "repo"]
    assert [part.name for part in parts[:4]] == [
        "Toman",
        "Exchange",
        "Matching",
        "toman/exchange/orderbook",
    ]


def test_a_day_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="no row of 2026-03-25"):
        MetricHistory.of(metric_rows({(ORG, CYCLE, WEEK_BEFORE): 1.0}), DAY)


def test_a_day_before_is_compared_with_what_is_known_of_the_time_before_it() -> None:
    """Of ends of weeks a month before is not known: the one that ended four weeks before is."""
    sunday = last_sunday(DAY)
    rows = metric_rows(
        {
            (ORG, CYCLE, sunday): 26.0,
            (ORG, CYCLE, sunday - timedelta(weeks=4)): 22.0,
            (ORG, MERGED, sunday): 4.0,
            (ORG, MERGED, sunday - timedelta(weeks=1)): 5.0,
            (ORG, CYCLE, DAY): 1.0,
            (ORG, MERGED, DAY): 1.0,
            (LINE, CYCLE, DAY): 1.0,
        }
    )
    by_slice = past_tiles(MetricHistory.of(rows, DAY), sunday, Rules())
    of_org, of_line = by_slice.values()
    cycle, merged = (next(one for one in of_org if one.metric.key == k) for k in (CYCLE, MERGED))
    assert (cycle.text, cycle.sample) == (f"26{NBSP}h", "6 of 7 merge requests")
    assert cycle.change == f"+4{NBSP}h on 4 weeks before"
    assert merged.change == f"{MINUS}1 on the 7 days before"
    assert {one.reason for one in of_line} == {"It was not measured on this day."}
