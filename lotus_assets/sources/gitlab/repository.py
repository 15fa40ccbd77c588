"""What one reading of a repository gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lotus_assets.sources.gitlab.clone import READ_REFS, Clone
from lotus_assets.sources.gitlab.commit_log import CommitParser, records
from lotus_assets.sources.gitlab.pages import EntityPage, Payload
from lotus_assets.sources.gitlab.repository_mark import HEAD

COMMITS_A_PAGE = 5_000
_TAG_FORMAT = "%00".join(
    (
        "%(refname:strip=2)",
        "%(objectname)",
        "%(*objectname)",
        "%(taggerdate:iso-strict)",
        "%(committerdate:iso-strict)",
        "%(*committerdate:iso-strict)",
    )
)


@dataclass(frozen=True)
class RepositoryReading:
    """Branches, tags and commits of one repository at one instant.

    `watermark` is what this reading rests on: store it with what is read, for the
    next reading gives what is not in it. `branches` feeds raw_branch and `tags` raw_tag; both are
    complete, so what is stored and not among them has vanished. `commits` feeds raw_commit:
    pages of up to 5,000, read from the clone when they are asked for; all commits that any ref
    or old head reaches when `is_complete`, else those that are new or whose place on the default
    branch changed. `vanished_commits` are SHAs that no ref reaches any more (empty when
    `is_complete`: there, what is not given vanished).
    """

    watermark: Mapping[str, str]
    branches: EntityPage
    tags: EntityPage
    commits: Iterator[EntityPage] = field(repr=False)
    is_complete: bool
    vanished_commits: tuple[str, ...] = ()


@dataclass(frozen=True)
class DefaultBranch:
    """SHAs of all commits of the default branch, and of its first-parent chain."""

    commits: frozenset[str] = frozenset()
    chain: frozenset[str] = frozenset()

    @classmethod
    def of(cls, clone: Clone, mark: Mapping[str, str]) -> "DefaultBranch":
        """As a watermark has it; empty when there is no default branch."""
        tip = mark.get(f"refs/heads/{mark.get(HEAD, '')}")
        if tip is None or clone.missing([tip]):
            return cls()
        return cls(
            frozenset(clone.revisions(of=[tip])),
            frozenset(clone.revisions("--first-parent", of=[tip])),
        )


def read(
    clone: Clone,
    project_id: int,
    mark: Mapping[str, str],
    known_mark: Mapping[str, str] | None,
    parser: CommitParser,
) -> RepositoryReading:
    """Read the clone as it stands at the watermark `mark`, against what `known_mark` had.

    Without `known_mark`, or when the clone no longer holds what it points at, everything is
    given.
    """
    default = DefaultBranch.of(clone, mark)
    known = {sha for ref, sha in (known_mark or {}).items() if ref.startswith(READ_REFS)}
    is_complete = not known or bool(clone.missing(known))
    if is_complete:
        stream = clone.stream_revisions("--all")
        vanished: tuple[str, ...] = ()
    else:
        before = DefaultBranch.of(clone, known_mark or {})
        new = clone.revisions("--all", of=[f"^{sha}" for sha in known])
        moved = (default.commits ^ before.commits) | (default.chain ^ before.chain)
        given = {*new, *moved}
        stream = clone.stream_revisions("--no-walk", of=given) if given else iter(())
        vanished = tuple(clone.revisions("--not", "--all", "--not", of=known))
    return RepositoryReading(
        watermark=mark,
        branches=EntityPage("branches", project_id, _branches(project_id, mark)),
        tags=EntityPage("tags", project_id, _tags(clone, project_id)),
        commits=_commits(stream, project_id, default, parser),
        is_complete=is_complete,
        vanished_commits=vanished,
    )


def _commits(
    stream: Iterator[bytes], project_id: int, default: DefaultBranch, parser: CommitParser
) -> Iterator[EntityPage]:
    commits = (
        commit
        | {
            "project_id": project_id,
            "is_on_default_branch": commit["commit_id"] in default.commits,
            "is_first_parent": commit["commit_id"] in default.chain,
        }
        for commit in map(parser.commit, records(stream))
    )
    while page := list(islice(commits, COMMITS_A_PAGE)):
        yield EntityPage("commits", project_id, page)


def _branches(project_id: int, refs: Mapping[str, str]) -> list[Payload]:
    prefix = "refs/heads/"
    return [
        {"project_id": project_id, "branch": ref.removeprefix(prefix), "tip_sha": sha}
        for ref, sha in sorted(refs.items())
        if ref.startswith(prefix)
    ]


def _tags(clone: Clone, project_id: int) -> list[Payload]:
    """A tag's commit, its tagger's date (annotated tags only) and its commit's date."""
    listing = clone.local("for-each-ref", f"--format={_TAG_FORMAT}", "refs/tags/")
    tags: list[Payload] = []
    for line in listing.splitlines():
        name, sha, peeled, tagged_at, committed_at, peeled_committed_at = line.split("\0")
        tags.append(
            {
                "project_id": project_id,
                "tag_name": name,
                "commit_id": peeled or sha,
                "tagged_at": tagged_at or None,
                "committed_at": peeled_committed_at or committed_at or None,
            }
        )
    return tags
