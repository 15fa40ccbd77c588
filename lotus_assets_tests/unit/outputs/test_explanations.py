"""Explanations: whatever the catalogue declares can be explained, and the arithmetic in words."""

import inspect
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lotus_assets.analytics.delivery.metric import Metric, Percentile
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY, CATALOGUE
from lotus_assets.analytics.delivery.row_names import NUMBERED_BY, REFERENCES
from lotus_assets.engine.delivery.slice_days import Figures
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.engine.performance.frames.mwr import Method
from lotus_assets.facts import fact_issue, fact_pipeline
from lotus_assets.outputs.explanations.arithmetic import OF_STATISTIC, arithmetic
from lotus_assets.outputs.explanations.counted_rows import (
    SliceDay,
    counted_rows,
    days_beside,
)
from lotus_assets.outputs.explanations.gitlab_links import PATHS, gitlab_link
from lotus_assets.outputs.explanations.portfolio_choices import PARTS, TOTALS, VOCABULARY
from lotus_assets.outputs.explanations.portfolio_measures import EXPLAINERS
from lotus_assets.tables.table import Table, gate
from lotus_assets_tests.integration.explained_warehouse import REPO, projects

DAY = date(2025, 3, 31)
ORGANISATION = ("Toman", "", "", "")


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.key)
def test_every_metric_can_be_explained(metric: Metric) -> None:
    assert metric.table.name in PATHS
    assert metric.table.name in REFERENCES
    assert isinstance(metric.statistic, Percentile) or metric.statistic in OF_STATISTIC
    deciding = {condition.column for condition in metric.population.conditions}
    columns = {*metric.population.decided_by, *deciding}
    assert columns <= set(metric.table.columns)
    assert metric.population.why
    is_numbered = "iid" in metric.table.columns or metric.table.name in NUMBERED_BY
    assert is_numbered or "iid" not in inspect.getsource(PATHS[metric.table.name])


def test_links() -> None:
    path = "toman/core/checkout"
    for url in ("https://gitlab.example.com", "https://gitlab.example.com/api/v4/"):
        link = gitlab_link(url, path, "merge_requests/7")
        assert link == "https://gitlab.example.com/toman/core/checkout/-/merge_requests/7"
    assert gitlab_link(None, path, "merge_requests/7") is None
    branch = PATHS["fact_branch"]({"branch": "a&b/<c>"})
    assert branch == "branches/all?search=a%26b%2F%3Cc%3E"


def counted(*values: tuple[float, int]) -> Figures:
    """Of (value, how often it counts)."""
    return np.array([value for value, times in values for _ in range(times)], dtype=float)


@pytest.mark.parametrize(
    ("key", "rows", "words"),
    [
        ("rework_rate", counted((1, 1), (0, 2)), "1 of 3 merge requests"),
        ("signed_commit_ratio", counted((1, 6), (0, 2)), "6 of 8 commits"),
        ("mr_throughput_wk", counted((1, 1)), "1 row"),
        (
            "direct_pushes_wk",
            counted((3, 1), (0, 1)),
            "the sum of 2 days with pushes: 3",
        ),
        (
            "pipeline_duration_avg_s",
            counted((300, 2), (900, 1)),
            "the mean of 3 pipelines: 1500 ÷ 3",
        ),
        (
            "mr_cycle_time_p50_h",
            counted((30, 1), (10, 1), (20, 1)),
            "the 0.5 quantile of 3 merge requests: number 2 in ascending order, 20",
        ),
        (
            "mr_cycle_time_p90_h",
            counted((24, 1), (72, 1)),
            "the 0.9 quantile of 2 merge requests: number 1 in ascending order, 24, and 0.9 of the "
            "way to the next, 72",
        ),
        ("rework_rate", counted(), f"No row counts. {BY_KEY['rework_rate'].empty}"),
    ],
)
def test_arithmetic_in_words(key: str, rows: Figures, words: str) -> None:
    assert arithmetic(BY_KEY[key], rows) == words


def facts(table: Table, *rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=table.columns)
    for name in table.columns:
        if name.endswith("_at"):
            frame[name] = pd.to_datetime(frame[name], utc=True)
    gated = gate(table, frame)
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


def reasons(key: str, rows: pd.DataFrame, named_by: str) -> tuple[list[object], dict[object, str]]:
    """Names of the rows that count for the organisation, and of the others their reasons."""
    periods = pd.DataFrame(
        {
            "collection": pd.Series(dtype="string"),
            "project_id": pd.Series(dtype="Int64"),
            "collected_from": pd.Series(dtype="datetime64[us, UTC]"),
            "collected_until": pd.Series(dtype="datetime64[us, UTC]"),
        }
    )
    metric = BY_KEY[key]
    every = days_beside(projects(), DAY, "Europe/Amsterdam")
    of_day = SliceDay.of(metric, projects(), ORGANISATION, every, periods)
    everywhere = SliceDay(of_day.every, of_day.every, of_day.position)
    counting = counted_rows(metric, rows, everywhere)
    names = rows[named_by]
    nearly = counting.nearly
    told = zip(names.loc[nearly["origin"]], nearly["reason"], strict=True)
    return list(names.loc[counting.counted["origin"]]), dict(told)


def pipeline(number: int, **columns: object) -> dict[str, object]:
    return {
        "pipeline_id": number,
        "project_id": 1,
        "created_at": "2025-03-20T12:00:00Z",
        "status": "success",
        "is_counted": True,
        "is_success": True,
        "opens_red_streak": False,
        "is_prod": False,
        "is_flaky_candidate": False,
        "duration_sec": 60,
        "job_count": 1,
        "unknown_need_count": 0,
        **columns,
    }


def test_a_row_that_misses_by_one_thing_is_told_with_it_and_by_two_is_not() -> None:
    rows = facts(
        fact_pipeline.TABLE,
        pipeline(1),
        pipeline(2, status="canceled", is_counted=False, is_success=False),
        pipeline(3, duration_sec=None),
        pipeline(4, status="canceled", is_counted=False, is_success=False, duration_sec=None),
        pipeline(5, created_at="2025-03-01T22:59:59Z"),
    )
    names, told = reasons("pipeline_duration_avg_s", rows, "pipeline_id")
    assert names == [1]
    assert told.keys() == {2, 3, 5}
    assert told[2].startswith("this does not hold: is_counted (It succeeded or failed")
    assert told[3].startswith("it has no duration_sec (")
    assert told[5] == "it counts until the day before, no longer on this one"


def test_an_issue_without_target_nearly_counts() -> None:
    issue = {"project_id": 1, "created_at": "2025-03-20T12:00:00Z", "state": "opened",
             "reopened_count": 0, "is_bug": False}  # fmt: skip
    rows = facts(
        fact_issue.TABLE,
        {**issue, "issue_id": 1, "iid": 1, "target_days": 2, "breached_at": "2025-03-22T12:00:00Z"},
        {**issue, "issue_id": 2, "iid": 2, "target_days": 60},
        {**issue, "issue_id": 3, "iid": 3},
        {**issue, "issue_id": 4, "iid": 4, "target_days": 2, "state": "closed"},
    )
    names, told = reasons("issue_sla_breach_rate", rows, "iid")
    assert names == [1, 2]
    assert told == {
        3: "this does not hold: it has a target",
        4: "this does not hold: it says when it was closed, if it is",
    }


def test_what_was_not_collected_whole_is_told_as_that() -> None:
    rows = facts(fact_pipeline.TABLE, pipeline(1))
    metric = BY_KEY["pipeline_success_rate"]
    periods = pd.DataFrame(
        {
            "collection": ["collect_pipelines"],
            "project_id": pd.array([1], "Int64"),
            "collected_from": pd.to_datetime(["2025-03-15"], utc=True).as_unit("us"),
            "collected_until": pd.to_datetime(["2025-04-02"], utc=True).as_unit("us"),
        }
    )
    every = days_beside(projects(), DAY, "Europe/Amsterdam")
    of_day = SliceDay.of(metric, projects(), ORGANISATION, every, periods)
    counting = counted_rows(metric, rows, of_day)
    assert counting.figure is None
    assert counting.counted.empty
    assert counting.nearly["reason"].tolist() == ["its project's window was not collected whole"]
    assert of_day.left_out().tolist() == [1, 2]
    assert REPO in projects()["path_with_namespace"].tolist()


def test_what_choices_can_be_is_what_the_engine_calculates() -> None:
    """Written out, because who is refused does not wait for the engine."""
    kinds = {
        "metric_basis": Basis,
        "linking": Linking,
        "model": Model,
        "method": Method,
        "frequency": Frequency,
    }
    assert {name: tuple(kind) for name, kind in kinds.items()} | {"period": PERIOD_NAMES} == (
        VOCABULARY
    )


def test_where_measures_stand_is_what_their_explanations_read() -> None:
    assert {measure: each.whole.name for measure, each in EXPLAINERS.items()} == TOTALS
    parts = {
        measure: (each.part[0].name, each.part[1])
        for measure, each in EXPLAINERS.items()
        if each.part is not None
    }
    assert parts == PARTS
