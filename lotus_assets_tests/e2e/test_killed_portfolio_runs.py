"""kill -9 on the way of portfolios, then `run` again: the same tables as without the kill.

The run waits for a table that the test has locked: what it is killed in decides no clock.
"""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from psycopg import sql
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.migrating import migrate
from lotus_assets_tests.e2e.place import Place, kill, leftovers
from lotus_assets_tests.integration.runs.contents import differences, one

AS_OF = "2021-03-31T12:00:00+02:00"
"""Three months of the sample book, and a day before the first partition of GitLab's metrics."""
KILLED_AT = ("lotus_core.position_valuations", "core_contribution_input", "contribution")
"""While the sample book is loaded, inputs are collected, analytics are worked out."""
NOT_READY = 2
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"

pytestmark = pytest.mark.timeout(1200)


class Refusing(BaseHTTPRequestHandler):
    """A GitLab that leaves itself out of the run; test_killed_runs.py kills its side."""

    def do_GET(self) -> None:
        self.send_error(401)

    do_POST = do_GET


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield {
            "GITLAB_API_URL": f"http://127.0.0.1:{server.server_port}",
            "GITLAB_API_TOKEN": "example-token",
            "LOTUS_CORE_LOOKBACK_DAYS": "60",
            "LOTUS_CORE_REPORT_DAYS": "30",
        }
        server.shutdown()


def run(place: Place, variables: dict[str, str]) -> dict[str, Set[str]]:
    """A run to its end, and what the warehouse then holds."""
    done = place.run("run", **variables)
    assert done.returncode == NOT_READY, done.stderr
    assert "GitLab was left out: " in done.stderr
    assert "lotus-core was left out: " not in done.stderr
    assert "FAILED" not in done.stderr
    assert leftovers(place) == []
    return place.rows()


@pytest.fixture(scope="module")
def undisturbed(variables: dict[str, str], reachable_folder_of_module: Path) -> dict[str, Set[str]]:
    rows = run(Place(reachable_folder_of_module, AS_OF), variables)
    assert rows["core_contribution_input"]
    assert rows["contribution"]
    return rows


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Nobody else can read or write `table`."""
    with psycopg.connect(url) as connection:
        name = sql.Identifier(*table.split("."))
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(name))
        yield
        connection.rollback()


@retry(
    retry=retry_if_result(lambda waiting: not waiting),
    stop=stop_after_delay(240),
    wait=wait_fixed(0.1),
)
def until_somebody_waits(url: str, table: str) -> bool:
    return bool(one(url, WAITING, table))


def test_killed_three_times_on_its_way(
    variables: dict[str, str], undisturbed: dict[str, Set[str]], reachable_folder: Path
) -> None:
    place = Place(reachable_folder, AS_OF)
    with EmbeddedPostgres(place.data / "postgres") as server:
        migrate_everything(server.url)
        for table in KILLED_AT:
            with locked(server.url, table):
                process = place.start("run", **variables)
                until_somebody_waits(server.url, table)
                kill(process)
                process.communicate()
                assert process.returncode == -9
    assert leftovers(place) == []
    assert differences(undisturbed, run(place, variables)) == {}
    assert not (place.data / "sample_book").exists()


def migrate_everything(url: str) -> None:
    """The tables are there already, so that they can be locked."""
    core, warehouse = create_core_engine(url), create_warehouse_engine(url)
    migrate_core(core)
    migrate(warehouse)
    core.dispose()
    warehouse.dispose()
