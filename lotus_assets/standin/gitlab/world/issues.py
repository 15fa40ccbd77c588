"""Issues and incidents: opened, labelled, closed, reopened."""

from random import Random

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.calendar import later_at_work, text
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.simulation import Process, Site

_SUBJECTS = (
    "Totals differ by a cent after rounding",
    "Export stops at the first empty row",
    "Session ends while a form is filled in",
    "Slow list for large customers",
    "Wrong time zone in confirmation",
    "Retry does not wait long enough",
    "Missing translation on the overview",
    "Describe how limits are set",
    "Show the reason of a rejection",
    "Allow several currencies",
)
_LABELS = (
    ((), 30),
    (("bug",), 18),
    (("type::bug", "severity::2"), 12),
    (("type::bug", "severity::1"), 7),
    (("bug", "escaped", "severity::1"), 6),
    (("feature",), 12),
    (("due@quarter", "feature"), 6),
    (("maintenance", "severity::3"), 9),
)
_HOURS = {"severity::1": 3.0, "severity::2": 48.0}
"""Mean time to the closing, by label; what is not that severe waits for a week."""
_LEFT_OPEN = 0.2
"""The share of the less severe that nobody ever takes up."""


def open_issue(site: Site, author: Person, random: Random, *, title: str | None = None) -> Payload:
    """Open an issue, or now and then an incident."""
    labels = random.choices([item for item, _ in _LABELS], [weight for _, weight in _LABELS])[0]
    iid = site.next_iid("issue")
    entry = payloads.issue(
        site.world.identifier("issue"),
        iid,
        author,
        site.world.now,
        title=title or random.choice(_SUBJECTS),
        labels=sorted(labels),
        issue_type="incident" if random.random() < 0.05 else "issue",
    )
    site.data.issues[iid] = entry
    site.data.issue_notes[iid] = []
    site.happened(entry, author, "created")
    site.open_issues.append(iid)
    site.data.project["open_issues_count"] += 1
    site.touch()
    return entry


def close_issue(site: Site, iid: int, person: Person) -> None:
    """Close an issue that is open; one that is closed stays as it is."""
    entry = site.data.issues[iid]
    if entry["state"] == "closed":
        return
    entry["state"] = "closed"
    entry["closed_at"] = text(site.world.now)
    site.data.project["open_issues_count"] -= 1
    if iid in site.open_issues:
        site.open_issues.remove(iid)
    site.happened(entry, person, "closed")


def reopen_issue(site: Site, iid: int, person: Person) -> None:
    """Open a closed issue again."""
    entry = site.data.issues[iid]
    entry["state"] = "opened"
    entry["closed_at"] = None
    site.data.project["open_issues_count"] += 1
    site.happened(entry, person, "reopened")


def issue_life(site: Site, people: list[Person], random: Random) -> Process:
    """An issue from its opening to its last closing; some stay open, some come back."""
    world = site.world
    author, worker = random.choice(people), random.choice(people)
    entry = open_issue(site, author, random)
    iid = entry["iid"]
    yield world.until(later_at_work(world.now, 4, random))
    site.note(entry, worker, "I can repeat this; looking into it.")
    if "severity::1" not in entry["labels"] and random.random() < 0.3:
        yield world.until(later_at_work(world.now, 30, random))
        entry["labels"] = sorted({*entry["labels"], "severity::2"})
        site.note(entry, worker, "added ~severity::2 label", action="label")
    hours = min((_HOURS.get(label, 170.0) for label in entry["labels"]), default=170.0)
    if hours > 60 and random.random() < _LEFT_OPEN:
        return
    yield world.until(later_at_work(world.now, hours, random))
    close_issue(site, iid, worker)
    while random.random() < 0.16:
        yield world.until(later_at_work(world.now, min(60.0, hours), random))
        if entry["state"] == "closed":
            reopen_issue(site, iid, author)
        yield world.until(later_at_work(world.now, min(50.0, hours / 2), random))
        close_issue(site, iid, worker)
