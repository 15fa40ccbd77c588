"""A first collection from a GitLab Free: one bad row, and addresses wherever people put them."""

import copy
import json
import re
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from lotus_assets.standin.gitlab.faults import Respond
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Payload, Store
from lotus_assets_tests.integration.runs.changes import PROJECT, TAGGED_PROJECT
from lotus_assets_tests.integration.runs.contents import one, rows
from lotus_assets_tests.integration.runs.workplace import Run, Workplace

LEAK = "jane.doe+leak@example.invalid"
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)


def put_addresses_everywhere(store: Store) -> None:
    """People write addresses into names, titles, labels, notes and descriptions."""
    data, tagged = store.projects[PROJECT], store.projects[TAGGED_PROJECT]
    for request in data.merge_requests.values():
        request["title"] = request["description"] = f"For {LEAK}"
        request["labels"] = [f"owner::{LEAK}"]
    for notes in data.merge_request_notes.values():
        for note in notes:
            note["body"] += f"\nSaid {LEAK}"
    for issue in data.issues.values():
        issue["title"] = issue["description"] = f"{LEAK} cannot log in"
        issue["labels"] = [LEAK]
    for release in tagged.releases:
        release["name"] = release["description"] = f"Thanks to {LEAK}"
    for user in store.users.values():
        user["name"] = f"{user['name']} <{LEAK}>"
        user["public_email"] = LEAK
    for pipeline in data.pipelines.values():
        pipeline["name"] = f"Build for {LEAK}"


def spoil_one(store: Store) -> Payload:
    """One bad row, with an address in a column that is kept."""
    request = store.projects[PROJECT].merge_requests[3]
    request["created_at"] = "2025-12-24T08:30:00.000Z"
    return request


@pytest.fixture(scope="module")
def free(
    young_world: Store,
    create_shared_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Workplace, Run, Payload]:
    store = copy.deepcopy(young_world)
    store.edition, store.version = "free", "18.8.0"
    put_addresses_everywhere(store)
    bad = spoil_one(store)
    url = create_shared_database()
    place = Workplace(url, tmp_path_factory.mktemp("free"), store.now.isoformat())
    with StandinServer(store) as server:
        # What a refusal says is somebody's text too.
        refusal = Respond(403, json.dumps({"message": f"403 Forbidden: ask {LEAK}"}).encode())
        server.faults.add(refusal, path="/api/v4/projects/502/deployments", times=None)
        run = place.run(server, "tem_full")
    assert run.execution.succeeded, run.reasons
    return place, run, bad


def test_few_bad_rows_go_to_quarantine_and_the_export_is_made(
    free: tuple[Workplace, Run, Payload],
) -> None:
    place, run, bad = free
    [kept] = [row for row in rows(place.url, "quarantine") if row["table_name"] == "raw_mr"]
    assert kept["payload"]["mr_id"] == bad["id"]
    assert kept["project_id"] == PROJECT
    assert kept["reason"] == "updated_before_created"
    assert kept["run_id"] == run.record.run_id
    for table in ("raw_mr", "fact_mr"):
        assert bad["id"] not in {row["mr_id"] for row in rows(place.url, table)}
    check = run.check("raw_mr")
    assert check.passed
    assert check.metadata["quarantined"].value == 1
    assert (place.exports / "daily" / "2025-11-19.json").is_file()


def test_the_free_edition_has_no_approval_rule_and_no_bypass_ratio(
    free: tuple[Workplace, Run, Payload],
) -> None:
    place, _, _ = free
    assert one(place.url, "SELECT count(*) FROM fact_mr WHERE merged_at IS NOT NULL") > 0
    assert one(place.url, "SELECT count(approvals_required) FROM fact_mr") == 0
    text = (place.exports / "daily" / "2025-11-19.json").read_text(encoding="utf-8")
    ratios = [slice_["metrics"]["approval_bypass_ratio"] for slice_ in json.loads(text)]
    assert ratios
    assert set(ratios) == {None}


def test_no_address_is_in_any_table_event_log_or_export(
    free: tuple[Workplace, Run, Payload],
) -> None:
    place, _, _ = free
    found = {name: hits for name, hits in addresses_in_database(place.url) if hits}
    assert found == {}
    # Git's own clones hold what was committed; they are GitLab's data, not a report of ours.
    files = [*place.exports.rglob("*"), *(place.folder / "data" / "dagster").rglob("*")]
    read = {file: file.read_bytes().decode("utf-8", "replace") for file in files if file.is_file()}
    assert read
    assert {
        str(file): ADDRESS.findall(text) for file, text in read.items() if ADDRESS.search(text)
    } == {}


def addresses_in_database(url: str) -> Iterator[tuple[str, list[str]]]:
    """schema.table → the first addresses in it, over all schemas of the database."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema IN ('public', 'dagster') AND table_type = 'BASE TABLE'"
        ).fetchall()
        assert ("dagster", "event_logs") in tables
        for schema, table in tables:
            statement = sql.SQL("SELECT stored::text FROM {} AS stored WHERE stored::text LIKE %s")
            texts = connection.execute(
                statement.format(sql.Identifier(schema, table)), ["%@%"]
            ).fetchall()
            hits = [hit for (text,) in texts if (hit := ADDRESS.search(text))]
            yield (
                f"{schema}.{table}",
                [hit.string[max(hit.start() - 60, 0) : hit.end()] for hit in hits[:3]],
            )
