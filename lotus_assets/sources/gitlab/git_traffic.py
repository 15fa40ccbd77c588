"""What a Git command asked GitLab for: read from the trace of its HTTP traffic.

Git itself says no more than a status. How long a 429 asks everybody to wait is in its headers.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from requests.structures import CaseInsensitiveDict

_REQUEST = re.compile(r"=> Send header: (?:GET|POST) ")
_STATUS = re.compile(r"<= Recv header: HTTP/[\d.]+ (\d{3})")
_HEADER = re.compile(r"<= Recv header: ([\w-]+): (.*)")


@dataclass
class GitTraffic:
    """Requests that were sent, and the last answer: its status (None: there was none), headers."""

    requests: int = 0
    status: int | None = None
    headers: CaseInsensitiveDict[str] = field(default_factory=CaseInsensitiveDict)

    @classmethod
    def of(cls, trace: str) -> "GitTraffic":
        """What a trace (`GIT_TRACE_CURL`) says."""
        traffic = cls()
        for line in trace.splitlines():
            if _REQUEST.search(line):
                traffic.requests += 1
            elif status := _STATUS.search(line):
                traffic.status, traffic.headers = int(status[1]), CaseInsensitiveDict()
            elif header := _HEADER.search(line):
                traffic.headers[header[1]] = header[2].strip()
        return traffic


@dataclass(frozen=True)
class Trace:
    """A file into which Git writes its traffic while the context lasts."""

    path: Path

    @classmethod
    @contextmanager
    def begun(cls) -> Iterator["Trace"]:
        """A trace that goes when it was read: Git leaves tokens out of it, but not addresses."""
        with TemporaryDirectory() as folder:
            yield cls(Path(folder) / "trace")

    @property
    def variables(self) -> dict[str, str]:
        """The environment that has Git write it, without what is sent in bodies."""
        return {
            "GIT_TRACE_CURL": str(self.path),
            "GIT_TRACE_CURL_NO_DATA": "1",
            "GIT_TRACE_REDACT": "1",
        }

    def traffic(self) -> GitTraffic:
        """What was written so far."""
        if not self.path.exists():
            return GitTraffic()
        return GitTraffic.of(self.path.read_text(encoding="utf-8", errors="replace"))
