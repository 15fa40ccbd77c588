"""What a project's day brings: merge requests, issues, direct pushes, nightly runs, releases."""

from datetime import date
from random import Random

from lotus_assets.standin.gitlab.world.calendar import (
    EVENING,
    HOUR,
    MINUTE,
    MORNING,
    midnight,
    ordinal_of,
)
from lotus_assets.standin.gitlab.world.issues import issue_life
from lotus_assets.standin.gitlab.world.people import PEOPLE, SERVICE_ACCOUNT, Person
from lotus_assets.standin.gitlab.world.pipelines import start_pipeline
from lotus_assets.standin.gitlab.world.releases import release
from lotus_assets.standin.gitlab.world.reviews import draw_course, review
from lotus_assets.standin.gitlab.world.simulation import Process, Site, World


def team(site: Site) -> list[Person]:
    """The people who work on a project."""
    return [person for person in PEOPLE if person.user_id in site.plan.team]


def days(world: World, site: Site) -> Process:
    """Every day of a project, for ever."""
    ordinal = ordinal_of(world.start)
    while True:
        yield world.until(midnight(ordinal))
        _plan_day(world, site, ordinal, world.random(site.path, "day", ordinal))
        ordinal += 1


def _plan_day(world: World, site: Site, ordinal: int, random: Random) -> None:
    plan = site.plan
    if plan.has_nightly:
        world.start_process(_at(world, world.now + 2 * HOUR + 30 * MINUTE, _nightly(site)))
    if date.fromordinal(ordinal).weekday() >= 5:
        return
    people = team(site)
    # Rates are per calendar day, and only five days of seven are worked.
    for number in range(_count(plan.requests_per_day * 7 / 5, random)):
        draws = world.random(site.path, "request", ordinal, number)
        process = review(site, people, draws, draw_course(draws))
        world.start_process(_at(world, _moment(world, random), process))
    for number in range(_count(plan.issues_per_day * 7 / 5, random)):
        draws = world.random(site.path, "issue", ordinal, number)
        world.start_process(_at(world, _moment(world, random), issue_life(site, people, draws)))
    for number in range(_count(plan.direct_pushes_per_day * 7 / 5, random)):
        draws = world.random(site.path, "push", ordinal, number)
        process = _direct_push(site, draws.choice(people), draws)
        world.start_process(_at(world, _moment(world, random), process))
    if plan.release_days and random.random() < 7 / 5 / plan.release_days:
        draws = world.random(site.path, "release", ordinal)
        world.start_process(_at(world, _moment(world, random), release(site, people, draws)))


def _count(mean: float, random: Random) -> int:
    """How often something happens on a day: a whole number with the given mean."""
    times, elapsed = 0, random.expovariate(1.0)
    while elapsed < mean:
        times += 1
        elapsed += random.expovariate(1.0)
    return times


def _moment(world: World, random: Random) -> int:
    return world.now + int(random.triangular(MORNING, EVENING, 10.5 * HOUR))


def _at(world: World, instant: int, process: Process) -> Process:
    yield world.until(instant)
    yield from process


def _nightly(site: Site) -> Process:
    start_pipeline(
        site,
        "main",
        SERVICE_ACCOUNT,
        sha=site.tip,
        ref=site.default_branch,
        source="schedule",
        name="Nightly",
    )
    yield site.world.until(site.world.now)


def _direct_push(site: Site, person: Person, random: Random) -> Process:
    now = site.world.now
    history = site.repository.revisions[site.tip].file("CHANGES.md")
    number, tip = random.choice((1, 1, 2)), site.tip
    for position in range(number):
        history = (*history[-80:], *site.new_lines(random.randrange(1, 5)))
        tip = site.commit(
            (tip,),
            {"CHANGES.md": history},
            random.choice(("Correct the notes\n", "Raise the limit at once\n")),
            author=person,
            authored_at=now - (number - position) * 5 * MINUTE,
        ).sha
    site.push(site.default_branch, tip, person, number)
    start_pipeline(site, "main", person, sha=tip, ref=site.default_branch, source="push")
    yield site.world.until(now)
