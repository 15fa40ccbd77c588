"""Figures and facts made by hand, for pages that a browser opens."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.history_days import history_days
from lotus_assets.analytics.delivery.metric import MetricUnit
from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.analytics.delivery.placed_metrics import PlacedMetrics
from lotus_assets.facts import fact_branch
from lotus_assets.outputs.explanations.day_rows import DayFacts
from lotus_assets.outputs.explanations.metric_explanation import Surroundings
from lotus_assets.tables.table import gate
from lotus_assets_tests.integration.explained_warehouse import (
    merge_request,
    merge_requests,
    periods,
    projects,
)
from lotus_assets_tests.unit.outputs.pages.figures import DAY, OTHER, REPO, SLICES, metric_rows

AMSTERDAM, GITLAB = "Europe/Amsterdam", "https://gitlab.example.com"
COUNTED = ("mr_cycle_time_p50_h", "mr_cycle_time_p90_h", "rework_rate", "branch_ttl_p50_h")
"""Their figures of the day follow from the facts; all others are made up."""
HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>"
"""The name of a branch."""
MADE_UP = metric_rows(
    {
        (levels, metric.key, day): (
            None
            if metric.key == "defect_escape_rate"
            else float((7 * place + 3 * number + (DAY - day).days) % 11 + place)
            / (1 if metric.unit is MetricUnit.COUNT else 10)
        )
        for place, levels in enumerate(SLICES)
        for number, metric in enumerate(CATALOGUE)
        for day in {DAY, *history_days(DAY), DAY - timedelta(weeks=26)}
    }
).assign(projects_left_out=0)
MERGED = (
    merge_request(11, "2026-03-25T12:00:00Z", cycle_time_hours=1, is_reworked=True),
    merge_request(12, "2026-03-24T12:00:00Z", cycle_time_hours=2),
    merge_request(13, "2026-03-23T12:00:00Z", cycle_time_hours=30),
    # The day before the window, and the day after it.
    merge_request(14, "2026-02-23T12:00:00Z", cycle_time_hours=5),
    merge_request(15, "2026-03-25T23:30:00Z", cycle_time_hours=6),
    merge_request(21, "2026-03-20T12:00:00Z", project_id=2, cycle_time_hours=400),
)
"""The median of the organisation lies between !12 and !13: 16 hours."""


def branches() -> pd.DataFrame:
    """Two lives, one of a branch whose name is markup."""
    life = {
        "project_id": 2, "life_number": 1, "created_by": "push_event", "ended_by": "deletion",
        "is_over_30_days": False,
    }  # fmt: skip
    created, ended = "2026-03-19T00:00:00Z", "2026-03-20T00:00:00Z"
    rows = [
        {**life, "branch": name, "created_at": created, "ended_at": ended, "branch_ttl_hours": 24}
        for name in ("topic", HOSTILE)
    ]
    frame = pd.DataFrame(rows, columns=fact_branch.TABLE.columns)
    for column in ("created_at", "ended_at"):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    gated = gate(fact_branch.TABLE, frame)
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


def day_facts() -> DayFacts:
    """What two repos did, one of which bears markup in its name."""
    placed = projects([(1, *REPO[1:]), (2, *OTHER[1:])])
    tables = {table.name: table.empty() for table in metric_daily.SOURCES}
    tables |= {"dim_project": placed, "fact_mr": merge_requests(MERGED)}
    tables |= {"fact_branch": branches()}
    since = dict.fromkeys((1, 2), datetime(2025, 1, 1, tzinfo=UTC))
    collected = periods(since, datetime(2026, 3, 26, 1, tzinfo=UTC))
    return DayFacts(DAY, tables, collected, Surroundings(AMSTERDAM, GITLAB))


def shown_rows() -> pd.DataFrame:
    """Rows of `metric_daily`: those of COUNTED on the day as they follow from the facts."""
    facts = day_facts()
    placed = PlacedMetrics.of(facts.facts, [DAY], AMSTERDAM, periods=facts.periods)
    rows = metric_daily.metric_rows(placed, [DAY])
    is_counted = MADE_UP["date"].eq(pd.Timestamp(DAY)) & MADE_UP["metric"].isin(COUNTED)
    return pd.concat([MADE_UP[~is_counted], rows[rows["metric"].isin(COUNTED)]])
