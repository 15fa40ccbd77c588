"""The rows that the page of a metric shows are those of the explanation of each slice's figure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.analytics.delivery.placed_metrics import PlacedMetrics
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.outputs.explanations.day_rows import DayFacts, DayRows
from lotus_assets.outputs.explanations.gitlab_links import lasting_url
from lotus_assets.outputs.explanations.metric_answer import MetricExplanation
from lotus_assets.outputs.explanations.metric_explanation import (
    StoredValue,
    Surroundings,
    metric_explanation,
)
from lotus_assets.outputs.pages import row_pieces
from lotus_assets.outputs.pages.metric_history import MetricHistory
from lotus_assets.outputs.pages.row_pieces import row_files
from lotus_assets.outputs.pages.tiles import tiles_of
from lotus_assets.sources.rules_file import Rules
from lotus_assets_tests.integration.explained_warehouse import (
    DAY,
    NOW,
    REPO,
    merge_requests,
    periods,
    projects,
)
from lotus_assets_tests.pages_read import Row, piece_of, piece_rows, slice_figure

OF_MERGE_REQUESTS = ("rework_rate", "mr_throughput_wk")
AMSTERDAM = "Europe/Amsterdam"
SURROUNDINGS = Surroundings(AMSTERDAM, "https://gitlab.example.com/api/v4")
WHOLE = periods({1: NOW - timedelta(days=180), 2: NOW - timedelta(days=180)})
PARTLY = periods({1: NOW - timedelta(days=180), 2: NOW - timedelta(days=10)})
"""Of the second project's 30 days only the last."""


def facts(collected: pd.DataFrame = WHOLE) -> DayFacts:
    tables = {table.name: table.empty() for table in metric_daily.SOURCES}
    tables |= {"dim_project": projects(), "fact_mr": merge_requests()}
    return DayFacts(DAY, tables, collected, SURROUNDINGS)


def values(day_facts: DayFacts) -> pd.DataFrame:
    placed = PlacedMetrics.of(day_facts.facts, [DAY], AMSTERDAM, periods=day_facts.periods)
    return metric_daily.metric_rows(placed, [DAY])


def files(day_facts: DayFacts, stored: pd.DataFrame, *keys: str) -> dict[str, bytes]:
    """The pieces of metrics over the same rows, by their paths below the folder of the pages."""
    metrics = tuple(BY_KEY[key] for key in keys)
    tiles = tiles_of(MetricHistory.of(stored, DAY, metrics), DAY, Rules())
    made = row_files(
        metrics,
        [{part: of[place] for part, of in tiles.items()} for place in range(len(metrics))],
        DayRows.of(metrics[0], day_facts),
        day_facts,
    )
    return {f"metrics/{name}": content for name, content in made.items()}


def explained(day_facts: DayFacts, key: str, stored: Mapping[Any, Any]) -> MetricExplanation:
    levels = tuple(str(stored[level]) for level in LEVELS)
    value = None if pd.isna(stored["value"]) else float(stored["value"])
    columns = ["org", "business_line", "team", "path_with_namespace"]
    of_slice = projects()
    for column, name in zip(columns, levels, strict=True):
        of_slice = of_slice[of_slice[column].eq(name)] if name else of_slice
    metric = BY_KEY[key]
    rows = day_facts.rows(metric)
    return metric_explanation(
        metric,
        StoredValue(DAY, levels, value, None),
        rows[rows["project_id"].isin(of_slice["project_id"])],
        of_slice,
        day_facts.periods,
        SURROUNDINGS,
    )


@pytest.mark.parametrize("collected", [WHOLE, PARTLY], ids=["whole", "partly"])
def test_each_slice_has_the_rows_value_and_arithmetic_of_its_explanation(
    collected: pd.DataFrame,
) -> None:
    day_facts = facts(collected)
    stored = values(day_facts)
    made = {
        name: content
        for key in OF_MERGE_REQUESTS
        for name, content in files(day_facts, stored, key).items()
    }
    numbers = stored.groupby(LEVELS).ngroup()
    shown = 0
    lines = dict(projects()[["path_with_namespace", "business_line"]].to_numpy().tolist())
    for number, of_value in zip(numbers, stored.to_dict("records"), strict=True):
        key = str(of_value["metric"])
        if key not in OF_MERGE_REQUESTS:
            continue
        explanation = explained(day_facts, key, of_value)
        counted: list[Row] = [
            (row.project, row.reference, row.link, row.value, row.times, "")
            for row in explanation.rows
        ]
        nearly: list[Row] = [
            (row.project, row.reference, row.link, None, 0, row.reason)
            for row in explanation.nearly
        ]
        in_slice = [
            path
            for path, line in lines.items()
            if of_value["repo"] in {"", path} and of_value["business_line"] in {"", line}
        ]
        assert sorted(piece_rows(made.__getitem__, key, in_slice)) == sorted(counted + nearly)
        said = slice_figure(made.__getitem__, key, number)
        assert said == {
            "value": explanation.value,
            "arithmetic": explanation.arithmetic,
            "since_then": "",
        }
        shown += len(counted) + len(nearly)
    assert shown > 30


def test_rows_of_a_large_organisation_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    day_facts = facts()
    stored = values(day_facts)
    at_once = files(day_facts, stored, "rework_rate")
    monkeypatch.setattr(row_pieces, "ROWS_OF_PIECE", 2)
    made = files(day_facts, stored, "rework_rate")
    pieces = [name for name in made if name.startswith("metrics/rows/rework_rate-")]
    assert len(pieces) == 4, "of the four rows that count and the three that nearly do"
    assert all(len(piece_of(made[name])[1]["rows"]) <= 2 for name in pieces)
    assert piece_rows(made.__getitem__, "rework_rate", [REPO]) == piece_rows(
        at_once.__getitem__, "rework_rate", [REPO]
    )


def test_a_figure_that_its_rows_no_longer_give_says_so() -> None:
    stored = values(facts())
    changed = facts()
    rows = changed.facts["fact_mr"]
    rows = rows.assign(is_reworked=rows["is_reworked"] & rows["iid"].ne(11))
    now = replace(changed, facts={**changed.facts, "fact_mr": rows})
    said = slice_figure(files(now, stored, "rework_rate").__getitem__, "rework_rate", 0)
    assert said["value"] == 2 / 4
    assert said["since_then"] == (
        "Facts changed since then; the rows give 0.25 now, and the next run restates it."
    )


def test_a_slice_that_is_no_more_has_no_rows() -> None:
    day_facts = facts()
    stored = values(day_facts)
    left = replace(
        day_facts, facts={**day_facts.facts, "dim_project": projects().assign(is_measured=False)}
    )
    made = files(left, stored, "rework_rate")
    _, figures = piece_of(made["metrics/rows/rework_rate.js"])
    assert set(map(str, figures["slices"])) == {"None"}
    assert piece_rows(made.__getitem__, "rework_rate", [REPO]) == []


@pytest.mark.parametrize(
    ("url", "lasting"),
    [
        ("https://gitlab.example.com", "https://gitlab.example.com"),
        ("http://127.0.0.1:40123/api/v4", None),
        ("http://[::1]:8080", None),
        (None, None),
    ],
)
def test_pages_lead_to_no_address_of_a_run_alone(url: str | None, lasting: str | None) -> None:
    assert lasting_url(url) == lasting


def test_a_median_and_a_percentile_share_their_rows() -> None:
    keys = ("mr_cycle_time_p50_h", "mr_cycle_time_p90_h")
    made = files(facts(), values(facts()), *keys)
    assert set(made) == {f"metrics/rows/{name}.js" for name in (*keys, f"{keys[0]}-0")}
