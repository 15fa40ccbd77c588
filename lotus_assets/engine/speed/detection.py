"""Every fact about the speed of some series, what people are told, what is measured again."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from lotus_assets.engine.speed.change_points import change_point_facts
from lotus_assets.engine.speed.environment import environment_facts
from lotus_assets.engine.speed.facts import FACT_COLUMNS, KEY, SERIES, facts_of
from lotus_assets.engine.speed.noise import noise_floor
from lotus_assets.engine.speed.suite_wide import (
    SUITE_RUN,
    part_of_suite_wide,
    still_slower,
    suite_wide_facts,
)
from lotus_assets.engine.speed.threshold import (
    completeness_facts,
    exact_facts,
    threshold_facts,
)

__all__ = ["FACT_COLUMNS", "detect", "noise_floor", "reported", "standing", "suspicious"]


def detect(
    points: pd.DataFrame,
    reruns: pd.DataFrame,
    aa_points: pd.DataFrame,
    expected: pd.DataFrame,
    measured: pd.DataFrame,
) -> pd.DataFrame:
    """All facts, by key. They are kept apart: none removes another.

    `points`: suite, benchmark, metric, epoch, position, run_id, ordered_at, machine_fingerprint,
    commit_id, version, quantity, unit, direction (lower, higher, exact), is_derived, value.
    `reruns`: run_id (of the run that was repeated), suite, benchmark, metric, value. `aa_points`:
    see `noise_floor`. `expected` and `measured`: run_id, suite, benchmark, metric.
    """
    parts = [
        threshold_facts(points, reruns),
        exact_facts(points),
        change_point_facts(points, reruns, noise_floor(aa_points)),
        environment_facts(points),
        suite_wide_facts(points),
        completeness_facts(expected, measured),
    ]
    facts = pd.concat([part for part in parts if len(part)] or [facts_of([])], ignore_index=True)
    facts["suite_wide_run_id"] = part_of_suite_wide(facts, points)
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
    """What people are told loudly: confirmed, slower, on the loud list; a suite-wide change once.

    What the whole suite did is told as such, and not of each of its benchmarks.
    """
    loud = _confirmed(facts)
    is_told = loud["movement"].eq("slower") & loud["suite_wide_run_id"].isna()
    return loud.loc[is_told, FACT_COLUMNS].reset_index(drop=True)


def standing(facts: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Of what was reported that which still holds, suite-wide changes first.

    The last loud, confirmed change of a series is a slow-down; the last suite-wide one of a suite
    on a machine is, and the suite is still slower as a whole. Where it is not any more, those of
    its benchmarks that are stand for themselves. Columns as `facts` has them.
    """
    loud = _confirmed(facts).astype(dict.fromkeys((*SUITE_RUN, "suite_wide_run_id"), object))
    at = points[["suite", "run_id", "ordered_at", "machine_fingerprint"]].drop_duplicates(SUITE_RUN)
    loud = loud.merge(at.astype({"suite": object, "run_id": object}), on=SUITE_RUN)
    loud = loud.sort_values(["ordered_at", "run_id"], kind="stable")
    is_wide = loud["fact"].eq("suite_wide")
    wide = _last_slower(loud[is_wide], ["suite", "metric", "machine_fingerprint"])
    wide = wide[np.array(still_slower(points, wide), dtype=bool)]
    series = _last_slower(loud[~is_wide], SERIES)
    covered = series[["suite", "suite_wide_run_id"]].merge(
        wide[SUITE_RUN].drop_duplicates().rename(columns={"run_id": "of_run_id"}),
        left_on=["suite", "suite_wide_run_id"],
        right_on=["suite", "of_run_id"],
        how="left",
    )
    alone = series[covered["of_run_id"].isna().to_numpy()]
    return pd.concat([wide, alone], ignore_index=True)[list(facts.columns)]


def _confirmed(facts: pd.DataFrame) -> pd.DataFrame:
    return facts[
        facts["fact"].isin(["change_point", "suite_wide"])
        & facts["list"].eq("loud")
        & facts["state"].eq("confirmed")
    ]


def _last_slower(ordered: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The last row by `key`, where it is slower."""
    last = ordered.drop_duplicates(key, keep="last")
    return last[last["movement"].eq("slower")]
