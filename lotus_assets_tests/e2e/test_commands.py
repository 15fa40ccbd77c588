"""`run`, `export` and `dev` as whole commands: nothing set, so embedded database and source."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from lotus_assets.sources.embedded_postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
AS_OF = "2026-03-31T12:00:00+02:00"
LAST_DAY = "2026-03-30"


@dataclass(frozen=True)
class Place:
    """A data and an export folder of their own, as a newcomer has them."""

    folder: Path

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "lotus_assets", *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "TEM_DATA_DIR": str(self.folder / "data"),
                "TEM_EXPORT_DIR": str(self.exports),
                "TEM_AS_OF": AS_OF,
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments)
        out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def processes(self) -> list[list[str]]:
        """Command lines of what still runs for this place."""
        return [
            process.info["cmdline"]
            for process in psutil.process_iter(["cmdline"])
            if any(str(self.folder) in part for part in process.info["cmdline"] or [])
        ]


@pytest.fixture(scope="module")
def place(reachable_folder_of_module: Path) -> Place:
    return Place(reachable_folder_of_module)


@pytest.fixture(scope="module")
def first_run(place: Place) -> Iterator["subprocess.CompletedProcess[str]"]:
    yield place.run("run")
    assert place.processes() == []


def rows_and_new(summary: str, table: str) -> tuple[int, int]:
    """What the summary says of a table: rows that it holds, and how many are new."""
    found = re.search(rf"^\s*{table}\s+([\d,]+|-)\s+([\d,]+|-)\s", summary, re.MULTILINE)
    assert found is not None, f"the summary does not name {table}"
    rows, new = (0 if cell == "-" else int(cell.replace(",", "")) for cell in found.groups())
    return rows, new


@pytest.mark.timeout(900)
def test_the_first_run_fills_tables_and_exports(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    assert first_run.returncode == 0, first_run.stderr
    rows, new = rows_and_new(first_run.stdout, "raw_mr")
    assert rows == new > 0
    assert "Coverage: 100.0%" in first_run.stdout
    assert "Quarantine:" in first_run.stdout
    assert "Time: raw_gitlab" in first_run.stdout
    exported = place.exports / "daily" / f"{LAST_DAY}.json"
    assert str(exported) in first_run.stdout
    lines = json.loads(exported.read_text(encoding="utf-8"))
    business_lines = {line["business_line"] for line in lines}
    assert business_lines >= {"Core/Platform", "Corporate Services", "Exchange", "C-Side"}
    assert (place.exports / "daily" / f"{LAST_DAY}.csv").is_file()
    with (
        EmbeddedPostgres(place.folder / "data" / "postgres") as server,
        psycopg.connect(server.url) as connection,
    ):
        stored = connection.execute("SELECT count(*) FROM raw_mr").fetchone()
        runs = connection.execute("SELECT count(*) FROM dagster.runs").fetchone()
    assert stored == (rows,)
    assert runs == (1,)


@pytest.mark.timeout(900)
def test_the_second_run_is_incremental(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    second = place.run("run")
    assert second.returncode == 0, second.stderr
    for table in ("raw_mr", "raw_commit", "raw_job", "raw_issue"):
        before, _ = rows_and_new(first_run.stdout, table)
        assert rows_and_new(second.stdout, table) == (before, 0)


@pytest.mark.timeout(900)
def test_any_day_can_be_exported(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    assert first_run.returncode == 0
    exported = place.run("export", "--date", "2026-02-14")
    assert exported.returncode == 0, exported.stderr
    assert (place.exports / "daily" / "2026-02-14.json").is_file()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_running(
    number: signal.Signals, place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    assert first_run.returncode == 0
    process = place.start("run")
    assert process.stderr is not None
    for line in process.stderr:
        if "done in" in line:
            break
    process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == 130
    assert "Interrupted; everything that was started has been stopped." in err
    assert place.processes() == []


@pytest.mark.timeout(900)
def test_dev_serves_the_interface_until_interrupted(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    assert first_run.returncode == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = place.start("dev", LOTUS_DAGSTER_PORT=str(port))
    try:
        assert answer_of(f"http://127.0.0.1:{port}/").status_code == 200
        assert answer_of(f"http://127.0.0.1:{port}/docs").status_code == 200
        runs = httpx.post(
            f"http://127.0.0.1:{port}/graphql",
            json={"query": "{runsOrError{... on Runs{results{jobName}}}}"},
        ).json()["data"]["runsOrError"]["results"]
        assert {"jobName": "tem_full"} in runs
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130, err
    assert place.processes() == []


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_delay(240),
    wait=wait_fixed(0.5),
    reraise=True,
)
def answer_of(url: str) -> httpx.Response:
    return httpx.get(url)
