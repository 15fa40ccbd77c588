"""Every unusual thing that a collector must survive, each at least once in the default world.

Rows that no real GitLab should send (merged without `merged_at`, unknown words, durations below
zero) are few and lie in the first hundred days, so that only a first collection meets them.
"""

from dataclasses import replace

from lotus_assets.standin.gitlab.store import Payload, ProjectData
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.backports import backports
from lotus_assets.standin.gitlab.world.calendar import DAY, HOUR, MINUTE, at_work, text
from lotus_assets.standin.gitlab.world.issues import close_issue, issue_life, open_issue
from lotus_assets.standin.gitlab.world.people import BRIEF, GHOST, Person
from lotus_assets.standin.gitlab.world.pipelines import start_pipeline
from lotus_assets.standin.gitlab.world.plans import ProjectPlan
from lotus_assets.standin.gitlab.world.releases import add_release, add_tag, take_back
from lotus_assets.standin.gitlab.world.repository import Repository
from lotus_assets.standin.gitlab.world.reviews import draw_course, review
from lotus_assets.standin.gitlab.world.rhythm import days, team
from lotus_assets.standin.gitlab.world.simulation import Process, Site, World
from lotus_assets.standin.gitlab.world.sites import open_site, protection

_QUIET = ProjectPlan("", 0.1, 0.05, (119, 121), approvals_required=0)
EMPTY = "toman/c-side/empty-idea"
ARCHIVED = "toman/corporate-services/legacy-intranet"
PENDING_DELETION = "toman/corporate-services/old-timesheets"
WITHOUT_CI_AND_ISSUES = "toman/c-side/brand-assets"
WITHOUT_MERGE_REQUESTS = "toman/core/runbooks"
FORBIDDEN = "toman/exchange/secret-desk"
WITHOUT_DEFAULT_BRANCH = "toman/core/placeholder"
FORK = "daan.verhoeven/checkout"
RELEASE_BRANCH = "release/2.0"


def add_edges(world: World) -> None:
    """Open the unusual projects and let the unusual things happen."""
    for identifier, path in enumerate(
        (ARCHIVED, PENDING_DELETION, WITHOUT_CI_AND_ISSUES, FORBIDDEN), start=601
    ):
        site = open_site(world, replace(_QUIET, path=path), identifier)
        world.start_process(days(world, site))
    _disable(world.sites[WITHOUT_CI_AND_ISSUES], "jobs", "issues")
    world.start_process(_retire(world))
    runbooks = replace(
        _QUIET, path=WITHOUT_MERGE_REQUESTS, requests_per_day=0.0, direct_pushes_per_day=0.3
    )
    site = open_site(world, runbooks, 605)
    _disable(site, "merge_requests")
    world.start_process(days(world, site))
    _open_without_branch(world)
    _open_fork(world)
    for path in ("toman/core/platform-charts", "toman/corporate-services/helpdesk"):
        world.start_process(_force_pushes(world.sites[path]))
    world.sites["toman/corporate-services/helpdesk"].data.protected_branches[0][
        "allow_force_push"
    ] = True
    world.start_process(_release_branch(world.sites["toman/c-side/mobile-app"]))
    world.start_process(backports(world.sites["toman/c-side/mobile-app"], RELEASE_BRANCH))
    world.start_process(_emergency(world.sites["toman/exchange/orderbook"]))
    world.start_process(_short_release(world.sites["toman/c-side/mobile-app"]))
    world.start_process(_rename_default_branch(world.sites["toman/corporate-services/payroll"]))
    helpdesk = world.sites["toman/corporate-services/helpdesk"]
    world.start_process(_of_a_deleted_person(helpdesk))
    world.start_process(_moved_issue(helpdesk, world.sites["toman/corporate-services/payroll"]))
    world.start_process(_clock_ahead(world.sites["toman/exchange/orderbook"]))
    world.start_process(_bad_rows(world.sites["toman/exchange/orderbook"]))


def _disable(site: Site, *features: str) -> None:
    for feature in features:
        level = "builds" if feature == "jobs" else feature
        site.data.project[f"{feature}_enabled"] = False
        site.data.project[f"{level}_access_level"] = "disabled"
    if "issues" in features:
        site.plan = replace(site.plan, issues_per_day=0.0)


def _retire(world: World) -> Process:
    """Nobody works there any more: archived, to be deleted, closed to outsiders."""
    yield world.until(world.start + 60 * DAY)
    for path in (ARCHIVED, PENDING_DELETION, FORBIDDEN):
        site = world.sites[path]
        site.plan = replace(site.plan, requests_per_day=0.0, issues_per_day=0.0)
    world.sites[FORBIDDEN].data.access = "forbidden"
    world.sites[ARCHIVED].data.project["archived"] = True
    yield world.until(world.anchor - 5 * DAY)
    project = world.sites[PENDING_DELETION].data.project
    project["marked_for_deletion_at"] = project["marked_for_deletion_on"] = text(world.now)[:10]
    project["updated_at"] = text(world.now)


def _open_without_branch(world: World) -> None:
    site = open_site(world, replace(_QUIET, path=EMPTY), 606)
    site.repository = Repository("main")
    site.data.project.update(default_branch=None, empty_repo=True, readme_url=None)
    site.data.protected_branches, site.data.commits = [], {}
    site = open_site(world, replace(_QUIET, path=WITHOUT_DEFAULT_BRANCH), 607)
    refs = site.repository.refs
    refs["refs/heads/topic"] = refs.pop("refs/heads/main")
    site.data.project.update(default_branch=None, readme_url=None)
    site.data.protected_branches = []


def _open_fork(world: World) -> None:
    upstream = world.sites["toman/core/checkout"]
    data = ProjectData(
        payloads.project(608, "checkout", BRIEF[104], default_branch="main", created_at=world.start)
    )
    kept = ("id", "name", "name_with_namespace", "path", "path_with_namespace", "web_url")
    data.project["forked_from_project"] = {key: upstream.data.project[key] for key in kept}
    fork = Site(world, replace(upstream.plan, path=FORK, jobs=()), data, upstream.repository.fork())
    fork.repository.refs["refs/heads/main"] = upstream.tip
    fork.record(upstream.repository.revisions[upstream.tip])
    world.sites[FORK] = fork
    world.store.projects[608] = data
    upstream.data.project["forks_count"] = 1
    world.start_process(_contributions(upstream, fork))


def _contributions(upstream: Site, fork: Site) -> Process:
    world = upstream.world
    author = _person(upstream, 104)
    while True:
        random = world.random("fork", world.day)
        yield world.until(at_work(world.now + 25 * DAY, random))
        course = replace(draw_course(random), fork=fork, is_draft=False)
        others = [person for person in team(upstream) if person is not author]
        world.start_process(review(upstream, others, random, course))


def _force_pushes(site: Site) -> Process:
    """Every three weeks or so somebody corrects a pushed commit on the default branch by force."""
    world = site.world
    while True:
        random = world.random(site.path, "force", world.day)
        yield world.until(at_work(world.now + random.randrange(14 * DAY, 28 * DAY), random))
        person, parent = random.choice(team(site)), site.tip
        history = site.repository.revisions[parent].file("CHANGES.md")
        hasty = _note_change(site, parent, person, "Switch the limit\n", history)
        site.push(site.default_branch, hasty, person, 1)
        yield world.until(world.now + 4 * MINUTE)
        if site.tip != hasty:
            continue
        site.keep(hasty)
        careful = _note_change(site, parent, person, "Switch the limit off\n", history)
        site.push(site.default_branch, careful, person, 1)
        start_pipeline(site, "main", person, sha=careful, ref=site.default_branch, source="push")


def _note_change(
    site: Site, parent: str, person: Person, message: str, history: tuple[int, ...]
) -> str:
    changes = {"CHANGES.md": (*history, *site.new_lines(2))}
    return site.commit((parent,), changes, message, author=person, authored_at=site.world.now).sha


def _release_branch(site: Site) -> Process:
    """A branch protected by a pattern, rewritten once."""
    world, branch = site.world, RELEASE_BRANCH
    site.data.protected_branches.append(protection(world, "release/*"))
    person = _person(site, 103)
    yield world.until(at_work(world.start + 90 * DAY, world.random("release branch")))
    parent = site.tip
    first = _note_change(site, parent, person, "Freeze 2.0\n", ())
    site.push(branch, first, person, 1)
    yield world.until(world.now + 2 * HOUR)
    site.keep(first)
    site.push(branch, _note_change(site, parent, person, "Freeze 2.0 again\n", ()), person, 1)


def _emergency(site: Site) -> Process:
    """Every month a branch whose name says rollback is deployed, or a pipeline named so."""
    world, person = site.world, _person(site, 112)
    while True:
        random = world.random(site.path, "emergency", world.day)
        yield world.until(at_work(world.now + 28 * DAY, random))
        branch = f"rollback/limits-{world.day}"
        site.push(branch, site.tip, person, 0)
        start_pipeline(site, "main", person, sha=site.tip, ref=branch, source="web")
        yield world.until(world.now + 3 * HOUR)
        start_pipeline(
            site,
            "main",
            person,
            sha=site.tip,
            ref=site.default_branch,
            source="web",
            name="Revert the quote cache",
        )
        yield world.until(world.now + DAY)
        site.push(branch, None, person, 0)


def _short_release(site: Site) -> Process:
    """A release that is withdrawn with its tag after six hours: once in March, once at the end."""
    world, person = site.world, _person(site, 105)
    for number, instant in enumerate((world.start + 100 * DAY, world.anchor - 2 * DAY), start=1):
        yield world.until(instant + 10 * HOUR)
        name = f"v0.9.{number}"
        add_tag(site, name, site.tip, person, is_annotated=True)
        sha = site.tip
        start_pipeline(site, "tag", person, sha=sha, ref=name, source="push")
        yield world.until(world.now + 5 * MINUTE)
        add_release(site, name, sha)
        yield world.until(world.now + 6 * HOUR)
        take_back(site, name, person)


def _rename_default_branch(site: Site) -> Process:
    """`main` is created from `master`, which stays; what is open is retargeted."""
    world, person = site.world, _person(site, 119)
    yield world.until(at_work(world.start + 120 * DAY, world.random(site.path, "rename")))
    site.push("main", site.tip, person, 0)
    site.repository.default_branch = site.data.project["default_branch"] = "main"
    site.data.protected_branches.append(protection(world, "main"))
    for request in site.data.merge_requests.values():
        if request["state"] == "opened":
            request["target_branch"] = "main"


def _of_a_deleted_person(site: Site) -> Process:
    """What somebody wrote and reviewed who was deleted since: it is the Ghost User's now."""
    world, colleague = site.world, _person(site, 121)
    for day in (60, 110, 165):
        random = world.random(site.path, "deleted person", day)
        yield world.until(at_work(world.start + day * DAY, random))
        course = replace(draw_course(random), ends="merged", is_draft=False, rounds=1, hours=3.0)
        world.start_process(review(site, [GHOST, colleague], random, course))


def _moved_issue(site: Site, elsewhere: Site) -> Process:
    """An issue that belongs to another project: closed here, a new one there."""
    world, person = site.world, _person(site, 119)
    random = world.random(site.path, "moved issue")
    yield world.until(at_work(world.start + 150 * DAY, random))
    issue = open_issue(site, person, random)
    yield world.until(at_work(world.now + 2 * HOUR, random))
    issue["moved_to_id"] = open_issue(elsewhere, person, random, title=issue["title"])["id"]
    close_issue(site, issue["iid"], person)


def _clock_ahead(site: Site) -> Process:
    """Two merge requests written on a machine whose clock is 40 days ahead."""
    world = site.world
    for day in (70, 130):
        random = world.random(site.path, "clock", day)
        yield world.until(at_work(world.start + day * DAY, random))
        course = replace(
            draw_course(random),
            ends="merged",
            is_draft=False,
            rounds=0,
            hours=2.0,
            clock_skew=40 * DAY,
        )
        world.start_process(review(site, team(site), random, course))


def _bad_rows(site: Site) -> Process:
    """Spoil a few rows that nothing will change any more."""
    world = site.world
    yield world.until(world.start + 20 * DAY)
    world.start_process(issue_life(site, team(site), world.random(site.path, "late issue")))
    yield world.until(world.start + 80 * DAY)
    long_ago = text(world.now - 15 * DAY)
    settled = [item for item in site.data.merge_requests.values() if _is_settled(item, long_ago)]
    for request in settled[5:8]:
        request["merged_at"] = None
    pipelines = [
        item
        for item in site.data.pipelines.values()
        if item["updated_at"] < long_ago and item["status"] == "success"
    ]
    for pipeline in pipelines[10:12]:
        pipeline["source"] = "crystal_ball"
    for pipeline in pipelines[20:22]:
        pipeline["duration"] = -pipeline["duration"]
        job = site.data.jobs[pipeline["id"]][0]
        job["started_at"], job["finished_at"] = job["finished_at"], job["started_at"]
        job["duration"] = -job["duration"]
    for deployment in [item for item in site.data.deployments if item["updated_at"] < long_ago][
        4:6
    ]:
        deployment["status"] = "levitating"


def _is_settled(request: Payload, long_ago: str) -> bool:
    return bool(request["state"] == "merged" and request["updated_at"] < long_ago)


def _person(site: Site, identifier: int) -> Person:
    return next(person for person in team(site) if person.user_id == identifier)
