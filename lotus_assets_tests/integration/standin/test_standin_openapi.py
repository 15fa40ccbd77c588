"""Every REST answer against GitLab's published description."""

from collections.abc import Iterator

import httpx
import pytest

from lotus_assets.standin.gitlab.rest.endpoints import ENDPOINTS
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.gitlab_description import needs_descriptions, properties, violations

pytestmark = needs_descriptions

NAMES = {"project": "id", "iid": "merge_request_iid", "pipeline": "pipeline_id"}
"""Our parameter → the description's."""
UNDESCRIBED = {
    # Licensed editions add these numbers (documentation, "Merge request approvals API").
    "/merge_requests/{iid}/approvals": {"approvals_required", "approvals_left"},
}
"""Address → keys that the description lacks."""
SWITCHED_OFF = {"deployments", "environments", "merge_requests", "pipelines"}
"""Lists that some project of the world answers with 403: the feature is off."""


def described(address: str) -> str:
    for ours, theirs in NAMES.items():
        address = address.replace(f"{{{ours}}}", f"{{{theirs}}}")
    return "/api/v4" + address


def addresses(address: str, store: Store) -> Iterator[str]:
    """The address with up to four examples of each project: the first two and the last two."""
    if "{project}" not in address:
        yield address
        return
    for data in store.projects.values():
        if data.access != "full":
            continue
        filled = [address.replace("{project}", str(data.project["id"]))]
        for name, rows in (("iid", data.merge_requests), ("pipeline", data.pipelines)):
            if f"{{{name}}}" in address:
                values = list(rows)
                chosen = [*values[:2], *values[2:][-2:]]
                filled = [text.replace(f"{{{name}}}", str(n)) for text in filled for n in chosen]
        yield from filled


@pytest.mark.parametrize("address", ENDPOINTS)
def test_answers_are_as_described(address: str, reader: httpx.Client, young_world: Store) -> None:
    known = properties(described(address)) | UNDESCRIBED.get(
        address.removeprefix("/projects/{project}"), set()
    )
    rows_seen = 0
    for url in addresses(address, young_world):
        response = reader.get("/api/v4" + url, params={"per_page": 100})
        if response.status_code == 403:
            assert url.rpartition("/")[2] in SWITCHED_OFF, url
            continue
        assert response.status_code == 200, f"{url}: {response.text}"
        answer = response.json()
        assert violations(described(address), answer) == [], url
        rows = answer if isinstance(answer, list) else [answer]
        rows_seen += len(rows)
        assert {key for row in rows for key in row} <= known, url
    assert rows_seen, f"nothing was seen of {address}"
