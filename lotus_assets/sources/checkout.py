"""The checkout that this code runs from: its commit, and the address that it came from."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from lotus_assets.sources.benchmark_files.run_model import Commit

GIT_SECONDS = 30
SSH_ADDRESS = re.compile(r"^[\w.-]+@([\w.-]+):(?!/)(.+)$")
"""`git@host:group/project.git`, as Git writes addresses of SSH."""


@dataclass(frozen=True)
class Checkout:
    """What is known of it; without Git or outside a repository nothing is."""

    commit: Commit = field(default_factory=Commit)
    repository: str | None = None


def checkout_of(folder: Path) -> Checkout:
    """The commit that is checked out in `folder`, and whether files differ from it."""
    commit_id = _git(folder, "rev-parse", "HEAD")
    if commit_id is None:
        return Checkout()
    committed_at, _, message = (_git(folder, "log", "-1", "--format=%cI%n%s") or "").partition("\n")
    branch = _git(folder, "rev-parse", "--abbrev-ref", "HEAD")
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    repository = public_address(_git(folder, "remote", "get-url", "origin") or "")
    return Checkout(
        Commit.model_validate(
            {
                "id": commit_id,
                "branch": None if branch == "HEAD" else branch,
                "committed_at": committed_at or None,
                "is_dirty": bool(changes),
                "url": f"{repository}/commit/{commit_id}" if repository else None,
                "message": message or None,
            }
        ),
        repository,
    )


def public_address(remote: str) -> str | None:
    """The page of a remote: no user, no password, no port of SSH. None for a folder."""
    if address := SSH_ADDRESS.match(remote):
        return f"https://{address[1]}/{address[2].removesuffix('.git')}"
    parts = urlsplit(remote)
    if parts.scheme not in ("http", "https", "ssh") or not parts.hostname:
        return None
    scheme = "https" if parts.scheme == "ssh" else parts.scheme
    port = f":{parts.port}" if parts.port and parts.scheme != "ssh" else ""
    return f"{scheme}://{parts.hostname}{port}{parts.path.rstrip('/').removesuffix('.git')}"


def _git(folder: Path, *arguments: str) -> str | None:
    """What Git says; None: there is no Git, or it refuses."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
