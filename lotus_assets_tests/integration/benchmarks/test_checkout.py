"""The commit of a real checkout, and addresses without what is nobody's business."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotus_assets.sources.checkout import Checkout, checkout_of, public_address


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid"]
    environment = {
        "GIT_COMMITTER_DATE": "2026-03-01T10:00:00+0100",
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
    }
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, env=environment)


def test_the_commit_that_is_checked_out(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "remote", "add", "origin", "https://user:secret@git.example.com/group/own.git")
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--quiet", "--message", "Say so\n\nAnd why.")
    found = checkout_of(tmp_path)
    commit = found.commit
    assert commit.id is not None
    assert len(commit.id) == 40
    assert (commit.branch, commit.is_dirty, commit.message) == ("main", False, "Say so")
    assert commit.committed_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert found.repository == "https://git.example.com/group/own"
    assert commit.url == f"https://git.example.com/group/own/commit/{commit.id}"
    (tmp_path / "file").write_text("2")
    assert checkout_of(tmp_path).commit.is_dirty
    git(tmp_path, "checkout", "--quiet", "--detach")
    assert checkout_of(tmp_path).commit.branch is None


def test_a_folder_that_is_no_checkout_has_no_commit(tmp_path: Path) -> None:
    assert checkout_of(tmp_path) == Checkout()


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@git.example.com:group/own.git", "https://git.example.com/group/own"),
        ("ssh://git@git.example.com:2222/group/own.git", "https://git.example.com/group/own"),
        ("https://token@git.example.com:8443/own", "https://git.example.com:8443/own"),
        ("http://git.example.com/own/", "http://git.example.com/own"),
        ("/srv/git/own.git", None),
        ("../own", None),
        ("", None),
    ],
)
def test_an_address_holds_no_user(remote: str, address: str | None) -> None:
    assert public_address(remote) == address
