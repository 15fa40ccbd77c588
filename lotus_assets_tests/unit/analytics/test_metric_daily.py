"""metric_daily: the metrics of merge requests, counted by hand from a small history."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from lotus_assets.analytics.delivery import merge_request_metrics, metric_daily
from lotus_assets.analytics.delivery.metric_catalogue import (
    BY_KEY,
    CATALOGUE,
    in_export_order,
)
from lotus_assets.analytics.delivery.placed_metrics import PlacedMetrics
from lotus_assets.engine.delivery.metric_keys import EXPORT_ORDER
from lotus_assets.facts import dim_project, fact_mr, fact_mr_open_period
from lotus_assets.tables.table import gate

AMSTERDAM = "Europe/Amsterdam"
INSTANTS = ["created_at", "merged_at", "ended_at"]


def projects(*rows: tuple[int, str, str, str, bool]) -> pd.DataFrame:
    columns = ["project_id", "business_line", "team", "path_with_namespace", "is_measured"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        org="Toman", active_flag=True, default_branch="main", visibility="private"
    )
    frame = frame.reindex(columns=dim_project.TABLE.columns)
    return gate(dim_project.TABLE, frame).good


PROJECTS = projects(
    (1, "Core/Platform", "Platform", "toman/core/checkout", True),
    (2, "Core/Platform", "Identity", "toman/core/identity/accounts", True),
    (3, "Exchange", "Exchange", "toman/exchange/quiet", True),
    (4, "Exchange", "Exchange", "toman/exchange/archived", False),
)


def merge_requests(*rows: dict[str, Any]) -> pd.DataFrame:
    default = {
        "state": "merged",
        "rework_count": 0,
        "unverified_push_count": 0,
        "is_reworked": False,
    }
    filled = [
        default | {"mr_id": number, "iid": number, "project_id": 1} | row
        for number, row in enumerate(rows, start=1)
    ]
    frame = pd.DataFrame(filled, columns=fact_mr.TABLE.columns)
    for column in INSTANTS:
        frame[column] = pd.to_datetime(frame[column], utc=True)
    frame["ended_at"] = frame["ended_at"].fillna(frame["merged_at"])
    gated = gate(fact_mr.TABLE, frame)
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


def once_open(facts: pd.DataFrame) -> pd.DataFrame:
    """`fact_mr_open_period` of merge requests that were never reopened."""
    is_unknown = facts["state"].isin(["merged", "closed"]) & facts["ended_at"].isna()
    periods = facts[~is_unknown].assign(period_start_at=facts["created_at"])
    periods = periods.rename(columns={"ended_at": "period_end_at"})
    return gate(fact_mr_open_period.TABLE, periods[fact_mr_open_period.TABLE.columns]).good


def of_slice(rows: pd.DataFrame, levels: dict[str, str]) -> pd.DataFrame:
    """The rows of one slice; levels not given do not apply."""
    for level in ("business_line", "team", "repo"):
        rows = rows[rows[level] == levels.get(level, "")]
    return rows


def figures(rows: pd.DataFrame, **levels: str) -> dict[str, float | None]:
    """The metrics of one slice on one day."""
    rows = of_slice(rows, levels)
    values = rows["value"].astype(object).where(rows["value"].notna(), None)
    return dict(zip(rows["metric"], values, strict=True))


def samples(rows: pd.DataFrame, **levels: str) -> dict[str, tuple[int, int]]:
    """How many rows the value is made of, and how many the metric is over."""
    rows = of_slice(rows, levels)
    sizes = zip(rows["sample_size"], rows["population_size"], strict=True)
    return dict(zip(rows["metric"], sizes, strict=True))


def computed(facts: pd.DataFrame, *days: date) -> pd.DataFrame:
    tables = {table.name: table.empty() for table in metric_daily.SOURCES}
    tables |= {"dim_project": PROJECTS, "fact_mr": facts, "fact_mr_open_period": once_open(facts)}
    rows = metric_daily.metric_rows(PlacedMetrics.of(tables, days, AMSTERDAM), days)
    gated = gate(metric_daily.TABLE, rows)
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


MARCH_31 = date(2026, 3, 31)


def test_metrics_of_every_slice_by_hand() -> None:
    created = "2026-03-01T10:00:00Z"
    facts = merge_requests(
        # In the week that ends on 31 March, the last instant of it (summer time: 22:00 UTC).
        {
            "created_at": created,
            "merged_at": "2026-03-31T21:59:59Z",
            "cycle_time_hours": 10,
            "review_wait_hours": 1,
            "code_review_hours": 2,
            "is_reworked": True,
            "is_bypassed": True,
        },
        # A second later: April.
        {"created_at": created, "merged_at": "2026-03-31T22:00:00Z", "cycle_time_hours": 500},
        # The first instant of the 30 days, 2 March, still in winter time; no commits known.
        {
            "created_at": created,
            "merged_at": "2026-03-01T23:00:00Z",
            "review_wait_hours": 5,
            "is_bypassed": False,
        },
        # A second before.
        {"created_at": created, "merged_at": "2026-03-01T22:59:59Z", "cycle_time_hours": 500},
        # Identity: its rows count in the business line and the org.
        {
            "project_id": 2,
            "created_at": created,
            "merged_at": "2026-03-25T12:00:00Z",
            "cycle_time_hours": 20,
        },
        # An archived project is in no metric.
        {"project_id": 4, "created_at": created, "merged_at": "2026-03-25T12:00:00Z"},
        # Open, closed and unknown.
        {"created_at": "2026-03-31T20:00:00Z", "state": "opened"},
        {
            "created_at": "2026-03-31T10:00:00Z",
            "state": "closed",
            "ended_at": "2026-04-02T10:00:00Z",
        },
        {"created_at": created, "state": "closed", "ended_at": "2026-03-31T21:00:00Z"},
        {"created_at": created, "state": "merged"},
    )
    rows = computed(facts, MARCH_31)
    of_merge_requests = {metric.key for metric in merge_request_metrics.METRICS}
    rows = rows[rows["metric"].isin(of_merge_requests)]
    # In progress at 22:00 UTC: the second (merged at that very instant), the open, the closed in
    # April. Ages: 30 days and 12 hours, 2 hours, 12 hours.
    platform = {
        "mr_cycle_time_p50_h": 10.0,
        "mr_cycle_time_p90_h": 10.0,
        "time_to_first_review_p50_h": 3.0,
        "time_to_first_review_p90_h": pytest.approx(4.6),
        "code_review_time_p50_h": 2.0,
        "code_review_time_p90_h": 2.0,
        "rework_rate": 0.5,
        "mr_throughput_wk": 1.0,
        "wip_count": 3.0,
        "wip_age_p50_h": 12.0,
        "wip_age_p90_h": pytest.approx(12 + 0.8 * (732 - 12)),
        "approval_bypass_ratio": 0.5,
    }
    repo = {"business_line": "Core/Platform", "team": "Platform", "repo": "toman/core/checkout"}
    assert figures(rows, **repo) == platform
    assert figures(rows, business_line="Core/Platform", team="Platform") == platform
    larger = platform | {
        "mr_cycle_time_p50_h": 15.0,
        "mr_cycle_time_p90_h": pytest.approx(19.0),
        "rework_rate": pytest.approx(1 / 3),
        # 25 March is the first day of the week that ends on the 31st.
        "mr_throughput_wk": 2.0,
    }
    assert figures(rows, business_line="Core/Platform") == larger
    assert figures(rows) == larger
    # Two were merged in the 30 days, one of them with commits; with identity's three.
    of_platform = {
        "mr_cycle_time_p50_h": (1, 2),
        "mr_cycle_time_p90_h": (1, 2),
        "time_to_first_review_p50_h": (2, 2),
        "time_to_first_review_p90_h": (2, 2),
        "code_review_time_p50_h": (1, 2),
        "code_review_time_p90_h": (1, 2),
        "rework_rate": (2, 2),
        "mr_throughput_wk": (1, 1),
        "wip_count": (3, 3),
        "wip_age_p50_h": (3, 3),
        "wip_age_p90_h": (3, 3),
        "approval_bypass_ratio": (2, 2),
    }
    assert samples(rows, **repo) == of_platform
    assert samples(rows) == of_platform | {
        "mr_cycle_time_p50_h": (2, 3),
        "mr_cycle_time_p90_h": (2, 3),
        "time_to_first_review_p50_h": (2, 3),
        "time_to_first_review_p90_h": (2, 3),
        "code_review_time_p50_h": (1, 3),
        "code_review_time_p90_h": (1, 3),
        "rework_rate": (3, 3),
        "mr_throughput_wk": (2, 2),
        "approval_bypass_ratio": (2, 3),
    }


def test_a_slice_without_rows_has_counts_of_zero_and_nulls() -> None:
    rows = computed(merge_requests(), MARCH_31)
    quiet = figures(rows, business_line="Exchange", team="Exchange", repo="toman/exchange/quiet")
    zeros = ["mr_throughput_wk", "wip_count", "releases_wk", "deployment_frequency_wk"]
    zeros += ["direct_pushes_wk", "force_pushes_protected_wk", "branch_ttl_over_30d"]
    assert quiet == dict.fromkeys(EXPORT_ORDER) | dict.fromkeys(zeros, 0.0)
    assert set(samples(rows).values()) == {(0, 0)}
    assert not rows["repo"].str.contains("archived").any()


def test_a_row_without_a_value_changes_the_mark_of_its_days() -> None:
    """It is in no figure, and one of those that the figure is said to be over."""
    created, merged = "2026-03-01T10:00:00Z", "2026-03-25T12:00:00Z"
    one = {"created_at": created, "merged_at": merged, "cycle_time_hours": 10}
    without = {"created_at": created, "merged_at": merged}
    tables = {table.name: table.empty() for table in metric_daily.SOURCES}
    tables["dim_project"] = PROJECTS
    metrics = (BY_KEY["mr_cycle_time_p50_h"],)
    marks = [
        metric_daily.day_marks(
            PlacedMetrics.of(
                tables | {"fact_mr": merge_requests(*rows)}, [MARCH_31], AMSTERDAM, metrics
            )
        )
        for rows in ([one], [one, without])
    ]
    assert marks[0] != marks[1]


def test_every_day_is_as_if_it_were_asked_for_alone() -> None:
    facts = merge_requests(
        *[
            {
                "project_id": 1 + day % 3,
                "created_at": f"2026-03-{day:02}T23:30:00Z",
                "merged_at": f"2026-03-{day + 2:02}T22:30:00Z",
                "cycle_time_hours": day * 1.1,
                "is_reworked": day % 4 == 0,
            }
            for day in range(1, 29)
        ]
    )
    asked = [date(2026, 4, 2), date(2026, 3, 29), date(2026, 3, 28), date(2026, 3, 10)]
    together = computed(facts.sample(frac=1, random_state=3), *asked)
    apart = pd.concat([computed(facts, day) for day in sorted(asked)], ignore_index=True)
    pd.testing.assert_frame_equal(together, apart)


def test_org_counts_are_the_sum_of_the_repos() -> None:
    facts = merge_requests(
        *[
            {
                "project_id": 1 + number % 3,
                "created_at": "2026-03-01T00:00:00Z",
                "merged_at": f"2026-03-{number + 10}T12:00:00Z",
            }
            for number in range(20)
        ]
    )
    rows = computed(facts, date(2026, 3, 20), date(2026, 3, 29))
    counts = rows[rows["metric"].isin(["mr_throughput_wk", "wip_count"])]
    org = counts[counts["business_line"] == ""].set_index(["date", "metric"])["value"]
    repos = counts[counts["repo"] != ""].groupby(["date", "metric"])["value"].sum()
    assert org.sort_index().tolist() == repos.sort_index().tolist() == [7.0, 9.0, 7.0, 0.0]


def test_the_catalogue_keeps_the_order_of_the_exports() -> None:
    assert tuple(metric.key for metric in CATALOGUE) == EXPORT_ORDER
    with pytest.raises(ValueError, match=r"declared twice: \['wip_count'\]"):
        in_export_order((*CATALOGUE, *[m for m in CATALOGUE if m.key == "wip_count"]))
    with pytest.raises(ValueError, match=r"not declared: \['wip_count'\]"):
        in_export_order(tuple(m for m in CATALOGUE if m.key != "wip_count"))
