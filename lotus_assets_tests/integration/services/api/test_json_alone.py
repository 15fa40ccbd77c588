"""A lotus-core that speaks only JSON: every operation answers what it answers beside ours."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.application import create_application
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets_tests.integration.services.api.serving import served_api
from lotus_assets_tests.integration.services.in_thread import served_in_thread
from lotus_assets_tests.integration.services.lotus_core.served import Core

ITD = [{"period": "ITD"}]
ASKED: dict[str, dict[str, Any]] = {
    "/performance/twr": {"analyses": ITD},
    "/performance/mwr": {"asked": {"period": "YTD"}},
    "/performance/contribution": {"analyses": ITD},
    "/performance/attribution": {"analyses": ITD, "group_by": ["asset_class", "currency"]},
    "/analytics/positions": {"performance_periods": ["MTD"]},
    "/integration/returns/series": {
        "asked": {"period": "YTD"},
        "missing_data_policy": "ALLOW_PARTIAL",
    },
}


class JsonAlone:
    """Knows no other form of an answer, whatever is asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            MutableHeaders(scope=scope)["Accept"] = "application/json"
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def beside_json(core_of_book: Core, folder: Path) -> Iterator[httpx.Client]:
    url = core_of_book.engine.url.render_as_string(hide_password=False)
    settings = CoreSettings(lotus_core_db_connection=url, lotus_core_page_key="test-key")
    application = create_application(settings)
    application.add_middleware(JsonAlone)
    with (
        served_in_thread(application) as core_url,
        served_api(
            ApiSettings(tem_data_dir=folder / "j", lotus_api_workers=1, lotus_core_url=core_url)
        ) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ASKED)
def test_the_answer_is_the_same(
    beside_json: httpx.Client, stateful_api: httpx.Client, path: str
) -> None:
    options = dict(ASKED[path])
    stateful = {"portfolio_id": "P1", "as_of_date": "2025-01-10", **options.pop("asked", {})}
    body = {"input_mode": "stateful", "stateful_input": stateful, **options}
    answers = [client.post(path, json=body) for client in (beside_json, stateful_api)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    first, second = (answer.json() for answer in answers)
    assert first["results"] == second["results"]
    assert first["diagnostics"] == second["diagnostics"]
    assert first["meta"] == second["meta"], "the hashes of both forms are the same"
    for used in first["lineage"]["inputs"]:
        request = used["request"]
        assert request["path"].startswith("/integration/")
        assert request["body"]["consumer_system"] == "lotus-performance"
        text = json.dumps(request["body"], sort_keys=True, separators=(",", ":"))
        assert request["content_hash"] == hashlib.sha256(text.encode()).hexdigest()
