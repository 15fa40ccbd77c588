"""Notes of merge requests and issues, and the commits that merge requests and releases name."""

from typing import Any

from lotus_assets.standin.gitlab.graphql.connections import Connection, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
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


def _author_of_commit(commit: Entity, _arguments: Arguments, context: Context) -> Payload | None:
    address = commit.payload.get("author_email")
    users = context.served.store.users.values()
    return next((user for user in users if address and user.get("public_email") == address), None)


NOTE: FieldTable = {
    "id": _note_id,
    "body": from_payload("body"),
    "system": from_payload("system"),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "author": user_of("author"),
    "systemNoteMetadata": _metadata,
}
SYSTEM_NOTE_METADATA: FieldTable = {"action": from_payload("system_action")}
COMMIT: FieldTable = {
    "sha": from_payload("id"),
    "message": from_payload("message"),
    "authorEmail": from_payload("author_email"),
    "authoredDate": time_of("authored_date"),
    "author": _author_of_commit,
}
