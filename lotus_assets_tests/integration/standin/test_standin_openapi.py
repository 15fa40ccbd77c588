"""Every REST answer against GitLab's published description."""

import re
from collections.abc import Iterator

import httpx
import pytest

from lotus_assets.standin.gitlab.rest.endpoints import ENDPOINTS
from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.gitlab_description import needs_descriptions, properties, violations

pytestmark = needs_descriptions

NAMES = {
    "project": "id",
    "group": "id",
    "user": "id",
    "pipeline": "pipeline_id",
    "job": "job_id",
    "tag": "tag_name",
}
"""Our parameter → the description's, where they differ."""
UNDESCRIBED = {
    # Licensed editions add these numbers (documentation, "Merge request approvals API").
    "/merge_requests/{iid}/approvals": {"approvals_required", "approvals_left"},
}
"""Address → keys that the description lacks."""
SWITCHED_OFF = {"deployments", "environments", "issues", "jobs", "merge_requests", "pipelines"}
"""Lists that some project of the world answers with 403: the feature is off."""


def described(address: str) -> str:
    name = "issue_iid" if "/issues" in address else "merge_request_iid"
    for ours, theirs in {**NAMES, "iid": name}.items():
        address = address.replace(f"{{{ours}}}", f"{{{theirs}}}")
    return "/api/v4" + address


def examples(address: str, store: Store, data: ProjectData | None) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {
        "group": [group["id"] for group in store.groups.values()],
        "user": list(store.users),
    }
    if data is None:
        return found
    jobs = [job for rows in data.jobs.values() for job in rows if job["kind"] == "build"]
    tags = data.releases if "/releases" in address else data.tags
    found |= {
        "project": [data.project["id"]],
        "iid": list(data.issues if "/issues" in address else data.merge_requests),
        "pipeline": list(data.pipelines),
        "job": [job["id"] for job in jobs],
        "sha": list(data.commits),
        "tag": [tag.get("tag_name", tag.get("name")) for tag in tags],
        "branch": [branch["name"].replace("/", "%2F") for branch in data.branches],
    }
    return found


def addresses(address: str, store: Store) -> Iterator[str]:
    """The address with up to four examples of each project: the first two and the last two."""
    projects: list[ProjectData | None] = [None]
    if "{project}" in address:
        projects = [data for data in store.projects.values() if data.access == "full"]
    for data in projects:
        found = [address]
        for name in re.findall(r"\{(\w+)\}", address):
            values = examples(address, store, data)[name]
            chosen = [*values[:2], *values[2:][-2:]]
            found = [text.replace(f"{{{name}}}", str(value)) for text in found for value in chosen]
        yield from found


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
