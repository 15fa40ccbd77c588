"""When a suite moves as a whole it is the machine, not the code."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lotus_assets.engine.speed.facts import Floats, comparable, facts_of

SHARE = 0.6
MINIMUM_EFFECT = 0.05
BEFORE, AFTER = 10, 6
"""Points whose median is the level before, and after, a run."""
FEWEST_BENCHMARKS = 3
"""Fewer cannot tell the machine from the code."""
TIMES = ("time", "cpu_time")


def environment_facts(
    points: pd.DataFrame, *, share: float = SHARE, minimum_effect: float = MINIMUM_EFFECT
) -> pd.DataFrame:
    """Runs at which at least `share` of a suite's benchmarks moved together on one machine.

    Moved: the run itself, or the level of the six points from it on, is more than
    `minimum_effect` off the median of the ten before. By quantity: wall time and CPU time.
    """
    times = comparable(points)
    times = times[times["quantity"].isin(TIMES)]
    rows: list[dict[str, object]] = []
    for (suite, _, quantity), machine in times.groupby(
        ["suite", "machine_fingerprint", "quantity"], sort=True
    ):
        rows += _of_machine(machine, str(suite), str(quantity), share, minimum_effect)
    return facts_of(_strongest(rows))


def _of_machine(
    points: pd.DataFrame, suite: str, quantity: str, share: float, minimum_effect: float
) -> Iterator[dict[str, object]]:
    table = points.assign(log_cost=np.log(points["cost"])).pivot_table(
        index=["ordered_at", "run_id"], columns=["benchmark", "metric"], values="log_cost"
    )
    if table.shape[1] < FEWEST_BENCHMARKS:
        return
    before = table.shift().rolling(BEFORE, min_periods=3).median()
    after = table[::-1].rolling(AFTER, min_periods=AFTER).median()[::-1]
    runs = table.index.get_level_values("run_id").to_numpy(object)
    limit = np.log1p(minimum_effect)
    for moved in (table - before, after - before):
        shift: Floats = moved.to_numpy(np.float64)
        known = np.isfinite(shift).sum(axis=1)
        for sign in (1, -1):
            together = (sign * shift > limit).sum(axis=1)
            shifts = np.flatnonzero(
                (known >= FEWEST_BENCHMARKS) & (together >= share * np.maximum(known, 1))
            )
            for at in shifts:
                part = together[at] / known[at]
                yield {
                    "fact": "environment",
                    "suite": suite,
                    "metric": quantity,
                    "run_id": runs[at],
                    "limit": share,
                    "share": float(part),
                    "movement": "slower" if sign > 0 else "faster",
                    "state": "confirmed",
                    "reason": f"{together[at]} of {known[at]} benchmarks moved together: the "
                    "machine, not the code",
                }


def _strongest(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """One fact a suite, quantity and run: the one with the greatest share."""
    best: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        key = (row["suite"], row["metric"], row["run_id"])
        if key not in best or float(str(row["share"])) > float(str(best[key]["share"])):
            best[key] = row
    return list(best.values())
