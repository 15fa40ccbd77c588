"""A source on a stand-in, and short words for what it reads."""

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lotus_assets import raw
from lotus_assets.raw.list_reading import PageRows
from lotus_assets.sources.gitlab.pages import EntityPage, ProjectReference, ReadingWindow
from lotus_assets.sources.gitlab.project_lists import GraphQLList, ProjectList, RestList
from lotus_assets.sources.gitlab.session import GitLabPatience
from lotus_assets.sources.gitlab.source import GitLabSource
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.standin_fixtures import standin, young_store, young_world

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
EVERYTHING = ReadingWindow.first(NOW, 3650)
ROOTS = ["toman/c-side", "toman/core", "toman/corporate-services", "toman/exchange"]
BUSY = "toman/core/checkout"
PATIENCE = GitLabPatience(attempts=4, first_wait=0.01, longest_wait=0.05, read_timeout=20)


@dataclass
class Scene:
    """A stand-in, its store, and a source that reads it."""

    server: StandinServer
    store: Store
    source: GitLabSource
    references: dict[str, ProjectReference] = field(default_factory=dict)

    def data(self, path: str) -> ProjectData:
        return next(
            data
            for data in self.store.projects.values()
            if data.project["path_with_namespace"] == path
        )

    def reference(self, path: str = BUSY) -> ProjectReference:
        """The reference of a project, listed once."""
        if not self.references:
            payloads = [each for page in self.source.projects(ROOTS) for each in page.payloads]
            found = map(ProjectReference.of, payloads)
            self.references.update({each.path: each for each in found})
        return self.references[path]

    def requests_of(self, act: Callable[[], object]) -> int:
        """How many requests arrive while `act` runs."""
        before = len(self.server.requests)
        act()
        return len(self.server.requests) - before


StartScene = Callable[..., Scene]


def collected_lists() -> dict[ProjectList, PageRows]:
    """Every list of a project that a collection reads, with what it makes of a page."""
    modules = [
        import_module(f"{raw.__name__}.{module.name}")
        for module in pkgutil.iter_modules(raw.__path__)
        if module.name.startswith("collect_")
    ]
    return {
        listed: module.page_rows
        for module in modules
        for listed in vars(module).values()
        if isinstance(listed, GraphQLList | RestList) and hasattr(module, "page_rows")
    }


def payloads_of(pages: Iterable[EntityPage]) -> list[dict[str, Any]]:
    return [payload for page in pages for payload in page.payloads]


@pytest.fixture
def scene(young_store: Store, tmp_path: Path) -> Iterator[StartScene]:
    """Starts a stand-in on a copy of the young sample organisation, and a source on it."""
    with ExitStack() as running:

        def start(patience: GitLabPatience = PATIENCE, **options: Any) -> Scene:
            server = running.enter_context(StandinServer(young_store, **options))
            source = GitLabSource(
                server.url, server.token, clones=tmp_path / "clones", patience=patience
            )
            running.enter_context(source)
            return Scene(server, young_store, source)

        yield start


__all__ = ["Scene", "StartScene", "payloads_of", "scene", "standin", "young_store", "young_world"]
