"""`run`, `export` and `dev` as whole commands: nothing set, so embedded database and source."""

import json
import re
import signal
import subprocess
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from dagster import AssetKey

from lotus_assets.definitions import defs
from lotus_assets.filling.restatement import TABLE as RESTATEMENT
from lotus_assets.graph.layers import BENCHMARKS, FACTS, RAW_GITLAB
from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.e2e.place import Place, free_ports, leftovers, read_until
from lotus_assets_tests.integration.runs.contents import table_names
from lotus_assets_tests.standin_fixtures import young_world

__all__ = ["young_world"]

LAST_DAY = "2026-03-30"


def filled_tables() -> list[str]:
    """The tables that `run` fills: not those of benchmarks, which `bench` does, and what it
    restates is not counted there."""
    graph = defs.get_repository_def().asset_graph
    names = [name for name in table_names() if name != RESTATEMENT.name]
    return [name for name in names if graph.get(AssetKey(name)).group_name != BENCHMARKS]


def exported_files(place: Place) -> dict[str, bytes]:
    """Path → content of everything that was exported."""
    files = [path for path in place.exports.rglob("*") if path.is_file()]
    return {str(path.relative_to(place.exports)): path.read_bytes() for path in files}


@dataclass(frozen=True)
class Line:
    """What the summary says of a table."""

    rows: int
    new: int
    changed: int


def summary_of(text: str) -> dict[str, Line]:
    """table → its line in the summary."""
    number = r"([\d,]+|-)"
    found = re.findall(rf"^\s*([a-z_]+)\s+{number}\s+{number}\s+{number}\s", text, re.MULTILINE)
    return {
        table: Line(*(0 if cell == "-" else int(cell.replace(",", "")) for cell in cells))
        for table, *cells in found
    }


@pytest.mark.timeout(900)
def test_the_first_run_fills_tables_and_exports(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    assert first_run.returncode == 0, first_run.stderr
    summary = summary_of(first_run.stdout)
    assert set(summary) == set(filled_tables())
    assert all(line.rows == line.new for line in summary.values()), summary
    # Only a GitLab before 13.3 wrote notes of closings and reopenings.
    assert {name for name, line in summary.items() if not line.rows} == {"raw_issue_event"}
    rows = summary["raw_mr"].rows
    assert "Coverage: 100.0%" in first_run.stdout
    assert "Quarantine:" in first_run.stdout
    assert "Time: raw_gitlab" in first_run.stdout
    assert "core_inputs" in first_run.stdout
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
    assert runs == (2,)


@pytest.mark.timeout(900)
def test_the_second_run_is_incremental(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    files = exported_files(place)
    first = summary_of(first_run.stdout)
    second = place.run("run")
    assert second.returncode == 0, second.stderr
    summary = summary_of(second.stdout)
    # The stand-in's port is another one each time, and the projects' addresses with it; the
    # coverage of each run is kept.
    assert {name for name, line in summary.items() if line.new} == {"coverage"}
    assert {name for name, line in summary.items() if line.changed} <= {"raw_project"}
    # Parity reads GitLab again once a week.
    assert set(first) - set(summary) == {"parity"}
    assert {name: summary[name].rows for name in summary if name != "coverage"} == {
        name: first[name].rows for name in summary if name != "coverage"
    }
    assert exported_files(place) == files
    assert "Restated:" not in second.stdout


def groups_of(summary: dict[str, Line]) -> set[str | None]:
    """Groups of the assets whose tables a summary names."""
    graph = defs.get_repository_def().asset_graph
    return {graph.get(AssetKey(name)).group_name for name in summary}


@pytest.mark.timeout(900)
def test_a_gitlab_that_cannot_be_had_stops_no_portfolio(
    place: Place, first_run: "subprocess.CompletedProcess[str]", young_world: Store
) -> None:
    first = summary_of(first_run.stdout)
    with StandinServer(young_world) as server:
        done = place.run("run", GITLAB_API_URL=server.url, GITLAB_API_TOKEN="nobody-gave-it")
    assert done.returncode == 2, done.stderr
    assert "GitLab was left out: GitLab refused the token" in done.stderr.splitlines()[-1]
    summary = summary_of(done.stdout)
    assert {"core_performance_input", "twr"} <= set(summary)
    assert groups_of(summary).isdisjoint({RAW_GITLAB, FACTS})
    assert {name: (line.rows, line.new) for name, line in summary.items()} == {
        name: (first[name].rows, 0) for name in summary
    }


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("LOTUS_CORE_URL", "http://127.0.0.1:9", "LOTUS_CORE_URL is http://127.0.0.1:9: start"),
        (
            "LOTUS_CORE_DB_CONNECTION",
            "postgresql://somebody:quite-secret@127.0.0.1:9/lotus",
            "The sample book cannot be loaded into the schema lotus_core",
        ),
    ],
)
def test_a_lotus_core_that_cannot_be_had_stops_nothing_of_gitlab(
    variable: str,
    value: str,
    told: str,
    place: Place,
    first_run: "subprocess.CompletedProcess[str]",
) -> None:
    assert first_run.returncode == 0
    done = place.run("run", LOTUS_CORE_ATTEMPTS="1", **{variable: value})
    assert done.returncode == 2, done.stderr
    assert "lotus-core was left out: " in done.stderr
    assert told in done.stderr
    assert "quite-secret" not in done.stderr
    summary = summary_of(done.stdout)
    assert {"raw_mr", "fact_mr", "metric_daily"} <= set(summary)
    assert not [name for name in summary if name.startswith("core_")]


@pytest.mark.timeout(900)
def test_any_day_can_be_exported(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    assert first_run.returncode == 0
    exported = place.run("export", "--date", "2026-02-14")
    assert exported.returncode == 0, exported.stderr
    assert (place.exports / "daily" / "2026-02-14.json").is_file()


@pytest.mark.timeout(900)
def test_dev_serves_the_rest_of_what_cannot_be_had(
    place: Place, first_run: "subprocess.CompletedProcess[str]"
) -> None:
    """Both sides are down: what was collected before can be looked at, and asked for."""
    assert first_run.returncode == 0
    nobody = "http://127.0.0.1:9"
    port, api = free_ports(2)
    process = place.start(
        "dev",
        GITLAB_API_URL=nobody,
        GITLAB_API_TOKEN="nobody-gave-it",
        LOTUS_CORE_URL=nobody,
        LOTUS_CORE_ATTEMPTS="1",
        LOTUS_DAGSTER_PORT=str(port),
        LOTUS_API_PORT=str(api),
    )
    said = read_until(process, "Ready. Dagster UI: ")
    asked = f"http://127.0.0.1:{api}/explain/metrics/rework_rate?date={LAST_DAY}"
    explained = httpx.get(asked, timeout=60)
    interface = httpx.get(f"http://127.0.0.1:{port}/server_info")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130, err
    assert f"GITLAB_API_URL is {nobody}: look whether" in said
    assert f"LOTUS_CORE_URL is {nobody}: start" in said
    assert "SupersessionWarning" not in said
    assert explained.json()["metric"] == "rework_rate"
    assert interface.status_code == 200
    assert leftovers(place) == []


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
