"""A small warehouse with values of one day, for whoever asks why they are what they are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.placed_metrics import PlacedMetrics
from lotus_assets.facts import dim_project, fact_mr
from lotus_assets.filling.computing import write_computed
from lotus_assets.raw.of_every_project import COLLECTED_BY
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.bookkeeping import Period, write_collected_periods
from lotus_assets.tables.table import Table, gate

DAY = date(2025, 3, 31)
REPO = "toman/exchange/orderbook"
NOW = datetime(2025, 4, 1, 1, tzinfo=UTC)
COLLECTIONS = sorted({entry.name for entry in COLLECTED_BY.values()})


PROJECTS = (
    (1, "Exchange", "Exchange", REPO),
    (2, "Core/Platform", "Platform", "toman/core/checkout"),
)
"""project_id, business_line, team, path_with_namespace."""


def projects(rows: Sequence[tuple[int, str, str, str]] = PROJECTS) -> pd.DataFrame:
    columns = ["project_id", "business_line", "team", "path_with_namespace"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        org="Toman",
        active_flag=True,
        is_measured=True,
        default_branch="main",
        visibility="private",
        created_at=pd.Timestamp("2024-01-01", tz="UTC"),
    )
    return gate(dim_project.TABLE, frame.reindex(columns=dim_project.TABLE.columns)).good


def periods(since: dict[int, datetime], until: datetime = NOW) -> pd.DataFrame:
    """As by `read_collected_periods`: all was collected of the projects from then until `until`."""
    rows = [(name, project, day, until) for name in COLLECTIONS for project, day in since.items()]
    columns = ["collection", "project_id", "collected_from", "collected_until"]
    types = dict.fromkeys(columns[2:], "datetime64[us, UTC]")
    return pd.DataFrame(rows, columns=columns).astype({"project_id": "Int64", **types})


def merge_request(number: int, merged_at: str, **columns: Any) -> dict[str, Any]:
    return {
        "mr_id": 900 + number,
        "project_id": 1,
        "iid": number,
        "created_at": "2025-03-01T08:00:00Z",
        "merged_at": merged_at,
        "ended_at": merged_at,
        "state": "merged",
        "author_user_id": 77,
        "unverified_push_count": 0,
        "rework_count": 0,
        "is_reworked": False,
        **columns,
    }


MERGED = (
    merge_request(11, "2025-03-31T21:59:59Z", is_reworked=True, rework_count=2),
    merge_request(12, "2025-03-02T00:00:00Z"),
    merge_request(13, "2025-03-20T12:00:00Z"),
    merge_request(14, "2025-03-20T12:00:00Z", rework_count=None, is_reworked=None),
    # Its day is the 1st of March in Amsterdam: a day before the window.
    merge_request(15, "2025-03-01T22:59:59Z"),
    # And this one's the 1st of April.
    merge_request(16, "2025-03-31T22:00:00Z"),
    merge_request(17, "2025-01-20T12:00:00Z"),
    merge_request(21, "2025-03-20T12:00:00Z", project_id=2, is_reworked=True, rework_count=1),
)
"""The rework rate of the orderbook is 1 of 3: !11, !12 and !13, of which !11 was reworked."""


def merge_requests(rows: Sequence[Mapping[str, Any]] = MERGED) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=fact_mr.TABLE.columns)
    for column in ("created_at", "merged_at", "ended_at"):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    gated = gate(fact_mr.TABLE, frame)
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


def fill(engine: Engine) -> None:
    """The merge requests of `MERGED`, and all values of `DAY`."""
    facts = {table.name: table.empty() for table in metric_daily.SOURCES}
    facts |= {"dim_project": projects(), "fact_mr": merge_requests()}
    values = metric_daily.metric_rows(PlacedMetrics.of(facts, [DAY], "Europe/Amsterdam"), [DAY])
    for table, rows in (
        (dim_project.TABLE, facts["dim_project"]),
        (fact_mr.TABLE, facts["fact_mr"]),
        (metric_daily.TABLE, values),
    ):
        _write(engine, table, rows)
    whole = {project_id: Period(NOW - timedelta(days=180), NOW) for project_id in (1, 2)}
    with engine.begin() as connection:
        for collection in COLLECTIONS:
            write_collected_periods(connection, collection, whole)


def _write(engine: Engine, table: Table, rows: pd.DataFrame) -> None:
    limit = Settings().quarantine_limit
    write_computed(engine, table, rows, run_id="test", now=NOW, quarantine_limit=limit)
