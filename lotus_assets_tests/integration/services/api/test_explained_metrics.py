"""`GET /explain/metrics/…` and `python -m lotus_assets explain metric`, of a small warehouse."""

import html
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets_tests.integration.collected import own_database
from lotus_assets_tests.integration.explained_warehouse import REPO, fill
from lotus_assets_tests.integration.services.api.serving import served_api

PLACE = f"https://gitlab.example.com/{REPO}/-/merge_requests/"


@pytest.fixture(scope="module")
def url(server_url: str, template: str) -> Iterator[str]:
    with own_database(server_url, template) as url:
        engine = create_warehouse_engine(url)
        fill(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="module")
def served(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = ApiSettings(
        tem_data_dir=tmp_path_factory.mktemp("explained"),
        lotus_api_workers=1,
        tem_db_connection=SecretStr(url),
        gitlab_api_url="https://gitlab.example.com/api/v4",
    )
    with served_api(settings) as client:
        yield client


def explained(client: httpx.Client, metric: str, **asked: str) -> httpx.Response:
    return client.get(f"/explain/metrics/{metric}", params={"date": "2025-03-31", **asked})


def test_the_rows_that_count_and_those_that_nearly_do(served: httpx.Client) -> None:
    answer: dict[str, Any] = explained(served, "rework_rate", repo=REPO).json()
    assert answer["value"] == 1 / 3
    assert answer["value_of_rows"] == 1 / 3
    assert answer["arithmetic"] == "1 of 3 merge requests"
    assert answer["window"] == "the 30 calendar days that end with D: 2025-03-02 to 2025-03-31"
    assert answer["slice"] == {
        "org": "Toman", "business_line": "Exchange", "team": "Exchange", "repo": REPO,
    }  # fmt: skip
    counted = [(row["reference"], row["value"], row["link"]) for row in answer["rows"]]
    assert counted == [
        ("!11", 1, f"{PLACE}11"),
        ("!12", 0, f"{PLACE}12"),
        ("!13", 0, f"{PLACE}13"),
    ]
    first = answer["rows"][0]
    assert first["reason"] == "merged_at lies in the window"
    assert first["columns"]["merged_at"] == "2025-03-31T23:59:59+02:00"
    nearly = {row["reference"]: row["reason"] for row in answer["nearly"]}
    assert nearly.keys() == {"!14", "!15", "!16"}, "!17 is months away"
    assert nearly["!14"].startswith("it has no is_reworked (Counts for the rework rate")
    assert nearly["!15"] == "it counts until the day before, no longer on this one"
    assert nearly["!16"] == "it counts from the day after on, not yet on this one"


def test_no_name_of_a_person_is_told(served: httpx.Client) -> None:
    answer = explained(served, "rework_rate")
    assert answer.status_code == 200
    assert "author" not in answer.text
    assert "77" not in answer.text


def test_as_a_page_that_loads_nothing_and_keeps_text_as_text(
    url: str, served: httpx.Client
) -> None:
    name = "UPDATE dim_project SET path_with_namespace = %s WHERE project_id = 1"
    hostile = "toman/<script>alert(1)</script>"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(name, [hostile])
        answer = explained(served, "rework_rate", team="Exchange", format="html")
        connection.execute(name, [REPO])
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in html.unescape(answer.text)
    assert "<script>alert" not in answer.text
    assert "toman/&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "33\N{NO-BREAK SPACE}%" in answer.text
    assert "1 of 3 merge requests" in answer.text
    assert "Rows that nearly count: 3" in answer.text
    assert "src=" not in answer.text


def test_a_value_that_its_rows_no_longer_give(url: str, served: httpx.Client) -> None:
    """Facts that changed after the day was computed: both numbers are told, and which is which."""
    change = "UPDATE fact_mr SET is_reworked = %s WHERE mr_id = 921"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(change, [False])
        answer = explained(served, "rework_rate", business_line="Core/Platform").json()
        connection.execute(change, [True])
    assert (answer["value"], answer["value_of_rows"]) == (1, 0)
    assert answer["is_current"] is False


@pytest.mark.parametrize(
    ("metric", "asked", "words"),
    [
        ("rework_rat", {}, "There is no metric rework_rat. The metrics: rework_rate, "),
        ("rework_rate", {"repo": "toman/exchange/ordrbook"}, f"Each repo: {REPO}, toman/core/"),
        ("rework_rate", {"team": "Identity"}, "There is no slice of team Identity. Each team: "),
        ("rework_rate", {"date": "2025-04-01"}, "It holds 1 days between 2025-03-31 and 2025-03"),
        (
            "rework_rate",
            {"business_line": "Core/Platform", "repo": REPO},
            f"There is no slice of business_line Core/Platform, repo {REPO}.",
        ),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    served: httpx.Client, metric: str, asked: dict[str, str], words: str
) -> None:
    answer = explained(served, metric, **asked)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "RESOURCE_NOT_FOUND"
    assert words in answer.json()["detail"]


def test_without_a_warehouse_it_says_so(api: httpx.Client) -> None:
    answer = explained(api, "rework_rate")
    assert answer.status_code == 503
    assert "TEM_DB_CONNECTION" in answer.json()["detail"]


def asked(url: str, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "lotus_assets", "explain", *arguments],
        env=os.environ | {"TEM_DB_CONNECTION": url, "TEM_DATA_DIR": str(folder), "COLUMNS": "180"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_prints_the_same(url: str, tmp_path: Path) -> None:
    done = asked(url, tmp_path, "metric", "rework_rate", "--date", "2025-03-31", "--repo", REPO)
    assert done.returncode == 0, done.stderr
    assert "0.3333333333333333 ratio" in done.stdout
    assert "1 of 3" in done.stdout
    assert "Rows that count: 3" in done.stdout
    assert "Rows that nearly count: 3" in done.stdout
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [REPO, "!11", "1", "911"] in [line[:4] for line in lines]


def test_the_command_writes_the_page(url: str, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "why.html"
    done = asked(
        url, tmp_path, "metric", "rework_rate", "--date", "2025-03-31", "--html", str(page)
    )
    assert done.returncode == 0, done.stderr
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_shows_some_rows_and_says_how_many_more(url: str, tmp_path: Path) -> None:
    few = ("--date", "2025-03-31", "--repo", REPO, "--rows", "1")
    done = asked(url, tmp_path, "metric", "rework_rate", *few)
    assert "!11" in done.stdout
    assert "!12" not in done.stdout
    assert "… and 2 more (--rows 3 shows them)" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("metric", "rework_rat", "--date", "2025-03-31"),
        ("metric", "rework_rate", "--date", "31-03-2025"),
        ("metric", "rework_rate"),
    ],
)
def test_the_command_refuses_at_once(url: str, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Without Dagster, and without starting a database."""
    begun = time.perf_counter()
    done = asked(url, tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr
    # Two seconds for who waits; a busy machine is given more.
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--date 2025-03-31 --team Nobody", "There is no slice of team Nobody. Each team: "),
        ("--date 2024-03-31", "metric_daily holds no rework_rate of 2024-03-31."),
    ],
)
def test_the_command_refuses_before_it_loads_what_only_an_explanation_needs(
    arguments: str, words: str, url: str, tmp_path: Path
) -> None:
    command = ["explain", "metric", "rework_rate", *arguments.split()]
    code = (
        "import sys\nfrom lotus_assets.commands.cli import application\n"
        f"try: application({command!r})\nfinally: print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TEM_DB_CONNECTION": url, "TEM_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not {"dagster", "pandas", "pandera"}.intersection(done.stdout.split())
