"""E-mail addresses never leave this package: they leave as hashes, or not at all."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,128}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")
ADDRESS_WITH_DOMAIN = re.compile(
    r"[A-Za-z0-9._%+'-]{1,128}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
PLACEHOLDER = "[e-mail]"


@dataclass(frozen=True)
class EmailHash:
    """SHA-256 hex of the lower-cased, trimmed address, as an HMAC when a key is given."""

    key: str | None = field(default=None, repr=False)

    def of(self, address: str | None) -> str | None:
        """64 hex digits; None for an absent or blank address."""
        normal = (address or "").strip().lower().encode()
        if not normal:
            return None
        if self.key:
            return hmac.new(self.key.encode(), normal, hashlib.sha256).hexdigest()
        return hashlib.sha256(normal).hexdigest()


def redacted(text: str | None) -> str | None:
    """`text` with every e-mail address in it replaced by `[e-mail]`."""
    return None if text is None else ADDRESS.sub(PLACEHOLDER, text)


def redacted_name(name: str) -> str:
    """A name that rules and people match, as a label's: `due@3d` stays, an address does not.

    Only what ends in a domain with a dot is taken for an address.
    """
    return ADDRESS_WITH_DOMAIN.sub(PLACEHOLDER, name)
