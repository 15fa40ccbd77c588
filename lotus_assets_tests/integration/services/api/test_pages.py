"""The API serves the pages as they stand on the disk."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lotus_assets.services.api.settings import ApiSettings
from lotus_assets_tests.integration.services.api.serving import NUMBERS, served_api

PAGE = b"<!doctype html><title>Overview</title>"


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def api(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = ApiSettings(
        tem_data_dir=tmp_path_factory.mktemp("data"), tem_export_dir=exports, lotus_api_workers=1
    )
    with served_api(settings, NUMBERS) as client:
        yield client


def test_before_the_first_run_there_is_none_and_then_they_are_there(
    api: httpx.Client, exports: Path
) -> None:
    assert api.get("/pages/").status_code == 404
    (exports / "pages" / "overview").mkdir(parents=True)
    (exports / "pages" / "index.html").write_bytes(PAGE)
    (exports / "pages" / "overview" / "slice-0.js").write_bytes(b"piece()")
    (exports / "pages" / ".engineering.json").write_bytes(b"[]")
    page = api.get("/pages/")
    assert page.status_code == 200
    assert page.content == PAGE
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    script = api.get("/pages/overview/slice-0.js")
    assert "javascript" in script.headers["content-type"]


@pytest.mark.parametrize(
    "path", ["/pages/.engineering.json", "/pages/..%2f..%2fdata", "/pages/none.html"]
)
def test_nothing_else_is_served(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
