"""Merge requests into a release branch that repeat what was merged into the default branch."""

from random import Random

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world.calendar import DAY, HOUR, at_work
from lotus_assets.standin.gitlab.world.merge_requests import MergeRequest
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.rhythm import team
from lotus_assets.standin.gitlab.world.simulation import Process, Site

EVERY = 12 * DAY


class Backport(MergeRequest):
    """A merge request whose target is a release branch."""

    def __init__(
        self, site: Site, author: Person, branch: str, path: str, random: Random, *, target: str
    ) -> None:
        """A branch at the tip of the release branch `target`."""
        self._target = target
        super().__init__(site, author, branch, path, random)

    @property
    def target_branch(self) -> str:
        """The release branch."""
        return self._target


def backports(site: Site, target: str) -> Process:
    """Now and then what closed an issue goes into the release branch too, in the same words."""
    world, carried_over = site.world, set[int]()
    while True:
        random = world.random(site.path, "backport", world.day)
        yield world.until(at_work(world.now + EVERY, random))
        original = _latest_that_closes(site)
        if original is None or f"refs/heads/{target}" not in site.repository.refs:
            continue
        if original["iid"] not in carried_over:
            carried_over.add(original["iid"])
            yield from _carry_over(site, original, target, random)


def _latest_that_closes(site: Site) -> Payload | None:
    merged = [
        request
        for request in site.data.merge_requests.values()
        if request["state"] == "merged"
        and request["description"].startswith("Closes #")
        and site.data.closes_issues[request["iid"]]
    ]
    return max(merged, key=lambda request: str(request["merged_at"]), default=None)


def _carry_over(site: Site, original: Payload, target: str, random: Random) -> Process:
    world = site.world
    author, reviewer = random.sample(team(site), 2)
    name = f"backport-{site.next_iid('branch')}"
    request = Backport(site, author, name, f"backports/{name}.py", random, target=target)
    title = f"{original['title']} in {target}"
    request.push(1, request.work(1, [title], 1))
    yield world.until(world.now + random.randrange(HOUR))
    request.open(title, original["description"], squash=False, approvals=1)
    yield world.until(at_work(world.now + 3 * HOUR, random))
    request.approve(reviewer)
    yield world.until(world.now + random.randrange(HOUR))
    request.merge(reviewer)
    yield world.until(world.now + 1_000)
    request.delete_branch(reviewer)
