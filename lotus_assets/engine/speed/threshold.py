"""Facts against the point before: the seed's 150 % threshold, and metrics that must not change.

Seed 003, goal 5: "150% threshold alerts (warnings only)", that is more than 1.5 times the last run.
"""

import numpy as np
import pandas as pd

from lotus_assets.engine.speed.facts import EXACT, SERIES, comparable, facts_of, percent

FACTOR = 1.5
RERUN_KEY = ["run_id", *SERIES]


def threshold_facts(
    points: pd.DataFrame, reruns: pd.DataFrame, *, factor: float = FACTOR
) -> pd.DataFrame:
    """Points more than `factor` times worse than the one before them in their epoch.

    A candidate until it was measured again: `confirmed` when every re-run of it is over the
    threshold too, `refuted` otherwise. Nothing is blocked by it.
    """
    rows = comparable(points)
    before = rows.groupby([*SERIES, "epoch"], sort=False)
    rows["baseline_value"] = before["value"].shift()
    rows["baseline_run_id"] = before["run_id"].shift()
    rows["ratio"] = rows["cost"] / before["cost"].shift()
    over = rows[rows["ratio"] > factor]
    again = rerun_ratios(over, reruns)
    state = np.where(again.isna(), "candidate", np.where(again > factor, "confirmed", "refuted"))
    return facts_of(
        over.assign(
            fact="threshold",
            limit=factor,
            movement="slower",
            state=state,
            reason=[
                f"{value:.3g} after {baseline:.3g}: {percent(ratio)} than the run before, more "
                f"than {factor:g} times"
                for value, baseline, ratio in zip(
                    over["value"], over["baseline_value"], over["ratio"], strict=True
                )
            ],
        )
    )


def rerun_ratios(suspected: pd.DataFrame, reruns: pd.DataFrame) -> "pd.Series[float]":
    """The smallest ratio to the same baseline that a re-run of each row showed; NaN: none.

    `suspected` has direction, value, cost and ratio; the index is kept.
    """
    if reruns.empty or suspected.empty:
        return pd.Series(np.nan, index=suspected.index, dtype="float64")
    keys = suspected[RERUN_KEY].astype(object)
    joined = keys.reset_index(names="at").merge(
        reruns[[*RERUN_KEY, "value"]].astype(dict.fromkeys(RERUN_KEY, object)), on=RERUN_KEY
    )
    rows = suspected.loc[joined["at"]]
    value = joined["value"].to_numpy(np.float64)
    is_higher = rows["direction"].eq("higher").to_numpy(bool)
    cost = np.where(is_higher, 1.0 / value, value)
    ratio = cost / rows["cost"].to_numpy(np.float64) * rows["ratio"].to_numpy(np.float64)
    return pd.Series(ratio).groupby(joined["at"].to_numpy()).min().reindex(suspected.index)


def exact_facts(points: pd.DataFrame) -> pd.DataFrame:
    """Changes of metrics that are compared with `==`, whatever machine measured them.

    After 0 there is no ratio.
    """
    rows = points[points["direction"].eq(EXACT).to_numpy(bool)]
    rows = rows.sort_values([*SERIES, "position"], kind="stable").reset_index(drop=True)
    before = rows.groupby(SERIES, sort=False)
    rows["baseline_value"] = before["value"].shift()
    rows["baseline_run_id"] = before["run_id"].shift()
    changed = rows[rows["baseline_value"].notna() & (rows["value"] != rows["baseline_value"])]
    return facts_of(
        changed.assign(
            fact="exact",
            ratio=changed["value"] / changed["baseline_value"].replace(0.0, np.nan),
            limit=1.0,
            movement="changed",
            state="confirmed",
            reason=[
                f"{value!r} after {baseline!r}: it must not change"
                for value, baseline in zip(changed["value"], changed["baseline_value"], strict=True)
            ],
        )
    )


def completeness_facts(expected: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Expected metrics that a run lacks; both frames: run_id, suite, benchmark, metric."""
    keys = ["run_id", *SERIES]
    wanted = expected[keys].astype(object).drop_duplicates()
    joined = wanted.merge(
        measured[keys].astype(object).drop_duplicates(), on=keys, how="left", indicator=True
    )
    missing = joined[joined["_merge"] == "left_only"].drop(columns="_merge")
    return facts_of(
        missing.assign(
            fact="completeness",
            movement="missing",
            state="confirmed",
            reason=[
                f"the run has no {metric} of {name}"
                for name, metric in zip(missing["benchmark"], missing["metric"], strict=True)
            ],
        )
    )
