"""Instants by the clock of Amsterdam."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lotus_assets.standin.gitlab.world.calendar import milliseconds, text

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def amsterdam(moment: str) -> datetime:
    """An instant by the clock of Amsterdam: `2026-03-10 09:30`, seconds if need be."""
    return datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def as_gitlab(moment: datetime | None) -> str | None:
    """An instant as GitLab writes it."""
    return None if moment is None else text(milliseconds(moment))
