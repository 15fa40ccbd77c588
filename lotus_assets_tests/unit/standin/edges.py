"""Ways into the world that the tests of its edges share."""

import subprocess
from collections.abc import Iterator

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store


def project(store: Store, path: str) -> ProjectData:
    return next(
        data for data in store.projects.values() if data.project["path_with_namespace"] == path
    )


def requests(store: Store) -> Iterator[tuple[ProjectData, Payload]]:
    for data in store.projects.values():
        for request in data.merge_requests.values():
            yield data, request


def jobs(store: Store) -> Iterator[Payload]:
    for data in store.projects.values():
        for entries in data.jobs.values():
            yield from entries


def notes(store: Store) -> Iterator[tuple[Payload, list[Payload]]]:
    for data, request in requests(store):
        yield request, data.merge_request_notes[request["iid"]]


def pushes_of(data: ProjectData) -> list[Payload]:
    return [event for event in data.events if event["action"] == "pushed"]


def is_ancestor(data: ProjectData, older: str, newer: str) -> bool:
    command = ["git", "-C", str(data.repository), "merge-base", "--is-ancestor", older, newer]
    return subprocess.run(command, check=False).returncode == 0
