"""What one reading of a repository gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lotus_assets.sources.gitlab.pages import Page


@dataclass(frozen=True)
class RepositoryReading:
    """Branches, tags and commits of one repository at one instant.

    `refs` maps every ref to its SHA: the watermark of the next reading. `branches` feeds
    raw_branch, `tags` raw_tag, `commits` raw_commit (pages of up to 5,000 commits; all commits
    that any ref or asked-for head reaches).
    """

    refs: Mapping[str, str]
    branches: Page
    tags: Page
    commits: Iterator[Page] = field(repr=False)
