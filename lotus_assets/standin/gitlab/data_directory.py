"""What the stand-in keeps between starts: its anchor day, its token, its repositories."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from lotus_assets.standin.gitlab.authentication import new_token


@dataclass(frozen=True)
class DataDirectory:
    """A directory of the stand-in's own."""

    path: Path

    @property
    def token_file(self) -> Path:
        """Where the token is, readable by the owner only."""
        return self.path / "token"

    @property
    def repositories(self) -> Path:
        """Where the sample organisation's Git repositories are."""
        return self.path / "repositories"

    def anchor(self, today: date) -> date:
        """The day of the first start; `today` when this is it."""
        file = self.path / "anchor"
        if not file.exists():
            _write(file, today.isoformat())
        return date.fromisoformat(file.read_text(encoding="utf-8").strip())

    def token(self, file: Path | None = None) -> str:
        """The kept token; a new random one at the first start."""
        file = file or self.token_file
        if not file.exists():
            _write(file, new_token())
        return file.read_text(encoding="utf-8").strip()


def _write(file: Path, text: str) -> None:
    """Write at once or not at all, closed to others from the first byte (mode 0600)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as temporary:
        temporary.write(text + "\n")
        temporary.flush()
        os.fsync(temporary.fileno())
    Path(temporary.name).replace(file)
