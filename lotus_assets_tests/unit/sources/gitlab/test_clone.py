"""Clones of repositories that the test made: what is fetched, read, kept and redone."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.sources.gitlab.clone import REFUSALS_A_READING, Clone
from lotus_assets.sources.gitlab.commit_log import CommitParser
from lotus_assets.sources.gitlab.email_hash import EmailHash
from lotus_assets.sources.gitlab.errors import AccessError
from lotus_assets.sources.gitlab.git import Git, GitError
from lotus_assets.sources.gitlab.repository import RepositoryReading, read
from lotus_assets.sources.gitlab.repository_mark import HEAD, watermark
from lotus_assets.sources.gitlab.session import TransientError
from lotus_assets_tests.unit.sources.gitlab.git_repository import Origin

TOKEN = "a-token-of-this-test"
PARSER = CommitParser(EmailHash())


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin.create(tmp_path / "origin.git")


@pytest.fixture
def clone(tmp_path: Path, origin: Origin) -> Clone:
    return Clone(
        Git("https://gitlab.example.com", TOKEN), tmp_path / "clones" / "7.git", origin.url
    )


def reading(
    clone: Clone, known: dict[str, str] | None = None, heads: tuple[str, ...] = ()
) -> RepositoryReading:
    with clone.locked():
        clone.update()
        clone.fetch_heads(heads)
        return read(clone, 7, watermark(clone.refs(), "main", heads), known, PARSER)


def commits(found: RepositoryReading) -> dict[str, dict[str, Any]]:
    return {each["commit_id"]: each for page in found.commits for each in page.payloads}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ann Author <Ann@example.com>1772438400 +0200", "Ann Author"),
        ("<Ann@example.com> 1772438400 +0200", None),
        (" <Ann@example.com>1772438400 +0200", None),
        ("Ann Author<Ann@example.com> 1772438400 +0200", "Ann Author"),
        ("Ann Author <Ann@example.com> (home)> 1772438400 +0200", "Ann Author"),
    ],
)
def test_headers_of_old_repositories(
    origin: Origin, clone: Clone, written: str, name: str | None
) -> None:
    """Git itself reads them: `split_ident_line` in its ident.c."""
    plain = origin.git("cat-file", "commit", origin.commit("Begin"))
    lines = [
        f"author {written}" if line.startswith("author ") else line for line in plain.split("\n")
    ]
    odd = origin.git(
        *("hash-object", "-t", "commit", "-w", "--literally", "--stdin"),
        given="\n".join(lines) + "\n",
    )
    origin.branch("main", odd)
    commit = commits(reading(clone))[odd]
    assert commit["author_name"] == name
    assert commit["authored_at"] == "2026-03-02T08:00:00+00:00"
    assert commit["author_email_hash"] == hashlib.sha256(b"ann@example.com").hexdigest()


def test_commits_with_parents_dates_names_and_references(origin: Origin, clone: Clone) -> None:
    first = origin.commit("Begin", day=1)
    second = origin.commit("Ask bob@example.com\n\nCloses #4 and a/b#5", first, day=2)
    origin.branch("main", second)
    found = commits(reading(clone))
    assert set(found) == {first, second}
    assert found[second] == {
        "project_id": 7,
        "commit_id": second,
        "parent_ids": [first],
        "author_name": "Ann Author",
        "author_email_hash": hashlib.sha256(b"ann@example.com").hexdigest(),
        "has_bot_address": False,
        "committer_email_hash": hashlib.sha256(b"carl@example.com").hexdigest(),
        "authored_at": "2026-03-02T08:00:00+00:00",
        "committed_at": "2026-03-02T12:00:00+00:00",
        "is_signed": False,
        "title": "Ask [e-mail]",
        "closing": ["#4", "a/b#5"],
        "is_on_default_branch": True,
        "is_first_parent": True,
    }


def test_signature_and_place_on_the_default_branch(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    side = origin.signed("Side", root)
    merge = origin.commit("Merge", root, side, day=2)
    loose = origin.commit("Loose", root)
    origin.branch("main", merge)
    origin.branch("loose", loose)
    found = commits(reading(clone))
    places = {
        sha: (each["is_on_default_branch"], each["is_first_parent"], each["is_signed"])
        for sha, each in found.items()
    }
    assert places == {
        root: (True, True, False),
        side: (True, False, True),
        merge: (True, True, False),
        loose: (False, False, False),
    }


def test_no_trees_are_fetched(origin: Origin, clone: Clone) -> None:
    origin.branch("main", origin.commit("Begin"))
    reading(clone)
    kinds = clone.local("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
    assert set(kinds) == {"commit"}


def test_tags_with_and_without_a_tagger(origin: Origin, clone: Clone) -> None:
    sha = origin.commit("Release", day=3)
    origin.branch("main", sha)
    origin.git("tag", "light", sha)
    origin.git("tag", "-a", "v1.0.0", "-m", "One", sha, GIT_COMMITTER_DATE="2026-03-05T09:00:00Z")
    tags = {each["tag_name"]: each for each in reading(clone).tags.payloads}
    assert tags["light"]["commit_id"] == tags["v1.0.0"]["commit_id"] == sha
    assert tags["light"]["tagged_at"] is None
    assert tags["v1.0.0"]["tagged_at"].startswith("2026-03-05T09:00:00")
    assert tags["light"]["committed_at"].startswith("2026-03-03T12:00:00")


def test_a_tag_of_something_that_is_no_commit(origin: Origin, clone: Clone) -> None:
    sha = origin.commit("Begin")
    origin.branch("main", sha)
    blob = origin.git("hash-object", "-w", "--stdin", given="key")
    origin.git("tag", "-a", "key", "-m", "A key", blob)
    found = reading(clone)
    assert set(commits(found)) == {sha}
    assert {each["tag_name"] for each in found.tags.payloads} <= {"key"}


def test_old_heads_are_found_by_sha_after_a_force_push(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    old = origin.commit("Old", root, day=2)
    new = origin.commit("New", root, day=3)
    origin.branch("main", root)
    origin.git("update-ref", "refs/merge-requests/1/head", new)
    unknown = "1" * 40
    found = commits(reading(clone, heads=(old, unknown)))
    assert set(found) == {root, old, new}
    assert not found[old]["is_on_default_branch"]


def test_a_refused_head_is_asked_for_once(origin: Origin, clone: Clone) -> None:
    origin.branch("main", origin.commit("Root"))
    with clone.locked():
        clone.update()
        clone.fetch_heads(["1" * 40])
        assert clone.wanted(["1" * 40]) == []


def test_many_pruned_heads_are_left_for_the_next_readings(origin: Origin, clone: Clone) -> None:
    origin.branch("main", origin.commit("Root"))
    old = origin.commit("Old")
    pruned = {f"{number:040x}" for number in range(1, REFUSALS_A_READING + 4)}
    with clone.locked():
        clone.update()
        left = clone.fetch_heads({old, *pruned})
        assert len(left) == 4 and old in left
        assert clone.fetch_heads({old, *pruned}) == frozenset()
        assert clone.missing([old]) == []


def test_old_heads_survive_later_fetches(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    old = origin.commit("Old", root, day=2)
    origin.branch("main", root)
    reading(clone, heads=(old,))
    origin.branch("other", origin.commit("Other", root))
    assert old in commits(reading(clone))


def test_deleted_branches_go_and_their_commits_with_them(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    origin.branch("main", root)
    origin.branch("gone", origin.commit("Gone", root))
    assert len(commits(reading(clone))) == 2
    origin.git("update-ref", "-d", "refs/heads/gone")
    found = reading(clone)
    assert [each["branch"] for each in found.branches.payloads] == ["main"]
    assert set(commits(found)) == {root}


def test_changes_only(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    side = origin.commit("Side", root, day=2)
    gone = origin.commit("Gone", root, day=2)
    for branch, sha in {"main": root, "side": side, "gone": gone}.items():
        origin.branch(branch, sha)
    before = dict(reading(clone).watermark)
    merge = origin.commit("Merge", root, side, day=3)
    origin.branch("main", merge)
    origin.git("update-ref", "-d", "refs/heads/gone")
    found = reading(clone, known=before)
    assert not found.is_complete
    assert found.vanished_commits == (gone,)
    moved = commits(found)
    assert set(moved) == {merge, side}
    assert moved[side]["is_on_default_branch"]


def test_everything_again_when_the_clone_is_gone(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    origin.branch("main", origin.commit("Tip", root))
    before = dict(reading(clone).watermark)
    shutil.rmtree(clone.path)
    origin.branch("main", root)
    found = reading(clone, known=before)
    assert found.is_complete
    assert set(commits(found)) == {root}


def test_an_empty_repository(clone: Clone) -> None:
    found = reading(clone)
    assert found.watermark == watermark({}, "main", ())
    assert found.branches.payloads == found.tags.payloads == []
    assert commits(found) == {}


def test_no_default_branch(origin: Origin, clone: Clone) -> None:
    sha = origin.commit("Begin")
    origin.branch("draft", sha)
    with clone.locked():
        clone.update()
        mark = watermark(clone.refs(), None, ())
        found = commits(read(clone, 7, mark, None, PARSER))
    assert HEAD not in mark
    assert not found[sha]["is_on_default_branch"]


def test_what_a_kill_left_is_redone(origin: Origin, clone: Clone) -> None:
    sha = origin.commit("Begin")
    origin.branch("main", sha)
    partial = clone.path.with_suffix(".partial")
    partial.mkdir(parents=True)
    (partial / "HEAD").write_text("half")
    assert set(commits(reading(clone))) == {sha}
    assert not partial.exists()


def test_stale_locks_and_a_broken_clone_are_no_obstacle(origin: Origin, clone: Clone) -> None:
    sha = origin.commit("Begin")
    origin.branch("main", sha)
    reading(clone)
    for lock in ("config.lock", "packed-refs.lock", "refs/heads/main.lock"):
        (clone.path / lock).parent.mkdir(parents=True, exist_ok=True)
        (clone.path / lock).write_text("")
    newer = origin.commit("Next", sha)
    origin.branch("main", newer)
    assert set(commits(reading(clone))) == {sha, newer}
    (clone.path / "HEAD").unlink()
    assert set(commits(reading(clone))) == {sha, newer}


def test_a_fetch_leaves_nothing_to_undo(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    old = origin.commit("Old", root)
    origin.branch("main", root)
    reading(clone)
    before = (clone.path / "config").read_text()
    lost = Clone(clone.git, clone.path, f"{origin.url}-lost")
    with pytest.raises(GitError):
        lost.fetch_heads([old])
    with pytest.raises(GitError):
        lost.update()
    # What it does not hold is still missing, and is asked for again.
    assert (clone.path / "config").read_text() == before
    assert clone.wanted([old]) == [old]
    assert set(commits(reading(clone, heads=(old,)))) == {root, old}


def test_what_was_not_undone_is_found_and_repaired(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    old = origin.commit("Old", root)
    origin.branch("main", root)
    reading(clone)
    # An earlier release set a remote for the time of a fetch: killed then, Git fetched whatever
    # it was asked about, and no ref kept it.
    for key, value in {"url": origin.url, "promisor": "true"}.items():
        clone.local("config", f"remote.origin.{key}", value)
    assert clone.local("cat-file", "-t", old).strip() == "commit"
    assert set(commits(reading(clone, heads=(old,)))) == {root, old}
    assert "remote" not in (clone.path / "config").read_text()
    assert clone.missing(["1" * 40]) == ["1" * 40]


def test_a_refused_repository_costs_no_clone(origin: Origin, clone: Clone) -> None:
    root = origin.commit("Root")
    old = origin.commit("Old", root)
    origin.branch("main", root)
    reading(clone, heads=(old,))
    elsewhere = Clone(clone.git, clone.path, f"{origin.url}-lost")
    with pytest.raises(GitError):
        elsewhere.update()
    origin.git("gc", "--quiet", "--prune=now")
    assert set(commits(reading(clone, heads=(old,)))) == {root, old}


def test_a_missing_repository_is_refused_without_the_token(tmp_path: Path) -> None:
    clone = Clone(
        Git("https://gitlab.example.com", TOKEN), tmp_path / "7.git", f"file://{tmp_path}/{TOKEN}"
    )
    with pytest.raises(GitError) as refused:
        clone.remote_refs()
    assert TOKEN not in str(refused.value)


def test_the_token_is_in_the_environment_of_its_host_only(tmp_path: Path) -> None:
    git = Git("https://gitlab.example.com:8443/sub", TOKEN)
    environment = git.environment()
    keys = [value for name, value in environment.items() if name.startswith("GIT_CONFIG_KEY_")]
    assert "http.https://gitlab.example.com:8443/.extraHeader" in keys
    assert environment["GIT_TERMINAL_PROMPT"] == "0"
    assert TOKEN not in repr(git)


def test_an_unreachable_host_may_pass(tmp_path: Path) -> None:
    clone = Clone(
        Git("http://127.0.0.1:1", TOKEN), tmp_path / "7.git", "http://127.0.0.1:1/a/b.git"
    )
    with pytest.raises(TransientError):
        clone.remote_refs()


def test_no_git_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AccessError, match="git is not installed"):
        Git("https://gitlab.example.com", TOKEN).check()
