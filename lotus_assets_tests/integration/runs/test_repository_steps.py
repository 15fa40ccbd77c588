"""The collection of a repository fails at each of its steps in turn; the next run makes it good."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from lotus_assets.definitions import defs
from lotus_assets.graph.layers import RAW_GITLAB
from lotus_assets.standin.gitlab.faults import Respond
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world import ci_payloads, payloads
from lotus_assets.standin.gitlab.world.calendar import milliseconds
from lotus_assets_tests.integration.amsterdam import amsterdam, as_gitlab
from lotus_assets_tests.integration.collected import hand_made
from lotus_assets_tests.integration.hand_made import AYLIN, HandMade, Project
from lotus_assets_tests.integration.runs.contents import business_rows, differences, rows
from lotus_assets_tests.integration.runs.workplace import Workplace
from lotus_assets_tests.standin_fixtures import standin

__all__ = ["hand_made", "standin"]

RAW = sorted(spec.key for spec in defs.resolve_all_asset_specs() if spec.group_name == RAW_GITLAB)
OUT_OF_ORDER = Respond(503, b"GitLab is not responding", "text/html; charset=utf-8")


def force_push(project: Project, request: Payload, at: str) -> None:
    """A version of a merge request goes whose head no ref has any more: GitLab still gives it."""
    old = project.commit(at, "Try", parents=(project.tip,)).sha
    moment, iid = milliseconds(amsterdam(at)), request["iid"]
    project.data.merge_request_notes[iid].append(
        payloads.note(
            project.world.identifier("note"),
            AYLIN,
            f"added 1 commit\n\n[Compare with previous version](?diff_id=1&start_sha={old})",
            moment,
            action="commit",
        )
    )
    number = project.world.identifier("version")
    new = ci_payloads.version(number, moment, head=request["sha"])
    project.data.merge_request_versions[iid].insert(0, new)
    request["updated_at"] = as_gitlab(amsterdam(at))


def begin(world: HandMade) -> tuple[Project, Payload]:
    """A project with a merge request that is open, and the head that it had before."""
    project = world.project("toman/core/ledger")
    work = project.commit("2026-03-02 09:00", "Work", parents=(project.tip,))
    request = project.merge_request("2026-03-02 09:00", [work])
    force_push(project, request, "2026-03-02 10:00")
    return project, request


def move_refs(project: Project, request: Payload) -> None:
    """A branch moves, a merge request is merged, and another head is forced away."""
    force_push(project, request, "2026-03-10 10:00")
    project.change("2026-03-10 11:00", "2026-03-10 12:00")


def move_an_old_head_only(project: Project, request: Payload) -> None:
    """Of the refs that are read none moves."""
    force_push(project, request, "2026-03-10 10:00")


def collect(place: Workplace, server: StandinServer) -> None:
    run = place.run(server, "tem_incremental", assets=RAW, TEM_GITLAB_ATTEMPTS="1")
    assert run.execution.succeeded, run.reasons


@dataclass(frozen=True)
class Places:
    """Copies of a place as it stands."""

    place: Workplace
    create_database: Callable[[str], str]

    def __iter__(self) -> Iterator[Workplace]:
        while True:
            with psycopg.connect(self.place.url, autocommit=True) as connection:
                # A database can be copied when nobody is connected; a pool closes a moment later.
                connection.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            name = str(make_url(self.place.url).database)
            url = self.create_database(name)
            folder = self.place.folder.with_name(str(make_url(url).database))
            if self.place.folder.exists():
                shutil.copytree(self.place.folder, folder)
            yield Workplace(url, folder, self.place.as_of)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "change", [None, move_refs, move_an_old_head_only], ids=["first", "refs moved", "heads only"]
)
def test_a_failure_at_any_step_costs_nothing_but_time(
    hand_made: Callable[[str], HandMade],
    standin: Callable[..., StandinServer],
    create_database: Callable[[str], str],
    template: str,
    tmp_path: Path,
    change: Callable[[Project, Payload], None] | None,
) -> None:
    world = hand_made("2026-03-31 12:00")
    project, request = begin(world)
    server = standin(world.on_disk())
    place = Workplace(create_database(template), tmp_path / "place", world.now.isoformat())
    if change is not None:
        collect(place, server)
        change(project, request)
        world.on_disk()
        server.change(lambda _store: None)
    copies = iter(Places(place, create_database))
    undisturbed = next(copies)
    collect(undisturbed, server)
    expected = business_rows(undisturbed.url)
    written = set(project.data.commits)
    assert {row["commit_id"] for row in rows(undisturbed.url, "raw_commit")} == written
    of_git = f"/{project.path}.git/*"
    of_lines = f"/api/v4/projects/{project.project_id}/repository/commits"
    failures = 0
    for path in (of_git, of_lines):
        for step in range(1, 20):
            disturbed = next(copies)
            fault = server.faults.add(OUT_OF_ORDER, path=path, nth=step, times=None)
            collect(disturbed, server)
            server.faults.clear()
            if fault.hits < step:
                break
            failures += 1
            reasons = {row["reason"] for row in outcomes(disturbed.url)}
            assert reasons == {"error:http_503"}, (path, step)
            collect(disturbed, server)
            assert differences(expected, business_rows(disturbed.url)) == {}, (path, step)
    assert failures >= 3


def outcomes(url: str) -> list[dict[str, str]]:
    return [
        row
        for row in rows(url, "collection_outcome")
        if row["collection"] == "collect_repository" and row["reason"]
    ]
