"""Notes of merge requests and issues, and the commits that merge requests and releases name."""

from typing import Any

from lotus_assets.standin.gitlab.graphql.connections import Connection, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldFunction,
    FieldTable,
    from_payload,
    global_id,
    time_of,
)
from lotus_assets.standin.gitlab.graphql.people import user_of
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def notes_page(data: ProjectData, notes: list[Payload], arguments: Arguments) -> Connection:
    """Notes oldest first; `ONLY_COMMENTS` and `ONLY_ACTIVITY` tell people's from system notes."""
    wanted = arguments.get("filter", "ALL_NOTES")
    if wanted != "ALL_NOTES":
        notes = [note for note in notes if note["system"] is (wanted == "ONLY_ACTIVITY")]
    return keyset(
        sorted(notes, key=_note_key),
        arguments,
        _note_key,
        descending=False,
        wrap=lambda note: Entity(data, note),
    )


def _note_key(note: Payload) -> tuple[Any, ...]:
    return note["created_at"], note["id"]


def _note_id(note: Entity, _arguments: Arguments, _context: Context) -> str:
    return global_id(note.payload.get("type") or "Note", note.payload["id"])


def _metadata(note: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
    return note if note.payload.get("system_action") else None


def _icon(note: Entity, _arguments: Arguments, _context: Context) -> str | None:
    action = note.payload.get("system_action")
    return ICONS.get(action, "information-o") if action else None


ICONS = {
    "approved": "check",
    "unapproved": "unapproval",
    "commit": "commit",
    "merge": "merge",
    "merged": "merge",
    "closed": "issue-close",
    "opened": "issues",
    "reopened": "issues",
    "label": "label",
    "title": "pencil",
    "assignee": "user",
}
"""System note action → name of the icon GitLab shows beside it."""


def _author_of_commit(commit: Entity, _arguments: Arguments, context: Context) -> Payload | None:
    address = commit.payload.get("author_email")
    users = context.site.store.users.values()
    return next((user for user in users if address and user.get("public_email") == address), None)


def _body(commit: Entity, _arguments: Arguments, _context: Context) -> str:
    return str(commit.payload["message"]).partition("\n")[2].strip("\n")


def _first_parent(commit: Entity, _arguments: Arguments, _context: Context) -> str | None:
    return next(iter(commit.payload["parent_ids"]), None)


def _commit_id(commit: Entity, _arguments: Arguments, _context: Context) -> str:
    return global_id("CommitPresenter", commit.payload["id"])


def sha_of(key: str) -> FieldFunction:
    """A field of type Commit, from the SHA under `key`."""

    def read(entity: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
        commit = entity.data.commits.get(entity.payload.get(key) or "")
        return None if commit is None else Entity(entity.data, commit)

    return read


NOTE: FieldTable = {
    "id": _note_id,
    "body": from_payload("body"),
    "system": from_payload("system"),
    "internal": lambda note, _arguments, _context: bool(
        note.payload.get("internal", note.payload.get("confidential", False))
    ),
    "resolvable": lambda note, _arguments, _context: bool(note.payload.get("resolvable", False)),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "author": user_of("author"),
    "systemNoteIconName": _icon,
    "systemNoteMetadata": _metadata,
    "url": lambda note, _arguments, _context: (
        f"{note.data.project['web_url']}/-/{_path_of(note.payload)}#note_{note.payload['id']}"
    ),
}
SYSTEM_NOTE_METADATA: FieldTable = {
    "id": lambda note, _arguments, _context: global_id("SystemNoteMetadata", note.payload["id"]),
    "action": from_payload("system_action"),
}
COMMIT: FieldTable = {
    "id": _commit_id,
    "sha": from_payload("id"),
    "shortId": from_payload("short_id"),
    "title": from_payload("title"),
    "fullTitle": from_payload("title"),
    "message": from_payload("message"),
    "description": _body,
    "authorName": from_payload("author_name"),
    "authorEmail": from_payload("author_email"),
    "committerName": from_payload("committer_name"),
    "committerEmail": from_payload("committer_email"),
    "authoredDate": time_of("authored_date"),
    "committedDate": time_of("committed_date"),
    "parentSha": _first_parent,
    "author": _author_of_commit,
    "webUrl": from_payload("web_url"),
}


def _path_of(note: Payload) -> str:
    kind = "merge_requests" if note["noteable_type"] == "MergeRequest" else "issues"
    return f"{kind}/{note['noteable_iid']}"
