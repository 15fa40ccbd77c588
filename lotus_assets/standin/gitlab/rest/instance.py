"""The instance: version, users, and the token that asks."""

from lotus_assets.standin.gitlab.rest.call import Call, Outcome, Rows
from lotus_assets.standin.gitlab.rest.refusals import not_found
from lotus_assets.standin.gitlab.store import Payload

REVISION = "0" * 11
BASIC = ("id", "username", "public_email", "name", "state", "locked", "avatar_url", "web_url")
"""What a user list shows to who is no administrator."""


def version(call: Call) -> Outcome:
    """`GET /version` and `GET /metadata`."""
    call.reader()
    return {
        "version": call.store.version,
        "revision": REVISION,
        "kas": {
            "enabled": False,
            "externalUrl": None,
            "externalK8sProxyUrl": None,
            "version": None,
        },
        "enterprise": call.store.edition == "enterprise",
    }


def current_user(call: Call) -> Outcome:
    """`GET /user`."""
    token = call.reader()
    known = call.store.users.get(token.user_id)
    return known if known is not None else {"id": token.user_id, "username": "reader"}


def current_token(call: Call) -> Outcome:
    """`GET /personal_access_tokens/self`: a token tells its scopes, never its value."""
    token = call.reader()
    return {
        "id": token.token_id,
        "name": token.name,
        "revoked": token.is_revoked,
        "created_at": "2024-01-01T00:00:00.000Z",
        "description": "Reads engineering metrics",
        "scopes": sorted(token.scopes),
        "user_id": token.user_id,
        "last_used_at": call.store.now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "active": not token.is_revoked,
        "expires_at": None,
        "last_used_ips": ["127.0.0.1"],
    }


def users(call: Call) -> Outcome:
    """`GET /users`, newest first."""
    call.reader()
    found = sorted(call.store.users.values(), key=lambda user: -int(user["id"]))
    username = call.text("username")
    if username is not None:
        found = [user for user in found if user["username"].lower() == username.lower()]
    return Rows(found, "User", _basic, keyset="id_before")


def _basic(row: Payload) -> Payload:
    return {key: row[key] for key in BASIC if key in row}


def user(call: Call) -> Payload:
    """`GET /users/:id`."""
    call.reader()
    identifier = call.path["user"]
    found = call.store.users.get(int(identifier)) if identifier.isdecimal() else None
    if found is None:
        raise not_found("User")
    return found
