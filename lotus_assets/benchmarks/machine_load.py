"""Whether a machine had other work when a run began: such a run says little about the code."""

import json
import math

BUSY = 0.5
"""Part of the processors that may be at work before it is a loaded machine."""
UNKNOWN_PROCESSORS = 2
"""Where nobody noted how many there are: the fewest that GitHub's and our machines have."""


def is_loaded(load_average: float | None, machine: str) -> bool:
    """Whether more than half of the processors were at work in the minute before a run.

    `machine` is the column of `bench_run`: JSON, with `cpu_count` where it is known.
    """
    if load_average is None or not math.isfinite(load_average):
        return False
    return load_average > BUSY * (processors(machine) or UNKNOWN_PROCESSORS)


def processors(machine: str) -> int | None:
    """How many processors the machine has, where it is known."""
    count = json.loads(machine).get("cpu_count")
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else None
