"""What is left of a GraphQL payload when it leaves: what is stored, and no e-mail address.

Texts (descriptions, commit messages, note bodies) are reduced to what they say about closing
references, pushes and approvals; addresses to their hashes. Nested connections arrive here as
plain lists of nodes and leave as lists.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lotus_assets.sources.gitlab.closing import closing_references
from lotus_assets.sources.gitlab.email_hash import EmailHash, redacted, redacted_name
from lotus_assets.sources.gitlab.pages import Payload

Node = Mapping[str, Any]

_OLD_HEAD = re.compile(r"[?&;]start_sha=([0-9a-f]{40,64})")
_MENTION = re.compile(r"@([A-Za-z0-9_.][A-Za-z0-9_.-]*)")
_ACTION_OF_BODY = (
    (re.compile(r"^approved this merge request"), "approved"),
    (re.compile(r"^unapproved this merge request"), "unapproved"),
    (re.compile(r"^reset approvals"), "approvals_reset"),
    (re.compile(r"^requested changes"), "requested_changes"),
    (re.compile(r"^added \d+ (?:new )?commits?"), "commit"),
    (re.compile(r"^(?:reopened|opened)\b"), "opened"),
    (re.compile(r"^closed\b"), "closed"),
)
"""Wording of system notes written before GitLab kept their action beside them."""


@dataclass(frozen=True)
class Reduction:
    """Reduces payloads; knows the key of the address hash and the host of GitLab's addresses."""

    email_hash: EmailHash
    host: str | None = None

    def closing(self, text: str | None) -> list[str]:
        """The issues that a text closes."""
        return closing_references(text, host=self.host)

    def user(self, node: Node) -> Payload:
        """A user: the public address → `emailHash`."""
        payload = {key: value for key, value in node.items() if key != "publicEmail"}
        name = redacted(node.get("name"))
        return payload | {"name": name, "emailHash": self.email_hash.of(node.get("publicEmail"))}

    def commit(self, node: Node) -> Payload:
        """A commit of a merge request: message → `closing`, address → hash."""
        return {
            "sha": node["sha"],
            "authoredDate": node.get("authoredDate"),
            "author": node.get("author"),
            "authorEmailHash": self.email_hash.of(node.get("authorEmail")),
            "closing": self.closing(node.get("message")),
        }


def authors_by_name(notes: Sequence[Node]) -> dict[str, str]:
    """The ids of those who wrote `notes` or whose deeds they record, by username in lower case."""
    authors = [written["author"] for written in notes if written.get("author")]
    return {author["username"].lower(): author["id"] for author in authors if "username" in author}


def note(node: Node, authors: Mapping[str, str] | None = None) -> Payload:
    """A note without its body: what the system did, the old head of a push, whose approvals went.

    `authors` as by `authors_by_name`: who lost an approval gave it, and a note says so.
    `approvalsResetOf` is NULL where a reset names nobody that is known: then it is of all.
    """
    action = system_action(node) if node.get("system") else None
    body = node.get("body") or ""
    old_head = _OLD_HEAD.search(body) if action == "commit" else None
    author = node.get("author")
    return {
        "id": node["id"],
        "system": node.get("system"),
        "createdAt": node.get("createdAt"),
        "updatedAt": node.get("updatedAt"),
        "author": author and {key: author[key] for key in author if key != "username"},
        "action": action,
        "pushedFromSha": old_head.group(1) if old_head else None,
        "isApprovalReset": action == "approvals_reset",
        "approvalsResetOf": _named(body, authors or {}) if action == "approvals_reset" else None,
    }


def _named(body: str, authors: Mapping[str, str]) -> list[str] | None:
    """The ids of those whom a text mentions, None if it mentions nobody known.

    A username may end in what is punctuation here.
    """
    names = {name.lower() for name in _MENTION.findall(body)}
    names |= {name.rstrip(".") for name in names}
    return sorted(authors[name] for name in names & authors.keys()) or None


def system_action(node: Node) -> str | None:
    """GitLab's name of what a system note records, else what its wording says."""
    recorded = (node.get("systemNoteMetadata") or {}).get("action")
    if recorded:
        return str(recorded)
    body = node.get("body") or ""
    return next((action for wording, action in _ACTION_OF_BODY if wording.search(body)), None)


def titles(labels: Sequence[Node]) -> list[str]:
    """Names of labels: rules and people know a label by its whole name, `@` and all."""
    return [redacted_name(str(label["title"])) for label in labels]
