"""The token that asks."""

from lotus_assets.standin.gitlab.rest.call import Call, Outcome


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
