"""Commits as `git rev-list --header` prints them, one pass over the stream."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lotus_assets.sources.gitlab.closing import closing_references
from lotus_assets.sources.gitlab.email_hash import EmailHash, redacted
from lotus_assets.sources.gitlab.pages import Payload

LONGEST_TITLE = 500


def records(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The NUL-terminated records of a stream of pieces."""
    rest = b""
    for piece in stream:
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
    if rest.strip():
        yield rest


@dataclass(frozen=True)
class CommitParser:
    """Turns records into payloads; addresses are hashed, texts reduced, on the way."""

    email_hash: EmailHash
    host: str | None = None
    bot_patterns: tuple[str, ...] = ()

    def commit(self, record: bytes) -> Payload:
        """One commit: `commit_id`, `parent_ids`, dates (ISO 8601, UTC), names, hashes,
        `has_bot_address`, `is_signed`, `title`, `closing`.
        """
        head, _, message = record.decode("utf-8", "replace").partition("\n\n")
        commit_id, *lines = head.split("\n")
        headers = [line.partition(" ") for line in lines if not line.startswith(" ")]
        values = {name: value for name, _, value in headers}
        author_name, author_email, authored_at = _person(values.get("author", ""))
        _, committer_email, committed_at = _person(values.get("committer", ""))
        text = "\n".join(line.removeprefix("    ") for line in message.split("\n"))
        return {
            "commit_id": commit_id.strip(),
            "parent_ids": [value for name, _, value in headers if name == "parent"],
            "author_name": redacted(author_name),
            "author_email_hash": self.email_hash.of(author_email),
            "has_bot_address": self._is_bot(author_email),
            "committer_email_hash": self.email_hash.of(committer_email),
            "authored_at": authored_at,
            "committed_at": committed_at,
            "is_signed": any(name.startswith("gpgsig") for name in values),
            "title": str(redacted(text.partition("\n")[0]))[:LONGEST_TITLE],
            "closing": closing_references(text, host=self.host),
        }

    def _is_bot(self, address: str | None) -> bool:
        """Whether a bot pattern is found in the local part: access tokens commit under theirs."""
        local_part = (address or "").partition("@")[0]
        return any(re.search(pattern, local_part) for pattern in self.bot_patterns)


_PERSON = re.compile(r"(?P<name>[^<]*)<(?P<address>[^>]*)>(?:.*>)?\s*(?P<seconds>\d*)")
"""As Git splits the line (`split_ident_line` in ident.c): the name and the spaces around it may be
missing, and the instant follows the last `>`."""


def _person(line: str) -> tuple[str | None, str | None, str | None]:
    """(name, address, instant) of an author or committer line; what it lacks is None."""
    parts = _PERSON.match(line)
    if parts is None:
        return line.strip() or None, None, None
    try:
        at = datetime.fromtimestamp(int(parts["seconds"]), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        at = None
    return parts["name"].strip() or None, parts["address"] or None, at
