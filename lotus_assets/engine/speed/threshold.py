"""Facts against the point before: the seed's 150 % threshold, and metrics that must not change.

Seed 003, goal 5: "150% threshold alerts (warnings only)", that is more than 1.5 times the last run.
"""

import numpy as np
import pandas as pd

from lotus_assets.engine.speed.facts import (
    EXACT,
    SERIES,
    facts_of,
    figure,
    finite,
    measured,
    percent,
    rounded,
    times_worse,
)

FACTOR = 1.5
RERUN_KEY = ["run_id", *SERIES]
UNIT = ["unit", "direction"]


def threshold_facts(
    points: pd.DataFrame, reruns: pd.DataFrame, *, factor: float = FACTOR
) -> pd.DataFrame:
    """Points more than `factor` times worse than the one before them in their epoch.

    Something after nothing is more than any number of times worse; it has no ratio. A candidate
    until it was measured again: `confirmed` when every re-run of it is over the threshold too,
    `refuted` otherwise. Nothing is blocked by it.
    """
    rows = measured(points)
    before = rows.groupby([*SERIES, "epoch"], sort=False)
    rows["baseline_value"] = before["value"].shift()
    rows["baseline_run_id"] = before["run_id"].shift()
    rows["ratio"] = times_worse(
        rows["value"], rows["baseline_value"], rows["direction"].eq("higher")
    )
    over = rows[rows["ratio"] > factor]
    again = rerun_ratios(over, reruns)
    state = np.where(again.isna(), "candidate", np.where(again > factor, "confirmed", "refuted"))
    figures = over[["value", "baseline_value", "ratio", "quantity"]].to_numpy(object)
    return facts_of(
        over.assign(
            fact="threshold",
            ratio=finite(over["ratio"].to_numpy(np.float64)),
            limit=factor,
            movement="slower",
            state=state,
            reason=[
                _threshold_reason(value, baseline, ratio, quantity, factor)
                for value, baseline, ratio, quantity in figures
            ],
        )
    )


def _threshold_reason(
    value: float, baseline: float, ratio: float, quantity: str, factor: float
) -> str:
    told = f"{rounded(value)} after {rounded(baseline)}: "
    if np.isfinite(ratio):
        return told + f"{percent(ratio, quantity)} than the run before, more than {factor:g} times"
    return told + ("the run before had none" if baseline == 0 else "nothing is left of it")


def rerun_ratios(suspected: pd.DataFrame, reruns: pd.DataFrame) -> "pd.Series[float]":
    """The smallest ratio to the same baseline that a re-run of each row showed; NaN: none.

    `suspected` has direction and baseline_value; the index is kept.
    """
    if reruns.empty or suspected.empty:
        return pd.Series(np.nan, index=suspected.index, dtype="float64")
    keys = suspected[RERUN_KEY].astype(object)
    joined = keys.reset_index(names="at").merge(
        reruns[[*RERUN_KEY, "value"]].astype(dict.fromkeys(RERUN_KEY, object)), on=RERUN_KEY
    )
    rows = suspected.loc[joined["at"]]
    ratio = times_worse(joined["value"], rows["baseline_value"], rows["direction"].eq("higher"))
    return pd.Series(ratio).groupby(joined["at"].to_numpy()).min().reindex(suspected.index)


def exact_facts(points: pd.DataFrame) -> pd.DataFrame:
    """Changes of metrics that are compared with `==`, whatever machine measured them.

    Figures of one unit are compared. After 0 there is no ratio, nor is there one of negatives.
    """
    rows = points[points["direction"].eq(EXACT).to_numpy(bool)]
    rows = rows.sort_values([*SERIES, "position"], kind="stable").reset_index(drop=True)
    before = rows.groupby([*SERIES, *UNIT], sort=False)
    rows["baseline_value"] = before["value"].shift()
    rows["baseline_run_id"] = before["run_id"].shift()
    changed = rows[rows["baseline_value"].notna() & (rows["value"] != rows["baseline_value"])]
    return facts_of(
        changed.assign(
            fact="exact",
            ratio=finite(times_worse(changed["value"], changed["baseline_value"], False)),
            limit=1.0,
            movement="changed",
            state="confirmed",
            reason=[
                f"{figure(value)} after {figure(baseline)}: it must not change"
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
