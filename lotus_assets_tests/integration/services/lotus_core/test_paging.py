"""Pages: all items once, in order, of the data that the first page saw."""

from collections.abc import Callable, Iterator
from string import ascii_letters, digits
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer

from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets_tests.integration.services.lotus_core.book import CORRECTION
from lotus_assets_tests.integration.services.lotus_core.served import Core, served

CALLER = {"consumer_system": "tests"}
REPORT = {"report_start_date": "2025-01-03", "report_end_date": "2025-01-10"}
PAGED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "attribution-input": (
        "instruments_data",
        "instrument_id",
        {**REPORT, **CALLER, "as_of_date": "2025-01-11", "group_by_dimensions": ["currency"]},
    ),
    "contribution-input": (
        "positions_data",
        "position_id",
        {**REPORT, **CALLER, "as_of_date": "2025-01-11"},
    ),
    "positions-analytics-input": (
        "positions",
        "position_id",
        {
            **CALLER,
            "as_of_date": "2025-01-11",
            "sections": ["VALUATION", "PERFORMANCE"],
            "performance_periods": ["MTD"],
        },
    ),
}
EACH = pytest.mark.parametrize("name", PAGED)


def pages(core: Core, name: str, **body: Any) -> Iterator[dict[str, Any]]:
    token = None
    while True:
        page = core.payload(f"portfolios/P1/{name}", **body, page_size=1, page_token=token)
        yield page
        token = page["lineage"]["next_page_token"]
        if token is None:
            return


@EACH
def test_pages_hold_all_items_once_in_order(core: Core, name: str) -> None:
    member, key, body = PAGED[name]
    whole = core.payload(f"portfolios/P1/{name}", **body)
    assert whole["lineage"]["next_page_token"] is None
    found = [item for page in pages(core, name, **body) for item in page[member]]
    assert found == whole[member]
    ids = [item[key] for item in found]
    assert ids == sorted(set(ids))
    assert len(ids) == 2


@EACH
def test_paging_stays_with_the_data_that_it_began_with(
    own_core: Core, load: Callable[..., None], name: str
) -> None:
    _, _, body = PAGED[name]
    before = list(pages(own_core, name, **body))
    running = pages(own_core, name, **body)
    first = next(running)
    # A row of the position that comes first and one of the position that comes last.
    (security,) = CORRECTION["position_valuations"]
    last = {**security, "valuation_date": "2025-01-10"}
    cash = {**last, "position_id": "CASH", "eod_cf": "-90"}
    load({"position_valuations": [security, cash, last]})
    after = [first, *running]
    hashes = [page["lineage"]["content_hash"] for page in after]
    assert hashes == [page["lineage"]["content_hash"] for page in before]
    assert {page["lineage"]["data_version"] for page in after} == {first["lineage"]["data_version"]}
    fresh = next(pages(own_core, name, **body))
    assert fresh["lineage"]["data_version"] != first["lineage"]["data_version"]
    assert fresh["lineage"]["content_hash"] != first["lineage"]["content_hash"]


@EACH
def test_tokens_that_are_not_for_this_request(core: Core, name: str) -> None:
    _, _, body = PAGED[name]
    token = next(pages(core, name, **body))["lineage"]["next_page_token"]
    forged = URLSafeTimedSerializer("guess", salt="lotus-core page").dumps({"after": "A"})
    path = f"portfolios/P1/{name}"
    others = set(ascii_letters + digits + "-_") - {token[-1]}
    altered = [token[:-1] + other for other in sorted(others)]
    for wrong in (*altered, "x" + token[1:], "nonsense", forged):
        problem = core.problem(path, **body, page_size=1, page_token=wrong)
        assert problem[:2] == (400, "INVALID_REQUEST")
    for changed in ({**body, "as_of_date": "2025-01-10"}, {**body, "consumer_system": "other"}):
        problem = core.problem(path, **changed, page_size=1, page_token=token)
        assert problem[:2] == (400, "INVALID_REQUEST")
        assert "another request" in problem[2]
    other = core.problem(f"portfolios/CLOSED/{name}", **body, page_size=1, page_token=token)
    assert other[:2] == (400, "INVALID_REQUEST")


def test_a_token_expires(core: Core) -> None:
    _, _, body = PAGED["contribution-input"]
    path = "portfolios/P1/contribution-input"
    settings = CoreSettings(
        lotus_core_db_connection=core.engine.url.render_as_string(hide_password=False),
        lotus_core_page_key="test-key",
        lotus_core_page_seconds=0,
    )
    token = core.payload(path, **body, page_size=1)["lineage"]["next_page_token"]
    signer = URLSafeTimedSerializer("test-key", salt="lotus-core page")
    content, _ = signer.loads(token, return_timestamp=True)
    assert set(content) == {"request", "after", "version"}
    with served(settings) as impatient:
        # Whole seconds count: until the clock shows another one, the token is 0 seconds old.
        status, code, detail = (200, "", "")
        while status == 200:
            response = impatient.post(path, **body, page_size=1, page_token=token)
            status = response.status_code
            if status != 200:
                code, detail = response.json()["code"], response.json()["detail"]
    assert (status, code) == (400, "INVALID_REQUEST")
    assert "expired" in detail
