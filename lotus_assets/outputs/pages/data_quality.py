"""How far figures can be trusted: coverage, quarantine, checks, parity, freshness; one light."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lotus_assets.outputs.pages.light import Light
from lotus_assets.outputs.pages.number_forms import counted, percent

GREEN, AMBER, RED = "green", "amber", "red"
SHOWN = 3
"""Reasons that the light names; the page has all."""


@dataclass(frozen=True)
class CoveredProject:
    """A project that was not collected whole, or only as far as it goes, and why."""

    path: str
    is_active: bool
    is_collected: bool
    reason: str


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that broke its contract: where, why in plain words, and since when."""

    table: str
    project: str
    row: str
    """Its key: `mr 300079`."""
    reason: str
    since: datetime


@dataclass(frozen=True)
class CheckOutcome:
    """One check of a table."""

    table: str
    name: str
    description: str
    is_kept: bool
    is_severe: bool
    rows: int
    summary: str


@dataclass(frozen=True)
class Difference:
    """A field that GitLab tells otherwise than the warehouse."""

    merge_request: str
    field: str
    stored: str
    in_gitlab: str


@dataclass(frozen=True)
class StoppedStep:
    """A step at which the last run stopped, and why; what follows from it was left as it was."""

    step: str
    reason: str


@dataclass(frozen=True)
class DataQuality:
    """All of it, about one day; None: there are no figures yet."""

    day: date | None
    expected_day: date
    """The last complete day when this was looked at."""
    computed_at: datetime | None
    coverage: float | None
    required_coverage: float
    active_projects: int
    projects: Sequence[CoveredProject]
    quarantine: Sequence[QuarantinedRow]
    checks: Sequence[CheckOutcome]
    parity: float | None
    required_parity: float
    parity_week: str
    differences: Sequence[Difference]
    stopped: Sequence[StoppedStep] = ()
    """Steps at which the run that looked at this stopped."""

    @property
    def is_late(self) -> bool:
        """Whether the last complete day has no figures."""
        return self.day is None or self.day < self.expected_day

    @property
    def failed(self) -> list[CheckOutcome]:
        """Checks that are not kept, the severe ones first."""
        failed = [check for check in self.checks if not check.is_kept]
        return sorted(failed, key=lambda check: not check.is_severe)

    def troubles(self) -> list[tuple[str, str]]:
        """(red or amber, why), the worst first."""
        red, amber = [], []
        if self.stopped:
            steps = ", ".join(stopped.step for stopped in self.stopped)
            red.append(f"the last run stopped at {steps}: {self._age()}")
        if self.day is None:
            red.append("there are no figures yet")
        elif self.is_late:
            red.append(f"figures end with {self.day}, {self.expected_day} is missing")
        if self.coverage is not None and self.coverage < self.required_coverage:
            red.append(
                f"{percent(self.coverage, 1)} of active projects collected, "
                f"{percent(self.required_coverage, 0)} asked"
            )
        if self.parity is not None and self.parity < self.required_parity:
            red.append(
                f"{percent(self.parity, 1)} of sampled fields agree with GitLab, "
                f"{percent(self.required_parity, 0)} asked"
            )
        left_out = [entry for entry in self.projects if entry.is_active and not entry.is_collected]
        if left_out:
            amber.append(f"{counted(len(left_out), 'active project')} not collected whole")
        severe = [check for check in self.failed if check.is_severe and check.table != "coverage"]
        if severe:
            red.append(f"{counted(len(severe), 'check')} failed")
        if len(self.failed) > len(severe):
            amber.append(f"{counted(len(self.failed) - len(severe), 'check')} with a warning")
        if self.quarantine:
            amber.append(f"{counted(len(self.quarantine), 'row')} in quarantine")
        return [*((RED, why) for why in red), *((AMBER, why) for why in amber)]

    def _age(self) -> str:
        if self.computed_at is None:
            return "nothing was worked out so far"
        at = self.computed_at.astimezone(UTC)
        return f"these are the figures worked out {at:%Y-%m-%d %H:%M} UTC"

    def light(self) -> Light:
        """Green where nothing is wrong; else the worst that is."""
        troubles = self.troubles()
        if not troubles:
            return Light(GREEN, "every active project collected, all checks kept")
        more = len(troubles) - SHOWN
        reasons = "; ".join(why for _, why in troubles[:SHOWN])
        return Light(troubles[0][0], f"{reasons}; and {more} more" if more > 0 else reasons)
