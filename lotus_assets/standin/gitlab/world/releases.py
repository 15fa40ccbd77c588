"""Tags and releases, and releases that are taken back."""

from random import Random

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world.calendar import HOUR, ordinal_of, text
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.pipelines import start_pipeline
from lotus_assets.standin.gitlab.world.simulation import Process, Site


def release(site: Site, people: list[Person], random: Random) -> Process:
    """Tag the default branch's tip and release it; now and then only a tag, or a short life."""
    world = site.world
    person = random.choice(people)
    name = _next_name(site, random)
    is_annotated = random.random() < 0.7
    sha = site.tip
    add_tag(site, name, sha, person, is_annotated=is_annotated)
    start_pipeline(site, "tag", person, sha=sha, ref=name, source="push")
    if random.random() < 0.2:
        return
    yield world.until(world.now + random.randrange(30_000, 300_000))
    add_release(site, name, sha)
    if random.random() < 0.07:
        yield world.until(world.now + random.randrange(HOUR, 20 * HOUR))
        take_back(site, name, person)


def add_tag(site: Site, name: str, sha: str, person: Person, *, is_annotated: bool) -> None:
    """Push a tag."""
    now = site.world.now
    target = site.repository.tag(
        name, sha, tagger=person if is_annotated else None, at=now, message=f"Release {name}"
    )
    site.data.tags.append({"name": name, "target": target, "commit": site.briefs[sha]})
    site.event(person, "tag", name, None, sha, 0)


def add_release(site: Site, name: str, sha: str) -> None:
    """Release a tag."""
    now = text(site.world.now)
    entry: Payload = {
        "name": f"Release {name}",
        "tag_name": name,
        "created_at": now,
        "released_at": now,
        "commit": site.briefs[sha],
    }
    site.data.releases.insert(0, entry)


def take_back(site: Site, name: str, person: Person) -> None:
    """Delete a release with its tag."""
    tag = next(item for item in site.data.tags if item["name"] == name)
    site.data.releases = [item for item in site.data.releases if item["tag_name"] != name]
    site.data.tags.remove(tag)
    del site.repository.refs[f"refs/tags/{name}"]
    site.repository.peeled.pop(f"refs/tags/{name}", None)
    site.event(person, "tag", name, tag["commit"]["id"], None, 0)


def _next_name(site: Site, random: Random) -> str:
    number = site.next_iid("release")
    major, minor = 1 + number // 12, number % 12
    months = (ordinal_of(site.world.now) - 1) // 30.4375
    name = site.plan.tag_form.format(
        major=major,
        minor=minor,
        patch=number % 4 if "year" not in site.plan.tag_form else number,
        year=int(months // 12) + 1,
        month=int(months % 12) + 1,
    )
    return f"{name}-rc.1" if random.random() < 0.1 and "year" not in site.plan.tag_form else name
