"""Is this token good for what is asked of it?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """What the access check found."""

    version: str
    is_enterprise: bool
    scopes: tuple[str, ...]
