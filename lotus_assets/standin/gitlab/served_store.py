"""What the doors share: the state served now, and ways to find things in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store

CACHED_FROM = 5_000
"""Rows from which a filtered and ordered list is kept between requests. Smaller lists are made anew
each time, so that a test may change rows in place; who changes larger ones calls `changed`."""


@dataclass
class ServedStore:
    """The store of this moment, by id and by path, with its large lists kept in order."""

    provider: Callable[[], Store]
    _store: Store | None = None
    _by_path: dict[str, int] = field(default_factory=dict)
    _kept: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The state to answer from; a new one from the provider drops all that was kept."""
        store = self.provider()
        if store is not self._store:
            self._store = store
            self.changed()
        return store

    def changed(self) -> None:
        """Forget what was derived from the store."""
        self._kept.clear()
        self._by_path.clear()

    def project(self, identifier: str) -> ProjectData | None:
        """A project by number or by full path, in whatever case (`Routable.find_by_full_path`)."""
        store = self.store
        if identifier.isdecimal():
            return store.projects.get(int(identifier))
        path = identifier.lower()
        project_id = self._by_path.get(path)
        if project_id is None or project_id not in store.projects:
            self._by_path = {
                data.project["path_with_namespace"].lower(): number
                for number, data in store.projects.items()
            }
            project_id = self._by_path.get(path)
        return None if project_id is None else store.projects.get(project_id)

    def group(self, full_path: str) -> Payload | None:
        """A group by its full path, in whatever case."""
        groups = self.store.groups.items()
        return next((group for path, group in groups if path.lower() == full_path.lower()), None)

    def kept(self, key: tuple[Any, ...], size: int, make: Callable[[], Any]) -> Any:
        """Any derived value; kept under `key` when it was made from many rows."""
        if size < CACHED_FROM:
            return make()
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def projects_of(self, group_path: str, *, has_subgroups: bool) -> list[ProjectData]:
        """The projects of a group, by id; with those of its subgroups if asked."""
        projects = []
        for data in self.store.projects.values():
            namespace = data.project["path_with_namespace"].rpartition("/")[0]
            if namespace == group_path or (
                has_subgroups and namespace.startswith(group_path + "/")
            ):
                projects.append(data)
        return sorted(projects, key=lambda data: int(data.project["id"]))


def is_enabled(project: Payload, feature: str) -> bool:
    """Whether a feature (`issues`, `merge_requests`, `builds`, `repository`) is on.

    REST names CI `jobs_enabled` and `builds_access_level`.
    """
    flag = "jobs" if feature == "builds" else feature
    return bool(project.get(f"{flag}_enabled", True)) and (
        project.get(f"{feature}_access_level") != "disabled"
    )
