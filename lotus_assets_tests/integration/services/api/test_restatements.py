"""`GET /restatements`: page by page what was restated, of which days and of what."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pandas as pd
import pytest
from pydantic import SecretStr

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.filling.restatement import reasons_text, row_keys, write_restatements
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets_tests.integration.collected import own_database
from lotus_assets_tests.integration.services.api.serving import served_api

NAMES = [f"merge request !{number} of toman/core/checkout changed" for number in range(1, 26)]


def restated(subject: str, day: date, old: float | None, new: float | None) -> dict[str, Any]:
    return {
        "figure": "rework_rate",
        "figure_date": day,
        "subject": subject,
        "old_value": old,
        "new_value": new,
        "is_vanished": False,
        "cause": "rows",
        "reasons": reasons_text(NAMES, len(NAMES)),
    }


RUNS = {
    "first": (
        datetime(2025, 4, 1, 2, tzinfo=UTC),
        [restated("Core", date(2025, 3, 30), 0.25, 0.5)],
    ),
    "second": (
        datetime(2025, 4, 2, 2, tzinfo=UTC),
        [
            restated("Core", date(2025, 3, 31), None, 0.5),
            restated("Exchange", date(2025, 3, 31), 0.5, None),
        ],
    ),
}


def fill(url: str) -> None:
    engine = create_warehouse_engine(url)
    with engine.begin() as connection:
        for run_id, (at, figures) in RUNS.items():
            rows = pd.DataFrame(figures)
            keys = row_keys(rows, ["figure_date", "subject"])
            frame = rows.assign(row_key=keys, figure_date=pd.to_datetime(rows["figure_date"]))
            write_restatements(connection, frame, table=metric_daily.TABLE, run_id=run_id, at=at)
    engine.dispose()


@pytest.fixture(scope="module")
def served(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with own_database(server_url, template) as url:
        fill(url)
        settings = ApiSettings(
            tem_data_dir=tmp_path_factory.mktemp("restated"),
            lotus_api_workers=1,
            tem_db_connection=SecretStr(url),
        )
        with served_api(settings) as client:
            yield client


def asked(client: httpx.Client, **parameters: str | int) -> dict[str, Any]:
    answer = client.get("/restatements", params=parameters)
    assert answer.status_code == 200, answer.text
    answered: dict[str, Any] = answer.json()
    return answered


def test_all_of_them_the_latest_first(served: httpx.Client) -> None:
    answer = asked(served)
    assert (answer["count"], answer["next_offset"]) == (3, None)
    assert [row["run_id"] for row in answer["restatements"]] == ["second", "second", "first"]
    oldest = answer["restatements"][-1]
    assert (oldest["old_value"], oldest["new_value"]) == (0.25, 0.5)
    assert oldest["restated_at"] == "2025-04-01T02:00:00Z"
    assert oldest["table_name"] == "metric_daily"
    assert oldest["row_key"] == {"figure_date": "2025-03-30", "subject": "Core"}
    assert oldest["reasons"] == {"named": NAMES[:20], "more": 5}
    told = {(row["subject"], row["old_value"], row["new_value"]) for row in answer["restatements"]}
    assert told == {("Core", 0.25, 0.5), ("Core", None, 0.5), ("Exchange", 0.5, None)}


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"from": "2025-03-31"}, 2),
        ({"to": "2025-03-30"}, 1),
        ({"from": "2025-03-30", "to": "2025-03-31"}, 3),
        ({"subject": "Core"}, 2),
        ({"subject": "Core", "from": "2025-03-31"}, 1),
        ({"subject": "Nobody"}, 0),
        ({"figure": "rework_rate"}, 3),
        ({"figure": "lead_time_p50_h"}, 0),
    ],
)
def test_those_of_some_days_and_of_something(
    served: httpx.Client, parameters: dict[str, str | int], count: int
) -> None:
    answer = asked(served, **parameters)
    assert answer["count"] == len(answer["restatements"]) == count


def test_page_by_page_each_comes_once(served: httpx.Client) -> None:
    pages = [asked(served, limit=2)]
    while pages[-1]["next_offset"] is not None:
        pages.append(asked(served, limit=2, offset=pages[-1]["next_offset"]))
    assert [len(page["restatements"]) for page in pages] == [2, 1]
    assert {page["count"] for page in pages} == {3}
    told = [row["restatement_id"] for page in pages for row in page["restatements"]]
    assert len(set(told)) == 3
    beyond = asked(served, offset=3)
    assert (beyond["restatements"], beyond["next_offset"], beyond["count"]) == ([], None, 3)


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": 1001}, {"from": "yesterday"}])
def test_what_cannot_be_asked_for_is_refused(
    served: httpx.Client, parameters: dict[str, str | int]
) -> None:
    answer = served.get("/restatements", params=parameters)
    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_REQUEST"


def test_without_a_warehouse_it_says_so(api: httpx.Client) -> None:
    answer = api.get("/restatements")
    assert answer.status_code == 503
    assert "TEM_DB_CONNECTION" in answer.json()["detail"]
