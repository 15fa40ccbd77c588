"""How much one request may ask for: each is decided before memory is taken for it."""

import re
from dataclasses import dataclass

from lotus_assets.services.problems import invalid

DAY = re.compile(rb'"(?:perf_)?date"\s*:')
OBJECTS_A_ROW = 2
"""A row is one JSON object; so many more a row are names, dimensions and nothing else."""

BYTES_AN_OBJECT = 650
BYTES_A_FIELD = 250
"""What a parsed and calculated body takes at most, by its objects and their fields: measured, see
docs/PERFORMANCE.md."""


@dataclass(frozen=True)
class Bound:
    """So many of a kind a request may ask for, and what to ask for instead of more."""

    what: str
    most: int
    instead: str

    def check(self, count: int) -> None:
        """Raises ServiceProblem, INVALID_REQUEST, where there are more."""
        if count > self.most:
            raise invalid(
                f"{count} {self.what} are more than the {self.most} of one request: ask for "
                f"{self.instead}"
            )


ROWS = Bound("rows", 1_000_000, "fewer days, instruments, positions or groups at once")
FLOWS = Bound("flows", 50_000, "a shorter window, or net the flows of a day")
CELLS = Bound(
    "cells (groups or levels by days or periods, positions by periods, buckets by periods)",
    5_000_000,
    "fewer groups, levels, periods, breakdowns or days at once",
)


def check_body(body: bytes, rows: Bound) -> None:
    """Count the rows of a body before it is parsed: each has its date.

    Raises:
        ServiceProblem: INVALID_REQUEST, there are more than a request may hold.
    """
    objects = body.count(b"{")
    if objects > rows.most:
        rows.check(sum(1 for _ in DAY.finditer(body)))
    if objects > OBJECTS_A_ROW * rows.most:
        rows.check(objects)


def needed_bytes(body: bytes) -> int:
    """About what a body takes once it is parsed, and calculated with: told before it is."""
    return BYTES_AN_OBJECT * body.count(b"{") + BYTES_A_FIELD * body.count(b":")
