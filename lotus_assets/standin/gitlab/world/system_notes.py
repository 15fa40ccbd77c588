"""What GitLab notes under a merge request in a person's name, to the letter."""

from collections.abc import Sequence
from dataclasses import dataclass

from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.repository import Revision


@dataclass(frozen=True)
class Behind:
    """The commits of the target branch that a rebase brought in."""

    branch: str
    older: str
    newer: str
    count: int

    def item(self) -> str:
        """Their line in the list."""
        commits = f"{self.count} commit{'s' if self.count > 1 else ''}"
        newer = self.newer[:8]
        span = f"{self.older[:8]}...{newer}" if self.count > 1 else newer
        return f"<li>{span} - {commits} from branch <code>{self.branch}</code></li>"


def added_commits(new: list[Revision], behind: Behind | None, link: str) -> str:
    """The note of a push; `link` compares with the version before it."""
    items = [f"<li>{item.sha[:8]} - {_title(item)}</li>" for item in new]
    count = len(new)
    if behind is not None:
        items.insert(0, behind.item())
        count += behind.count
    commits = f"added {count} commit{'s' if count > 1 else ''}"
    return f"{commits}\n\n<ul>{''.join(items)}</ul>\n\n[Compare with previous version]({link})"


def reset_approvals(people: Sequence[Person]) -> str:
    """The note of a push that took back approvals."""
    names = _sentence([f"@{person.username}" for person in people])
    return f"reset approvals from {names} by pushing to the branch"


def _title(revision: Revision) -> str:
    return revision.message.partition("\n")[0]


def _sentence(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"
