"""Backfills, and runs beside each other on one warehouse."""

import subprocess
import sys
from collections.abc import Callable, Set
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.raw import raw_mr
from lotus_assets.settings import Settings
from lotus_assets.standin.gitlab.faults import Change
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets.standin.gitlab.world.build import build_store
from lotus_assets_tests.integration.runs import changes
from lotus_assets_tests.integration.runs.contents import (
    business_rows,
    differences,
    one,
    rows,
    watermarks,
)
from lotus_assets_tests.integration.runs.workplace import Workplace, child_environment
from lotus_assets_tests.standin_fixtures import StandinFactory

ROOT = Path(__file__).parents[3]
FIRST, LAST = "2025-10-20", "2025-11-23"
"""The days that are backfilled: those that were lost, to those that came since."""
LEFT_OUT = 2
"""The exit code of `run` where one side was left out and the other succeeded."""
LOST_FROM, LOST_UNTIL = "2025-10-20", "2025-11-03"
DAILY = (
    *("raw_mr", "raw_mr_commit", "raw_mr_note", "raw_mr_version", "raw_mr_approval"),
    *("raw_mr_closing_issue", "raw_issue", "raw_issue_event", "raw_issue_closing_mr"),
    *("raw_deployment", "raw_pipeline", "raw_job", "raw_push_event", "raw_state_event"),
)


@pytest.fixture(scope="module")
def grown_world(young_world: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The young organisation three days later: everything moved on, nothing else changed."""
    later = young_world.now + timedelta(days=3)
    return build_store(7, date(2026, 3, 31), later, tmp_path_factory.mktemp("grown_world"))


def backfill(place: Workplace, server: StandinServer) -> "subprocess.Popen[str]":
    """The daily raw tables of FIRST…LAST in one run, by Dagster's own command."""
    variables = place.variables(server)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        variables |= dagster_variables(Settings(), place.url)
    command = [sys.executable, "-m", "dagster", "asset", "materialize", "--select", ",".join(DAILY)]
    command += ["--module-name", "lotus_assets.definitions", "--partition-range"]
    return start([*command, f"{FIRST}...{LAST}"], variables)


def live(place: Workplace, server: StandinServer) -> "subprocess.Popen[str]":
    """`make run` of GitLab's side: with lotus-core left out, it ends with `LEFT_OUT`."""
    variables = place.variables(
        server, LOTUS_CORE_URL="http://127.0.0.1:9", LOTUS_CORE_ATTEMPTS="1"
    )
    return start([sys.executable, "-m", "lotus_assets", "run"], variables)


def start(command: list[str], variables: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=child_environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def succeeded(process: "subprocess.Popen[str]", code: int = 0) -> None:
    said, _ = process.communicate(timeout=240)
    assert process.returncode == code, said


def raw_rows(url: str) -> dict[str, Set[str]]:
    return {name: rows for name, rows in business_rows(url).items() if name.startswith("raw_")}


def lose_days(url: str) -> int:
    """A fortnight of merge requests and pipelines is gone from the warehouse; how many rows."""
    lost = 0
    with psycopg.connect(url) as connection:
        for parent, key, children in (
            ("raw_mr", "mr_id", ("raw_mr_commit", "raw_mr_note", "raw_mr_version")),
            ("raw_pipeline", "pipeline_id", ("raw_job",)),
        ):
            days = f"SELECT {key} FROM {parent} WHERE updated_at >= %s AND updated_at < %s"  # noqa: S608
            for table in (*children, parent):
                statement = f"DELETE FROM {table} WHERE {key} IN ({days})"  # noqa: S608
                lost += connection.execute(statement.encode(), [LOST_FROM, LOST_UNTIL]).rowcount
    return lost


@pytest.mark.timeout(600)
def test_a_backfill_alone_and_beside_a_live_run(
    create_copy: Callable[[], Workplace], grown_world: Store, standin: StandinFactory
) -> None:
    one_by_one = create_copy().later(days=3)
    marks = watermarks(one_by_one.url)
    assert lose_days(one_by_one.url) > 100
    server = standin(grown_world)
    succeeded(backfill(one_by_one, server))
    # It read newer days than the watermarks have, and moved none; what was lost is back.
    assert watermarks(one_by_one.url) == marks
    served = grown_world.projects[changes.PROJECT]
    for table, key, entities in (
        ("raw_mr", "mr_id", served.merge_requests.values()),
        ("raw_pipeline", "pipeline_id", served.pipelines.values()),
    ):
        stored = {row[key] for row in rows(one_by_one.url, table) if row["project_id"] == 501}
        assert stored == {entity["id"] for entity in entities}
    run = one_by_one.run(server, "tem_full")
    assert run.execution.succeeded, run.reasons

    together = create_copy().later(days=3)
    lose_days(together.url)
    # Every answer takes a moment, so that the two are under way at once for some seconds.
    slow = standin(grown_world, latency=0.02)
    both = [(backfill(together, slow), 0), (live(together, slow), LEFT_OUT)]
    for process, code in both:
        succeeded(process, code)
    assert overlap(together.url) > timedelta(seconds=1)
    assert differences(raw_rows(one_by_one.url), raw_rows(together.url)) == {}
    # A watermark moves forward or stays: a live run whose rows a backfill brought leaves it.
    after = watermarks(together.url)
    assert all(after[name] >= mark for name, mark in marks.items())


def test_what_another_run_adds_while_ids_are_listed_is_not_taken_for_gone(
    collected: Workplace, young_store: Store, standin: StandinFactory
) -> None:
    copied = [name for name in raw_mr.TABLE.columns if name != "mr_id"]
    addition = sql.SQL(
        "INSERT INTO raw_mr (mr_id, {columns}) SELECT -1, {columns} FROM raw_mr "
        "WHERE project_id = {project} LIMIT 1"
    ).format(
        project=sql.Literal(changes.PROJECT),
        columns=sql.SQL(", ").join(map(sql.Identifier, copied)),
    )

    def add(_store: Store) -> None:
        with psycopg.connect(collected.url) as connection:
            connection.execute(addition)

    server = standin(young_store)
    listing = server.faults.add(Change(add), operation="MergeRequestsIdentifiers")
    # Ids are listed only where something moved.
    data = young_store.projects[changes.PROJECT]
    request = changes.merged_request(data)
    changes.add_note(data, request["iid"], "2025-11-21T08:30:00.000Z", "Late", request["author"])
    run = collected.later(days=1).run(server, "tem_full")
    assert run.execution.succeeded, run.reasons
    assert listing.hits > 0
    mark = "SELECT vanished_at::text FROM raw_mr WHERE mr_id = -1"
    assert one(collected.url, mark) is None


def overlap(url: str) -> timedelta:
    """How long the two latest runs were both under way, by Dagster's own records."""
    with psycopg.connect(url) as connection:
        spans = connection.execute(
            "SELECT start_time, end_time FROM dagster.runs ORDER BY id DESC LIMIT 2"
        ).fetchall()
    assert len(spans) == 2
    return timedelta(seconds=min(end for _, end in spans) - max(start for start, _ in spans))
