"""Signature headers of commits in the three forms that GitLab knows; none of them verifies."""

import base64
import hashlib
import textwrap

from lotus_assets.standin.gitlab.world.people import SignatureKind

_ARMOUR = {
    "gpg": ("-----BEGIN PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----"),
    "ssh": ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"),
    "x509": ("-----BEGIN SIGNED MESSAGE-----", "-----END SIGNED MESSAGE-----"),
}
_PREFIX = {"gpg": b"\x89\x023\x04\x00", "ssh": b"SSHSIG\x00\x00\x00\x01", "x509": b"0\x82\x02\x06"}


def signature(kind: SignatureKind, content: bytes) -> bytes:
    """The `gpgsig` header for a commit's content: the same text for the same content."""
    noise = b"".join(hashlib.sha256(content + bytes([part])).digest() for part in range(6))
    body = base64.b64encode(_PREFIX[kind] + noise).decode()
    begin, end = _ARMOUR[kind]
    return "\n".join((begin, *textwrap.wrap(body, 64), end)).encode()
