"""Every fact about the speed of some series, and what has to be measured again."""

from collections.abc import Iterable

import pandas as pd

from lotus_assets.engine.speed.change_points import change_point_facts
from lotus_assets.engine.speed.environment import environment_facts
from lotus_assets.engine.speed.facts import FACT_COLUMNS, KEY, SERIES, facts_of
from lotus_assets.engine.speed.noise import noise_floor
from lotus_assets.engine.speed.threshold import (
    completeness_facts,
    exact_facts,
    threshold_facts,
)

__all__ = ["FACT_COLUMNS", "detect", "noise_floor", "reported", "suspicious"]


def detect(
    points: pd.DataFrame,
    reruns: pd.DataFrame,
    aa_points: pd.DataFrame,
    expected: pd.DataFrame,
    measured: pd.DataFrame,
) -> pd.DataFrame:
    """All facts, by key. They are kept apart: none removes another.

    `points`: suite, benchmark, metric, epoch, position, run_id, ordered_at, machine_fingerprint,
    quantity, direction (lower, higher, exact), is_derived, value. `reruns`: run_id (of the run
    that was repeated), suite, benchmark, metric, value. `aa_points`: see `noise_floor`. `expected`
    and `measured`: run_id, suite, benchmark, metric.
    """
    parts = [
        threshold_facts(points, reruns),
        exact_facts(points),
        change_point_facts(points, reruns, noise_floor(aa_points)),
        environment_facts(points),
        completeness_facts(expected, measured),
    ]
    facts = pd.concat([part for part in parts if len(part)] or [facts_of([])], ignore_index=True)
    return facts.sort_values(KEY, kind="stable").reset_index(drop=True)[FACT_COLUMNS]


def suspicious(facts: pd.DataFrame, run_ids: Iterable[str]) -> pd.DataFrame:
    """What to measure again now: slower at these runs, and not known to stay so.

    Columns: suite, benchmark, metric, run_id, reason; one row a metric.
    """
    is_open = (
        facts["run_id"].isin(list(run_ids))
        & facts["fact"].isin(["threshold", "change_point"])
        & facts["state"].isin(["candidate", "unconfirmed"])
        & facts["movement"].eq("slower")
    )
    columns = [*SERIES, "run_id", "reason"]
    return facts.loc[is_open, columns].drop_duplicates(columns[:-1]).reset_index(drop=True)


def reported(facts: pd.DataFrame) -> pd.DataFrame:
    """What people are told loudly: confirmed, slower, on the loud list, and not the machine's."""
    loud = facts[
        facts["fact"].eq("change_point")
        & facts["list"].eq("loud")
        & facts["state"].eq("confirmed")
        & facts["movement"].eq("slower")
    ]
    machine = facts[facts["fact"].eq("environment")][["suite", "run_id"]].drop_duplicates()
    marked = loud.merge(machine, on=["suite", "run_id"], how="left", indicator=True)
    return marked[marked["_merge"].eq("left_only")][FACT_COLUMNS].reset_index(drop=True)
