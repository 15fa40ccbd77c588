"""What `make bench` prints: every result of a run beside the last one and the best one."""

import pandas as pd

from lotus_assets.engine.speed.change_points import fewest_runs
from lotus_assets.engine.speed.detection import standing

FACT = ["suite", "benchmark", "metric", "run_id"]
SLOWER = "slower"
ENVIRONMENT, COMPLETENESS = "environment", "completeness"


def comparison(history: pd.DataFrame, regressions: pd.DataFrame, run_id: str) -> pd.DataFrame:
    """One row a result of the run, sorted by benchmark and metric.

    Columns of `bench_history`, and `facts`: the facts about it at that run, such as
    "threshold candidate", empty where there is none.
    """
    rows = history[history["run_id"].eq(run_id)]
    here = regressions[regressions["run_id"].eq(run_id) & regressions["benchmark"].ne("")]
    here = here[here["fact"].ne(COMPLETENESS)]
    name = (here["list"] + " " + here["fact"].str.replace("_", " ")).str.strip()
    sentences = (name + " " + here["movement"] + ", " + here["state"]).astype(object)
    remarks = sentences.groupby([here[column] for column in FACT]).agg("; ".join).rename("facts")
    joined = rows.merge(remarks.reset_index(), on=FACT, how="left")
    joined["facts"] = joined["facts"].astype(object).where(joined["facts"].notna(), "")
    return joined.sort_values(["benchmark", "metric"], ignore_index=True)


def reported(history: pd.DataFrame, regressions: pd.DataFrame, run_id: str) -> pd.DataFrame:
    """The facts that people are told of after the run, the weightiest first.

    What stands of its suite (`standing`), whenever it began: suite-wide changes and slow-downs.
    Then what was found at the run itself: a suite that moved as a whole, or the breached thresholds
    that make something slower (none of these where all moved, for they are told as one); and exact
    metrics that changed.
    """
    suite = history.loc[history["run_id"].eq(run_id), "suite"].head(1)
    of_suite = regressions[regressions["suite"].isin(suite)]
    stands = standing(of_suite, history[history["suite"].isin(suite)])
    here = of_suite[of_suite["run_id"].eq(run_id)]
    environment = here[here["fact"].eq(ENVIRONMENT)]
    is_breach = here["fact"].eq("threshold") & here["state"].isin(["confirmed", "candidate"])
    breaches = here[here["movement"].eq(SLOWER) & is_breach]
    changed = here[here["fact"].eq("exact")]
    at_the_run = breaches if environment.empty else environment
    return pd.concat([stands, at_the_run, changed], ignore_index=True)


def runs_missing(history: pd.DataFrame, run_id: str) -> int:
    """How many more runs on the run's machine until a slow-down of any series can be told."""
    here = history[history["run_id"].eq(run_id) & history["direction"].ne("exact")]
    here = here[~here["is_derived"].astype(bool)]
    alike = history.merge(here[[*FACT[:3], "epoch"]], on=[*FACT[:3], "epoch"])
    counts = alike.groupby(FACT[:3]).size()
    return max(0, fewest_runs() - int(counts.max())) if len(counts) else 0


def missing(regressions: pd.DataFrame, run_id: str) -> list[str]:
    """The metrics that the run should have given and did not, as `benchmark: metric`."""
    lacking = regressions[regressions["run_id"].eq(run_id) & regressions["fact"].eq(COMPLETENESS)]
    return sorted(lacking["benchmark"] + ": " + lacking["metric"])
