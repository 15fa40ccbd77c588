"""What whoever imports a file knows beside it: suite, repository, kind, commit, time, machine."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lotus_assets.sources.benchmark_files.run_model import Commit, Kind, Machine


@dataclass(frozen=True)
class RunDetails:
    """Facts about the run that stand beside the file.

    What is None is taken from the file; `measured_at` counts only where the file holds no time.
    """

    suite: str | None = None
    repository: str | None = None
    kind: Kind = "imported"
    of_run_id: str | None = None
    measured_at: datetime | None = None
    commit: Commit | None = None
    machine: Machine | None = None
    prefix: str = ""
    """Taken off the front of every benchmark's id."""
    more: dict[str, Any] = field(default_factory=dict)
    """Further fields of the run: versions, expected, load_average, …"""

    def benchmark_id(self, name: str) -> str:
        """The id of a benchmark that the file calls `name`."""
        return name.removeprefix(self.prefix)
