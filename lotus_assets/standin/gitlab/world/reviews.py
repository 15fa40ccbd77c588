"""How a merge request goes at toman: rounds of review, pushes, approvals, and its end."""

from dataclasses import dataclass
from random import Random

from lotus_assets.standin.gitlab.world.calendar import DAY, HOUR, later_at_work
from lotus_assets.standin.gitlab.world.merge_requests import MergeRequest
from lotus_assets.standin.gitlab.world.people import MERGE_BOT, RENOVATION_BOT, Person
from lotus_assets.standin.gitlab.world.simulation import Process, Site

_VERBS = ("Add", "Fix", "Extend", "Simplify", "Speed up", "Guard", "Rename", "Remove", "Log")
_NOUNS = (
    "order validation",
    "retry policy",
    "price rounding",
    "session renewal",
    "ledger export",
    "rate limits",
    "customer search",
    "invoice template",
    "quote cache",
    "error messages",
)
_FOLDERS = ("api", "core", "jobs", "model", "views", "tests")
_REMARKS = (
    "Could this be one query?",
    "Please cover the empty case with a test.",
    "The name hides what it returns.",
    "What happens when the other side times out?",
    "Nice, much easier to read now.",
)


@dataclass(frozen=True)
class Course:
    """What will become of a merge request; drawn when its branch is made."""

    rounds: int
    is_draft: bool
    ends: str
    """`merged`, `closed`, or `forgotten`: closed weeks later, when somebody tidies up."""
    hours: float
    """Mean wait between two acts, in hours."""
    is_bypassed: bool
    keeps_branch: bool
    fork: Site | None = None
    clock_skew: int = 0
    """How far ahead the author's clock is, in milliseconds."""


def draw_course(random: Random) -> Course:
    """The usual mix."""
    return Course(
        rounds=random.choices((0, 1, 2, 3, 4), (62, 25, 9, 3, 1))[0],
        is_draft=random.random() < 0.14,
        ends=random.choices(("merged", "closed", "forgotten"), (88, 9, 3))[0],
        hours=random.choice((2.0, 4.0, 7.0, 12.0, 30.0)),
        is_bypassed=random.random() < 0.07,
        keeps_branch=random.random() < 0.12,
    )


def review(site: Site, people: list[Person], random: Random, course: Course) -> Process:
    """A merge request from its branch to its end."""
    world = site.world
    by_bot = course.fork is None and random.random() < 0.05
    author = RENOVATION_BOT if by_bot else random.choice(people)
    reviewers = [person for person in people if person is not author]
    random.shuffle(reviewers)
    title = f"{random.choice(_VERBS)} {random.choice(_NOUNS)}"
    request = _branch(site, author, random, title, course)
    initial = random.choices((1, 2, 3, 4), (46, 30, 16, 8))[0]
    titles = _titles(title, initial)
    way = _choose_issue(request, random)
    if way == "commit":
        titles[-1] += f"\n\nFixes #{request.closes[0]}"
    request.push(initial, request.work(initial, titles, course.hours + 2))
    yield world.until(world.now + random.randrange(2 * 60_000, HOUR))
    if random.random() < 0.3:
        yield world.until(later_at_work(world.now, course.hours, random))
    _open(site, request, random, title, course, way)
    for person in reviewers[: random.choice((1, 1, 2))]:
        request.request_review(person)
    yield from _afterthoughts(request, random)
    yield from _rounds(request, reviewers, random, course)
    yield from _end(request, reviewers, random, course)


def _branch(site: Site, author: Person, random: Random, title: str, course: Course) -> MergeRequest:
    slug = title.lower().replace(" ", "-")
    number = site.next_iid("branch")
    if site.free_files and random.random() < 0.9:
        path = site.free_files.pop(random.randrange(len(site.free_files)))
    else:
        path = f"{random.choice(_FOLDERS)}/{slug.replace('-', '_')}_{number}.py"
    request = MergeRequest(site, author, f"{number}-{slug}", path, random)
    request.clock_skew = course.clock_skew
    if course.fork is not None:
        request.source = course.fork
    return request


def _choose_issue(request: MergeRequest, random: Random) -> str:
    """Which issue it closes, if any, and where that is written."""
    if not request.site.open_issues or random.random() >= 0.45:
        return "nowhere"
    request.closes = [random.choice(request.site.open_issues)]
    return random.choices(("description", "closing list", "commit"), (65, 20, 15))[0]


def _open(
    site: Site, request: MergeRequest, random: Random, title: str, course: Course, way: str
) -> None:
    request.open(
        f"Draft: {title}" if course.is_draft else title,
        _description(request, random, way),
        squash=random.random() < site.plan.squash_rate,
        approvals=site.plan.approvals_required,
    )


def _afterthoughts(request: MergeRequest, random: Random) -> Process:
    """What the author still pushes before anybody has looked."""
    world = request.site.world
    for _ in range(random.choices((0, 1, 2, 3), (50, 28, 15, 7))[0]):
        yield world.until(later_at_work(world.now, 1, random))
        request.push(1, request.work(1, ["Mend what the pipeline found"], 1))


def _description(request: MergeRequest, random: Random, way: str) -> str:
    """What it closes; or now and then what the template says, left as it was."""
    if way == "description":
        return f"Closes #{request.closes[0]}"
    return "Closes #0000" if random.random() < 0.05 else ""


def _rounds(
    request: MergeRequest, reviewers: list[Person], random: Random, course: Course
) -> Process:
    world = request.site.world
    if course.is_draft and course.ends == "forgotten":
        return
    if course.is_draft:
        yield world.until(later_at_work(world.now, 24, random))
        new = request.work(1, ["Finish what the draft left open"], 1)
        request.push(1, new)
        request.ready()
    for number in range(course.rounds):
        reviewer = reviewers[number % len(reviewers)]
        yield world.until(later_at_work(world.now, course.hours, random))
        if number == 1 and random.random() < 0.4:
            request.approve(reviewer)
            if random.random() < 0.3:
                yield world.until(world.now + random.randrange(60_000, HOUR))
                if reviewer.user_id in request.approvals:
                    request.unapprove(reviewer)
        for _ in range(random.randrange(1, 4)):
            request.note(reviewer, random.choice(_REMARKS), kind="DiffNote")
            yield world.until(world.now + random.randrange(60_000, 600_000))
        if random.random() < 0.25:
            request.note(reviewer, "requested changes", action="requested_changes")
        yield world.until(later_at_work(world.now, course.hours, random))
        if random.random() < 0.4:
            request.note(request.author, "Done, thank you.", kind="DiscussionNote")
        _answer(request, random)


def _answer(request: MergeRequest, random: Random) -> None:
    kind = random.random()
    if kind < 0.14:
        request.rebase()
    elif kind < 0.24:
        request.amend()
    else:
        count = random.choice((1, 1, 2))
        request.push(count, request.work(count, ["Follow the review"] * count, 1))


def _end(request: MergeRequest, reviewers: list[Person], random: Random, course: Course) -> Process:
    world, site = request.site.world, request.site
    if course.ends != "merged":
        hours = 100 if course.ends == "closed" else 24 * 35
        yield world.until(later_at_work(world.now, hours, random))
        request.close(request.author)
        site.free_files.append(request.path)
        return
    if random.random() < 0.04:
        yield world.until(later_at_work(world.now + 30 * DAY, 60, random))
    if random.random() < 0.03:
        request.close(request.author)
        yield world.until(later_at_work(world.now, 20, random))
        request.reopen(request.author)
    wanted = 0 if course.is_bypassed else max(1, site.plan.approvals_required)
    yield from _approve(request, reviewers[:wanted], random, course)
    if wanted and random.random() < 0.1:
        yield world.until(later_at_work(world.now, 1, random))
        request.push(1, request.work(1, ["Correct what the approval left open"], 1))
        yield from _approve(request, reviewers[:wanted], random, course)
    yield world.until(later_at_work(world.now, 1.5, random))
    merger = MERGE_BOT if random.random() < 0.1 else random.choice([request.author, *reviewers])
    if merger is RENOVATION_BOT:
        merger = MERGE_BOT
    if request.needs_rebase:
        request.rebase(by_button=True)
        yield world.until(world.now + random.randrange(60_000, 600_000))
    request.merge(merger)
    if not course.keeps_branch:
        yield world.until(world.now + 1_000)
        request.delete_branch(merger)


def _approve(
    request: MergeRequest, reviewers: list[Person], random: Random, course: Course
) -> Process:
    """Whoever of them has not approved yet does."""
    world = request.site.world
    for person in reviewers:
        if person.user_id in request.approvals:
            continue
        yield world.until(later_at_work(world.now, course.hours / 2, random))
        if random.random() < 0.2:
            request.note(person, random.choice(_REMARKS), kind="DiffNote")
        request.approve(person)


def _titles(title: str, count: int) -> list[str]:
    return [title, *(f"{title}, part {number}" for number in range(2, count + 1))]
