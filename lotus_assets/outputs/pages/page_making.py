"""What all pages of one writing share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath

from lotus_assets.outputs.pages.light import Light
from lotus_assets.outputs.pages.rendering import PageFrame


@dataclass(frozen=True)
class PageMaking:
    """What all pages of one writing share: when, about which day, and how far to trust it."""

    generated_at: datetime
    data_day: date
    light: Light | None = None

    def frame(
        self,
        path: PurePosixPath,
        title: str,
        subtitle: str = "",
        crumbs: Sequence[tuple[str, str]] = (),
    ) -> PageFrame:
        """Head and foot of the page at `path`."""
        return PageFrame(
            path, title, self.generated_at, self.data_day, subtitle, self.light, crumbs
        )
