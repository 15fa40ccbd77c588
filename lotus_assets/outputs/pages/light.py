"""The light on every page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Light:
    """How far the figures of a page can be trusted: green, amber or red, and why in one line."""

    tone: str
    reason: str
    address: str = "quality.html"
