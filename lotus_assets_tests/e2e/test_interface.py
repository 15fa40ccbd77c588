"""`dev`: the Dagster UI in headless Chromium, looked at and worked with as a person does.

`SCREENSHOTS` names a folder to keep the pictures in.
"""

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Error, Page, expect, sync_playwright
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets_tests.e2e.place import Place, free_ports, leftovers, read_until
from lotus_assets_tests.integration.runs.contents import one, table_names, watermarks

CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""What a browser without a display, and without a network, needs."""
PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine."""

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no Chromium (apt install chromium)"),
]


class Interface:
    """Dagster's webserver as `dev` starts it, and its GraphQL; the analytics API beside it."""

    def __init__(self, url: str, api_url: str) -> None:
        self.url = url
        self.api_url = api_url

    def ask(self, query: str, **variables: Any) -> Any:
        answer = httpx.post(
            f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=60
        ).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def runs(self) -> dict[str, dict[str, Any]]:
        """Run id → status, job and tags."""
        query = "{runsOrError{... on Runs{results{runId jobName status tags{key value}}}}}"
        return {run["runId"]: run for run in self.ask(query)["runsOrError"]["results"]}

    def finished(self, known: set[str]) -> dict[str, Any]:
        """The one run that is not among `known`, when it is over; the reason to wait else."""

        @retry(
            retry=retry_if_result(lambda run: run is None),
            stop=stop_after_delay(180),
            wait=wait_fixed(0.5),
        )
        def wait() -> dict[str, Any] | None:
            new = [run for run_id, run in self.runs().items() if run_id not in known]
            over = [run for run in new if run["status"] in {"SUCCESS", "FAILURE", "CANCELED"}]
            return over[0] if over else None

        run = wait()
        assert run is not None
        return run

    def partitions_of_backfill(
        self, backfill: str, known: set[str], count: int
    ) -> set[tuple[str, str]]:
        """First and last partition of a backfill's runs, when `count` of them have succeeded."""

        @retry(
            retry=retry_if_result(lambda runs: runs is None),
            stop=stop_after_delay(300),
            wait=wait_fixed(0.5),
        )
        def wait() -> list[dict[str, str]] | None:
            tags = [
                {tag["key"]: tag["value"] for tag in run["tags"]}
                for run_id, run in self.runs().items()
                if run_id not in known and run["status"] == "SUCCESS"
            ]
            ended = [run for run in tags if run.get("dagster/backfill") == backfill]
            return ended if len(ended) == count else None

        runs = wait()
        assert runs is not None
        start, end = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
        return {(run[start], run[end]) for run in runs}


@pytest.fixture(scope="module")
def interface(place: Place, first_run: "subprocess.CompletedProcess[str]") -> Iterator[Interface]:
    assert first_run.returncode == 0, first_run.stderr
    port, api, core = free_ports(3)
    process = place.start(
        "dev",
        LOTUS_DAGSTER_PORT=str(port),
        LOTUS_API_PORT=str(api),
        LOTUS_CORE_PORT=str(core),
    )
    try:
        read_until(process, f"Ready. Dagster UI: http://127.0.0.1:{port}; schedules and the sensor")
        yield Interface(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{api}")
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130, err
    assert leftovers(place) == []


@pytest.fixture
def page(interface: Interface) -> Iterator[Page]:
    """A page on which no script failed."""
    failures: list[Error] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(base_url=interface.url, viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: failures.append(error))
        yield page
        browser.close()
    assert failures == []


def stored_marks(place: Place) -> dict[str, str]:
    with EmbeddedPostgres(place.data / "postgres") as server:
        return watermarks(server.url)


def test_figures_of_a_report_lead_to_explanations_that_hold_them(
    page: Page, interface: Interface
) -> None:
    """Every figure of the newest year so far that leads anywhere."""
    page.goto(f"{interface.api_url}/pages/portfolios/PF-003.html")
    links = page.locator("td[data-value] > a.asked-way[href*='period=YTD']").evaluate_all(
        "(ways) => ways.map((way) => [way.getAttribute('href'), way.parentNode.dataset.value])"
    )
    figures: dict[str, list[float]] = {}
    for address, value in links:
        figures.setdefault(address, []).extend([float(value)] if value else [])
    assert {address.split("/")[4].split("?")[0] for address in figures} == {
        *("twr", "mwr", "contribution", "attribution", "risk_statistics")
    }
    for address, shown in figures.items():
        answer = httpx.get(interface.api_url + address.replace("html", "json"), timeout=60)
        assert answer.status_code == 200, (address, answer.text)
        values = [one for one in answer.json()["values"].values() if isinstance(one, float | int)]
        assert [one for one in shown if pytest.approx(one, rel=1e-9, abs=1e-12) not in values] == []
    page.locator("#period-table a.asked-way").first.click()
    expect(page.get_by_role("heading", name="twr of PF-003")).to_be_visible()


def test_every_asset_and_column_says_what_it_is(interface: Interface) -> None:
    query = """{assetNodes{assetKey{path} groupName description owners{... on TeamAssetOwner{team}}
      kinds hasAssetChecks
      metadataEntries{... on TableSchemaMetadataEntry{schema{columns{name description}}}}}}"""
    nodes = {node["assetKey"]["path"][-1]: node for node in interface.ask(query)["assetNodes"]}
    assert set(table_names()) <= set(nodes)
    assert [name for name, node in nodes.items() if not node["description"]] == []
    assert [name for name, node in nodes.items() if not node["owners"] or not node["kinds"]] == []
    for name in table_names():
        [schema] = [entry["schema"] for entry in nodes[name]["metadataEntries"] if entry]
        silent = [column["name"] for column in schema["columns"] if not column["description"]]
        assert silent == [], name
        assert nodes[name]["hasAssetChecks"], name


def test_the_lineage_shows_the_layers(page: Page, pictures: Path) -> None:
    page.goto("/asset-groups")
    for layer in ("raw_gitlab", "facts", "core_inputs", "analytics", "exports"):
        expect(page.get_by_text(layer).last).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "lineage.png")
    page.goto("/assets/fact_mr?view=lineage&lineageScope=upstream")
    expect(page.get_by_text("raw_mr", exact=True).first).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "lineage_of_fact_mr.png")
    page.goto("/assets/twr?view=lineage&lineageScope=upstream")
    # The picture shortens long names in the middle.
    fed_by = page.get_by_text(re.compile("^core_perfor.*input$")).first
    expect(fed_by).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "lineage_of_twr.png")


def test_an_asset_shows_its_columns_and_rows(page: Page, pictures: Path) -> None:
    page.goto("/assets/raw_mr")
    expect(page.get_by_text("When it was merged.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Row count")).to_be_visible()
    page.screenshot(path=pictures / "columns.png")


def test_an_asset_is_materialised_with_a_click_and_shows_its_check(
    page: Page, interface: Interface, place: Place, pictures: Path
) -> None:
    known = set(interface.runs())
    page.goto("/assets/raw_protected_branch")
    page.get_by_role("button", name="Materialize").first.click()
    expect(page.get_by_text("Launched run")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "materialised.png")
    run = interface.finished(known)
    assert run["status"] == "SUCCESS"
    page.goto(f"/runs/{run['runId']}")
    expect(page.get_by_text("Succeeded (1)")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "run.png")
    page.goto("/assets/raw_protected_branch?view=checks&checkDetail=gate")
    told = page.get_by_text(re.compile(r"^0 of \d+ rows in quarantine"))
    expect(told).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("failing_rows")).to_be_visible()
    expect(page.get_by_text("blocking").first).to_be_visible()
    page.screenshot(path=pictures / "check.png")


def test_a_range_of_days_is_backfilled_from_the_dialog(
    page: Page, interface: Interface, place: Place, pictures: Path
) -> None:
    known, marks = set(interface.runs()), stored_marks(place)
    with EmbeddedPostgres(place.data / "postgres") as server:
        rows = "SELECT count(*) FROM raw_deployment"
        before = one(server.url, rows)
        days = "updated_at >= '2026-02-28T23:00Z' AND updated_at < '2026-03-10T23:00Z'"
        one(
            server.url,
            f"WITH gone AS (DELETE FROM raw_deployment WHERE {days} RETURNING 1) "  # noqa: S608
            "SELECT count(*) FROM gone",
        )
        lost = before - one(server.url, rows)
    assert lost > 10
    page.goto("/assets/raw_deployment")
    page.get_by_role("button", name="Materialize").first.click()
    dialog = page.get_by_role("dialog")
    # The days before TEM_AS_OF may lie outside what the dialog offers first.
    dialog.get_by_role("button", name="Last 90 days").click()
    page.get_by_role("menuitem", name="All time").click()
    wanted = dialog.locator("input[type=text]").first
    wanted.fill("[2026-03-01...2026-03-10]")
    wanted.press("Enter")
    expect(dialog.get_by_text("10 partitions", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_text("Backfills all partitions in a single run.")).to_be_visible()
    page.screenshot(path=pictures / "backfill_dialog.png")
    dialog.get_by_role("button", name="Launch backfill").click()
    expect(page.get_by_text("Created backfill")).to_be_visible(timeout=PATIENCE)
    run = interface.finished(known)
    assert run["status"] == "SUCCESS"
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    assert tags["dagster/asset_partition_range_start"] == "2026-03-01"
    assert tags["dagster/asset_partition_range_end"] == "2026-03-10"
    page.goto(f"/runs/b/{tags['dagster/backfill']}")
    # The daemon looks at its backfills every half minute.
    expect(page.get_by_text("100% completed")).to_be_visible(timeout=2 * PATIENCE)
    page.screenshot(path=pictures / "backfill.png")
    page.goto("/assets/raw_deployment?view=partitions&default_range=[2026-03-01...2026-03-10]")
    expect(page.get_by_text("Materialized (10)")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "partitions.png")
    with EmbeddedPostgres(place.data / "postgres") as server:
        assert one(server.url, rows) == before
    assert stored_marks(place) == marks


BACKFILL = """mutation($backfill:LaunchBackfillParams!){launchPartitionBackfill(
  backfillParams:$backfill){__typename ... on LaunchBackfillSuccess{backfillId}
  ... on PythonError{message}}}"""


def test_a_backfill_of_inputs_is_one_run_a_shard(
    page: Page, interface: Interface, pictures: Path
) -> None:
    known = set(interface.runs())
    shards, days = ("003", "005"), ("2026-03-25", "2026-03-26", "2026-03-27")
    partitions = [f"{day}|{shard}" for day in days for shard in shards]
    asked = {
        "assetSelection": [{"path": ["core_performance_input"]}],
        "partitionNames": partitions,
    }
    launched = interface.ask(BACKFILL, backfill=asked)["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    ranges = interface.partitions_of_backfill(launched["backfillId"], known, len(shards))
    assert ranges == {(f"{days[0]}|{shard}", f"{days[-1]}|{shard}") for shard in shards}
    page.goto("/assets/core_performance_input?view=partitions")
    for dimension in ("as_of", "shard"):
        found = page.get_by_placeholder(f"Filter by {dimension}…")
        expect(found).to_be_visible(timeout=PATIENCE)
    # Every shard of the day of `run`, and what was asked for just now.
    filled = f"Materialized ({16 + len(partitions)})"
    expect(page.get_by_text(filled)).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "input_partitions.png")


def test_jobs_and_schedules_are_there(page: Page, interface: Interface, pictures: Path) -> None:
    query = """{repositoriesOrError{... on RepositoryConnection{nodes{
      jobs{name description} schedules{name cronSchedule executionTimezone description}}}}}"""
    [repository] = interface.ask(query)["repositoriesOrError"]["nodes"]
    jobs = {job["name"] for job in repository["jobs"] if job["description"]}
    assert {"tem_full", "tem_incremental", "portfolio_full"} <= jobs
    schedules = {
        schedule["cronSchedule"]
        for schedule in repository["schedules"]
        if schedule["executionTimezone"] == "Europe/Amsterdam" and schedule["description"]
    }
    assert {"0 2 * * *", "15 * * * *", "0 4 * * *"} <= schedules
    page.goto("/automation")
    expect(page.get_by_text("tem_incremental_schedule").first).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "automation.png")
    page.goto("/runs")
    expect(page.get_by_text("tem_full").first).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=pictures / "runs.png")


def test_an_asset_shows_its_picture(page: Page, pictures: Path) -> None:
    page.goto("/assets/twr?view=events")
    page.get_by_text("[Show Markdown]").first.click()
    shown = page.get_by_role("img", name="Cumulative return")
    expect(shown).to_be_visible(timeout=PATIENCE)
    assert shown.evaluate("image => image.complete && image.naturalWidth") > 300
    page.screenshot(path=pictures / "picture.png")
