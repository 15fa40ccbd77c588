"""Git's commands, as this collection runs them: no prompt, no token in any argument, time-outs."""

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from lotus_assets.sources.gitlab.errors import AccessError, GitLabError
from lotus_assets.sources.gitlab.git_traffic import GitTraffic, Trace
from lotus_assets.sources.gitlab.session import TimedOutError, TransientError

_REFUSED = re.compile(r"not our ref ([0-9a-f]{40,64})")
_PAGE = "not valid: is this a git repository"
"""What Git says of a page that answers for a repository."""
_PASSING = re.compile(
    r"HTTP 5\d\d|error: 5\d\d|error: 429|HTTP 429|early EOF|unexpected disconnect|RPC failed"
    r"|Could not resolve|Failed to connect|Connection (?:reset|refused|timed out)|timed out"
    r"|hung up|bad object received|Empty reply|transfer closed|" + _PAGE,
    re.IGNORECASE,
)


_REFUSED_TOKEN = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|error: 401"
    r"|HTTP Basic: Access denied"
)
_STATUS = re.compile(r"(?:returned error:|HTTP) (\d{3})")
_ANSWER = re.compile(
    r"returned error: \d|^remote: |remote error: |repository '.*' not found"
    r"|Could not read from remote repository",
    re.MULTILINE,
)
_REASONS = (
    ("error: 403", "forbidden"),
    ("not allowed to download code", "forbidden"),
    ("error: 404", "not_found"),
    ("not found", "not_found"),
)
"""What GitLab answers to Git → the coverage reason; libcurl names the status."""


def unheard(_command: str, _traffic: GitTraffic) -> None:
    """Nobody wants to know."""


class GitError(GitLabError):
    """A Git command failed; `text` is what it said."""

    def __init__(self, command: str, text: str) -> None:
        """`command` is the subcommand's name."""
        super().__init__(f"git {command}: {text.strip() or 'failed without a word'}")
        self.text = text

    @property
    def reason(self) -> str:
        """The coverage reason: what GitLab's answer to Git means, else `error:git`."""
        for words, reason in _REASONS:
            if words in self.text:
                return reason
        return "error:git"

    @property
    def is_answer(self) -> bool:
        """Whether GitLab said it, not Git of what lies on this disk."""
        return _ANSWER.search(self.text) is not None

    @property
    def refused(self) -> set[str]:
        """SHAs that the server does not give."""
        return set(_REFUSED.findall(self.text))


@dataclass(frozen=True)
class Git:
    """Runs git with the token in the environment and nothing of the user's configuration."""

    url: str
    """Address of the GitLab whose repositories are read; only it gets the token."""
    token: str = field(repr=False)
    timeout: float = 900.0
    heard: Callable[[str, GitTraffic], None] = field(default=unheard, repr=False)
    """Is told, after a command that asked GitLab, its name and what it asked for."""

    def check(self) -> None:
        """Raises AccessError when there is no git."""
        if shutil.which("git") is None:
            raise AccessError(
                "git is not installed (or not on PATH). Install it, for example with "
                "`apt-get install git`; commits, branches and tags are read with it."
            )

    def ask(self, *arguments: str, directory: Path | None = None, given: str = "") -> str:
        """`run` for a command that asks GitLab; `heard` is told whatever comes of it."""
        with Trace.begun() as trace:
            try:
                return self.run(*arguments, directory=directory, given=given, trace=trace)
            finally:
                self.heard(_subcommand(arguments), trace.traffic())

    def run(
        self,
        *arguments: str,
        directory: Path | None = None,
        given: str = "",
        trace: Trace | None = None,
    ) -> str:
        """Standard output of one command; `given` is its input.

        Raises:
            TransientError: the network failed or the time was up; another attempt may do better.
            GitError: git refused.
        """
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=directory,
                env=self.environment() | (trace.variables if trace else {}),
                input=given,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=self.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            name = _subcommand(arguments)
            raise TimedOutError(f"git {name} took over {self.timeout:.0f} s") from None
        if done.returncode:
            complaint = self._without_token(done.stderr)
            if _REFUSED_TOKEN.search(complaint):
                raise AccessError(
                    "GitLab refused the token (401) when Git read a repository; set "
                    "GITLAB_API_TOKEN to a valid token with the scope read_repository."
                )
            if _PASSING.search(complaint) and not _REFUSED.search(complaint):
                raise _passing(_subcommand(arguments), complaint.strip())
            raise GitError(_subcommand(arguments), complaint)
        return done.stdout

    def stream(self, *arguments: str, directory: Path, given: str = "") -> Iterator[bytes]:
        """Standard output of one local command, in pieces, as it comes.

        Input and complaints go through files: two full pipes would wait for each other.
        """
        with TemporaryFile() as text, TemporaryFile() as complaints:
            text.write(given.encode())
            text.seek(0)
            with subprocess.Popen(
                ["git", *arguments],
                cwd=directory,
                env=self.environment(),
                stdin=text,
                stdout=subprocess.PIPE,
                stderr=complaints,
            ) as process:
                if process.stdout is not None:
                    while piece := process.stdout.read(1 << 20):
                        yield piece
            if process.returncode:
                complaints.seek(0)
                words = complaints.read().decode("utf-8", "replace")
                raise GitError(_subcommand(arguments), self._without_token(words))

    def environment(self) -> dict[str, str]:
        """The environment: the token as a header for this GitLab only; no user configuration."""
        credentials = base64.b64encode(f"oauth2:{self.token}".encode()).decode()
        parts = urlsplit(self.url)
        settings = {
            f"http.{parts.scheme}://{parts.netloc}/.extraHeader": (
                f"Authorization: Basic {credentials}"
            ),
            "credential.helper": "",
            "http.lowSpeedLimit": "1",
            "http.lowSpeedTime": "60",
            "gc.auto": "0",
            "maintenance.auto": "false",
            "fetch.writeCommitGraph": "false",
            "safe.directory": "*",
            "core.fsmonitor": "false",
        }
        return _inherited() | _as_variables(settings)

    def _without_token(self, text: str) -> str:
        return text.replace(self.token, "[token]") if self.token else text


def _passing(command: str, complaint: str) -> TransientError:
    """The same error as the API's for the same fault: a fault has one reason."""
    status = _STATUS.search(complaint)
    reason = "error:page" if _PAGE in complaint else None
    return TransientError(
        f"git {command}: {complaint}", int(status[1]) if status else None, reason=reason
    )


def _subcommand(arguments: Sequence[str]) -> str:
    """`fetch` of `-c protocol.version=0 fetch …`."""
    start = 2 * sum(argument == "-c" for argument in arguments)
    return arguments[start]


def _inherited() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "SSH_ASKPASS"))
    }
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "LC_ALL": "C",
    }


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Git's way to take configuration from the environment (git-config, "GIT_CONFIG_COUNT")."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables
