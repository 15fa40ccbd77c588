"""From a seed, an anchor day and an instant to the sample organisation at that instant."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from lotus_assets.standin.gitlab.store import Store
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.calendar import milliseconds, text
from lotus_assets.standin.gitlab.world.disk import write
from lotus_assets.standin.gitlab.world.edge_cases import add_edges
from lotus_assets.standin.gitlab.world.people import EVERYONE, user
from lotus_assets.standin.gitlab.world.plans import GROUPS, PLANS
from lotus_assets.standin.gitlab.world.rhythm import days
from lotus_assets.standin.gitlab.world.simulation import Site, World
from lotus_assets.standin.gitlab.world.sites import open_site

Edition = Literal["enterprise", "free"]
VERSIONS: dict[Edition, str] = {"enterprise": "18.8.0-ee", "free": "18.8.0"}


def build_store(
    seed: int, anchor: date, as_of: datetime, directory: Path, *, edition: Edition = "enterprise"
) -> Store:
    """The organisation as it stands at `as_of`, its repositories below `directory`.

    History begins 180 days before `anchor` (an Amsterdam day). A later `as_of` appends to what an
    earlier one showed, on disk too. Raises ValueError for an instant before history begins.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    store = Store(
        edition=edition,
        version=VERSIONS[edition],
        now=as_of.astimezone(UTC),
        users={person.user_id: user(person) for person in EVERYONE},
    )
    world = World(seed, anchor, store)
    end = milliseconds(as_of)
    if end < world.start:
        raise ValueError(
            f"as_of {as_of.isoformat()} is before history begins ({text(world.start)})"
        )
    for identifier, (path, name) in enumerate(GROUPS, start=41):
        parent = store.groups.get(path.rpartition("/")[0])
        store.groups[path] = payloads.group(identifier, path, name, parent)
    for identifier, plan in enumerate(PLANS, start=501):
        site = open_site(world, plan, identifier)
        world.start_process(days(world, site))
    add_edges(world)
    world.environment.run(until=end + 1)
    for site in world.sites.values():
        finish(site, directory)
    return store


def finish(site: Site, directory: Path) -> None:
    """What follows from the books at their end: branches as listed, and the files on disk."""
    for revision in site.repository.reachable():
        if revision.sha not in site.briefs:
            site.record(revision)
    prefix = "refs/heads/"
    site.data.branches = [
        {"name": ref.removeprefix(prefix), "commit": site.briefs[sha]}
        for ref, sha in sorted(site.repository.refs.items())
        if ref.startswith(prefix)
    ]
    site.data.repository = directory / f"{site.project_id}.git"
    write(site.repository, site.data.repository)
