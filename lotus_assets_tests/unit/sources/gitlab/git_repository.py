"""Repositories made with Git, as a server would hold them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PEOPLE = {
    "GIT_AUTHOR_NAME": "Ann Author",
    "GIT_AUTHOR_EMAIL": "Ann@example.com",
    "GIT_COMMITTER_NAME": "Carl Committer",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True)
class Origin:
    """A bare repository that answers filtered and SHA fetches, as GitLab's do."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "Origin":
        origin = cls(path)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
        origin.git("config", "uploadpack.allowFilter", "true")
        origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
        return origin

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def git(self, *arguments: str, given: str | None = None, **environment: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=os.environ | PEOPLE | environment,
            input=given,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, message: str, *parents: str, day: int = 1) -> str:
        """A commit with a tree of its own, authored at 10:00+02:00 on that day of March 2026."""
        blob = self.git("hash-object", "-w", "--stdin", given=message)
        tree = self.git("mktree", given=f"100644 blob {blob}\tfile\n")
        sides = [argument for parent in parents for argument in ("-p", parent)]
        return self.git(
            *("commit-tree", tree, *sides),
            given=message,
            GIT_AUTHOR_DATE=f"2026-03-{day:02d}T10:00:00+02:00",
            GIT_COMMITTER_DATE=f"2026-03-{day:02d}T12:00:00+00:00",
        )

    def signed(self, message: str, parent: str) -> str:
        """A commit that carries a signature (of nobody)."""
        plain = self.git("cat-file", "commit", self.commit(message, parent))
        head, _, body = plain.partition("\n\n")
        signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----"
        return self.git(
            "hash-object", "-t", "commit", "-w", "--stdin", given=f"{head}\n{signature}\n\n{body}\n"
        )

    def branch(self, name: str, sha: str) -> None:
        self.git("update-ref", f"refs/heads/{name}", sha)
