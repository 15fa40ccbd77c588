"""Bad rows, refused tokens and refused entities, seen from the whole run."""

import json
from typing import Any

import dagster as dg

from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.layers import DAYS, FACTS
from lotus_assets.graph.resources import Environment
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.standin.gitlab.faults import Respond
from lotus_assets.standin.gitlab.store import Payload, Store
from lotus_assets_tests.integration.runs import changes
from lotus_assets_tests.integration.runs.changes import PROJECT
from lotus_assets_tests.integration.runs.contents import (
    business_rows,
    differences,
    one,
    rows,
    watermarks,
)
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.integration.warehouse.sample_table import (
    SAMPLE,
    create_sample,
    sample_rows,
)
from lotus_assets_tests.standin_fixtures import StandinFactory

NEXT_MORNING = "2025-11-21T08:30:00.000Z"
PARALLELISM = 8
"""TEM_MAX_PARALLELISM by default."""
MERGE_REQUEST_TABLES = {
    "raw_mr",
    "raw_mr_commit",
    "raw_mr_note",
    "raw_mr_version",
    "raw_mr_approval",
    "raw_mr_closing_issue",
}


def created_after_its_update(request: Payload) -> None:
    """A row that no contract lets through: it changed last before it was created."""
    request.update(updated_at=NEXT_MORNING, created_at="2025-11-22T08:30:00.000Z")


def assert_nothing_retries(run: Run) -> None:
    """Neither the step by its policy nor, by what Dagster notes of a failed run, its daemon."""
    assert not run.execution.succeeded
    assert dg.DagsterEventType.STEP_UP_FOR_RETRY not in {event.event_type for event in run.events}
    assert run.record.tags["dagster/will_retry"] == "false"


def failing_rows(check: dg.AssetCheckEvaluation) -> list[dict[str, Any]]:
    """The failing rows in the check's metadata, each with its reason."""
    shown: Any = check.metadata["failing_rows"].value
    return [json.loads(row["payload"]) | {"reason": row["reason"]} for row in shown]


def assert_pages_say_why(place: Workplace, run: Run) -> None:
    """The step `pages` follows from every table: it was skipped, and yet who reads them is told."""
    assert "pages" not in run.finished_steps
    pages = place.exports / "pages"
    quality = (pages / "quality.html").read_text()
    assert "Where the last run stopped" in quality
    assert "collect_merge_requests" in quality
    assert "raw_mr: 3 of" in quality
    assert "updated_before_created" in quality
    worked_out = one(
        place.url,
        "SELECT to_char(max(finished_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM table_run "
        "WHERE table_name = 'metric_daily'",
    )
    for name in ("index.html", "weekly.html", "metrics/rework_rate.html", "quality.html"):
        page = (pages / name).read_text()
        assert 'class="light red"' in page, name
        assert "the last run stopped at collect_merge_requests" in page, name
        assert f"these are the figures worked out {worked_out} UTC" in page, name
        assert "2025-11-20 is missing" in page, name
        assert "Figures as of the end of 19 November 2025" in page or name == "weekly.html"


def test_a_gate_that_closes_in_the_first_run_is_on_the_page(
    empty_place: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    data = young_store.projects[PROJECT]
    for request in list(data.merge_requests.values())[:3]:
        created_after_its_update(request)
    run = empty_place.run(
        standin(young_store), "tem_full", TEM_QUARANTINE_FLOOR="2", TEM_QUARANTINE_LIMIT="0"
    )
    assert run.failed_steps == {"collect_merge_requests"}
    quality = (empty_place.exports / "pages" / "quality.html").read_text()
    assert "There are no figures yet" in quality
    assert "raw_mr: 3 of" in quality
    assert (empty_place.exports / "pages" / "index.html").is_file()


def test_too_many_bad_rows_stop_the_table_and_everything_downstream(
    collected: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    data = young_store.projects[PROJECT]
    bad = [request for request in data.merge_requests.values() if request["state"] == "merged"][:3]
    for request in bad:
        created_after_its_update(request)
    good = data.merge_requests[max(data.merge_requests)]
    changes.add_note(data, good["iid"], NEXT_MORNING, "Fine", good["author"])
    issue = data.issues[max(data.issues)]
    issue.update(updated_at=NEXT_MORNING, labels=["moved"])
    before, marks = business_rows(collected.url), watermarks(collected.url)
    later = collected.later(days=1)
    run = later.run(standin(young_store), "tem_incremental", TEM_QUARANTINE_FLOOR="2")

    check = run.check("raw_mr")
    assert not check.passed
    assert check.blocking
    rows_shown = failing_rows(check)
    assert {row["mr_id"] for row in rows_shown} == {request["id"] for request in bad}
    assert {row["reason"] for row in rows_shown} == {"updated_before_created"}
    assert "3 of" in run.reasons
    assert "The limit is 1.0% (TEM_QUARANTINE_LIMIT) or 2 (TEM_QUARANTINE_FLOOR)" in run.reasons

    after = business_rows(collected.url)
    for table in MERGE_REQUEST_TABLES:
        assert after[table] == before[table], table
    now = watermarks(collected.url)
    assert {name: now[name] for name in marks if name.startswith("raw_mr:")} == {
        name: mark for name, mark in marks.items() if name.startswith("raw_mr:")
    }
    kept = "SELECT count(*) FROM quarantine WHERE table_name = 'raw_mr' AND run_id = %s"
    assert one(collected.url, kept, run.record.run_id) == 3

    assert run.failed_steps == {"collect_merge_requests"}
    stopped = {"dim_project", "fact_mr", "coverage", "metric_daily", "daily_export"}
    assert not run.finished_steps & stopped
    assert not (later.exports / "daily" / "2025-11-20.json").exists()
    assert_pages_say_why(later, run)
    # What does not need the table goes on.
    labels = one(collected.url, "SELECT labels FROM raw_issue WHERE issue_id = %s", issue["id"])
    assert labels == ["moved"]
    assert_nothing_retries(run)


def test_bad_rows_of_a_computed_table_stop_what_follows_and_are_not_retried(
    empty_place: Workplace, young_world: Store, standin: StandinFactory
) -> None:
    place = empty_place
    shared = create_warehouse_engine(place.url)
    create_sample(shared)
    shared.dispose()
    bad = sample_rows({"project_id": 1, "item_id": 7, "name": "bad"})
    sample = computed_asset(ComputedTable(SAMPLE, lambda _inputs: bad, reads=()), FACTS)

    @dg.asset(deps=[SAMPLE.name], partitions_def=DAYS)
    def downstream() -> None: ...

    definitions = dg.Definitions(
        assets=[sample, downstream],
        jobs=[dg.define_asset_job("sample_job", dg.AssetSelection.all())],
        resources={"environment": Environment()},
    )
    server = standin(young_world)
    run = place.run(server, "sample_job", definitions, TEM_QUARANTINE_FLOOR="0")
    assert run.failed_steps == {SAMPLE.name}
    check = run.check(SAMPLE.name)
    assert not check.passed
    assert check.blocking
    assert [row["item_id"] for row in failing_rows(check)] == [7]
    assert one(place.url, "SELECT count(*) FROM sample") == 0
    assert run.finished_steps == set()
    assert_nothing_retries(run)


def test_a_token_that_is_revoked_on_the_way_stops_the_run(
    collected: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    server = standin(young_store)
    body = b'{"error":"invalid_token","error_description":"Token was revoked."}'
    server.faults.add(Respond(401, body), nth=40, times=None)
    before = business_rows(collected.url)
    run = collected.run(server, "tem_incremental")
    assert "token" in run.reasons.lower()
    assert "GITLAB_API_TOKEN" in run.reasons
    assert server.token not in run.reasons
    # Nobody tries a refused token with every project: at most what was under way goes on.
    refused = [
        request
        for request in server.requests
        if request.status == 401 and request.path.startswith("/api/")
    ]
    assert len(refused) <= PARALLELISM * len(run.failed_steps)
    assert differences(before, business_rows(collected.url)) == {}
    assert not run.finished_steps & {"coverage", "metric_daily", "daily_export"}
    assert_nothing_retries(run)


def test_what_one_project_refuses_is_a_reason_and_all_else_goes_on(
    collected: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    server = standin(young_store)
    forbidden = Respond(403, b'{"message":"403 Forbidden"}')
    missing = Respond(404, b'{"message":"404 Not Found"}')
    server.faults.add(forbidden, path="/api/v4/projects/501/deployments", times=None)
    server.faults.add(missing, path="/api/v4/projects/502/protected_branches", times=None)
    data = young_store.projects[PROJECT]
    request = changes.merged_request(data)
    note = changes.add_note(data, request["iid"], NEXT_MORNING, "Still read", request["author"])
    later = collected.later(days=1)
    run = later.run(server, "tem_incremental")
    assert run.execution.succeeded, run.reasons
    found = {
        row["path"]: (row["collected"], row["reason"])
        for row in rows(collected.url, "coverage")
        if row["run_id"] == run.record.run_id
    }
    assert found["toman/core/checkout"] == (False, "forbidden")
    assert found["toman/core/ledger"] == (False, "not_found")
    assert found["toman/exchange/orderbook"] == (True, None)
    assert one(collected.url, "SELECT count(*) FROM raw_mr_note WHERE note_id = %s", note) == 1
    assert (later.exports / "daily" / "2025-11-20.json").is_file()
    # What could not be listed is not taken for gone.
    gone = "SELECT count(*) FROM raw_protected_branch WHERE vanished_at IS NOT NULL"
    assert one(collected.url, gone) == 0
