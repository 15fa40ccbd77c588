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
from lotus_assets.sources.gitlab.email_hash import EmailHash, redacted
from lotus_assets.sources.gitlab.pages import Payload

Node = Mapping[str, Any]

_OLD_HEAD = re.compile(r"[?&;]start_sha=([0-9a-f]{40,64})")
_ACTION_OF_BODY = (
    (re.compile(r"^approved this merge request"), "approved"),
    (re.compile(r"^unapproved this merge request"), "unapproved"),
    (re.compile(r"^reset approvals"), "approvals_reset"),
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

    def merge_request(self, node: Node, project_id: int) -> Payload:
        """A merge request: description → `closing`; nested lists reduced."""
        payload = {key: value for key, value in node.items() if key != "description"}
        notes = [note(each) for each in node["notes"] if _is_stored(each)]
        return payload | {
            "project_id": project_id,
            "closing": closing_references(node.get("description"), host=self.host),
            "labels": _titles(node["labels"]),
            "approvedBy": [user["id"] for user in node["approvedBy"]],
            "commits": [self._commit(commit) for commit in node["commits"]],
            "notes": notes,
            "mergeRequestDiffs": node.get("mergeRequestDiffs", _versions(node, notes)),
        }

    def issue(self, node: Node, project_id: int) -> Payload:
        """An issue: notes → `events` (closed, reopened)."""
        notes = [note(each) for each in node["notes"]]
        payload = {key: value for key, value in node.items() if key != "notes"}
        return payload | {
            "project_id": project_id,
            "labels": _titles(node["labels"]),
            "events": [
                each | {"action": "reopened" if each["action"] == "opened" else each["action"]}
                for each in notes
                if each["action"] in {"closed", "opened", "reopened"}
            ],
        }

    def user(self, node: Node) -> Payload:
        """A user: the public address → `emailHash`."""
        payload = {key: value for key, value in node.items() if key != "publicEmail"}
        name = redacted(node.get("name"))
        return payload | {"name": name, "emailHash": self.email_hash.of(node.get("publicEmail"))}

    def _commit(self, node: Node) -> Payload:
        return {
            "sha": node["sha"],
            "authoredDate": node.get("authoredDate"),
            "author": node.get("author"),
            "authorEmailHash": self.email_hash.of(node.get("authorEmail")),
            "closing": closing_references(node.get("message"), host=self.host),
        }


def note(node: Node) -> Payload:
    """A note without its body: what the system did, and the old head of a push."""
    action = system_action(node) if node.get("system") else None
    old_head = _OLD_HEAD.search(node.get("body") or "") if action == "commit" else None
    return {
        "id": node["id"],
        "system": node.get("system"),
        "createdAt": node.get("createdAt"),
        "updatedAt": node.get("updatedAt"),
        "author": node.get("author"),
        "action": action,
        "pushedFromSha": old_head.group(1) if old_head else None,
        "isApprovalReset": action == "approvals_reset",
    }


def system_action(node: Node) -> str | None:
    """GitLab's name of what a system note records, else what its wording says."""
    recorded = (node.get("systemNoteMetadata") or {}).get("action")
    if recorded:
        return str(recorded)
    body = node.get("body") or ""
    return next((action for wording, action in _ACTION_OF_BODY if wording.search(body)), None)


def _versions(node: Node, notes: Sequence[Node]) -> list[Payload]:
    """Versions where the edition does not list them (Free): the first was made with the merge
    request, and each push made another.
    """
    pushed = [each["createdAt"] for each in notes if each["action"] == "commit"]
    return [{"createdAt": at} for at in [node["createdAt"], *pushed]]


def _is_stored(node: Node) -> bool:
    """A note of its own; label and milestone events that GitLab renders as notes have a hash
    instead of a number, and say nothing about reviews.
    """
    return str(node["id"]).rpartition("/")[2].isdigit()


def _titles(labels: Sequence[Node]) -> list[str]:
    return [str(redacted(label["title"])) for label in labels]
