"""When a suite moves as a whole at a run: its machine or its code, which one run cannot tell."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lotus_assets.engine.speed.facts import facts_of
from lotus_assets.engine.speed.together import (
    AFTER,
    MINIMUM_EFFECT,
    SHARE,
    TimesOfSuite,
    moved_together,
    times_of_suites,
)


def environment_facts(
    points: pd.DataFrame, *, share: float = SHARE, minimum_effect: float = MINIMUM_EFFECT
) -> pd.DataFrame:
    """Runs at which at least `share` of a suite's benchmarks moved together on one machine.

    Moved: more than `minimum_effect` off the median of the ten runs before. By quantity: wall time
    and CPU time. What stays is a suite-wide change (`suite_wide`).
    """
    rows: list[dict[str, object]] = []
    for times in times_of_suites(points):
        rows += _of_suite(times, share, minimum_effect)
    return facts_of(rows)


def _of_suite(
    times: TimesOfSuite, share: float, minimum_effect: float
) -> Iterator[dict[str, object]]:
    shifts = times.log_costs - times.before()
    run_ids = times.run_ids
    for together in moved_together(shifts, minimum_effect):
        for at in np.flatnonzero(together.share >= share):
            yield {
                "fact": "environment",
                "suite": times.suite,
                "metric": times.quantity,
                "run_id": run_ids[at],
                "limit": share,
                "share": float(together.share[at]),
                "movement": together.movement,
                "state": "confirmed",
                "reason": f"{together.moved[at]:.0f} of {together.known[at]:.0f} benchmarks moved "
                f"together at this run; a level that stays for {AFTER} runs is told as suite-wide",
            }
