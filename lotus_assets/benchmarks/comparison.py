"""What `make bench` prints: every result of a run beside the last one and the best one."""

import pandas as pd

from lotus_assets.engine.speed.detection import reported as loud_facts

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


def reported(regressions: pd.DataFrame, run_id: str) -> pd.DataFrame:
    """The facts at the run that people are told of, the weightiest first.

    Confirmed loud change points and breached thresholds that make something slower, and exact
    metrics that changed; but none of the first two where the whole environment moved: that is one
    fact of its own, and it is told instead.
    """
    here = regressions[regressions["run_id"].eq(run_id)]
    environment = here[here["fact"].eq(ENVIRONMENT)]
    is_breach = here["fact"].eq("threshold") & here["state"].isin(["confirmed", "candidate"])
    weighty = pd.concat([loud_facts(here), here[here["movement"].eq(SLOWER) & is_breach]])
    if not environment.empty:
        weighty = weighty.iloc[:0]
    changed = here[here["fact"].eq("exact")]
    return pd.concat([environment, weighty, changed], ignore_index=True)


def missing(regressions: pd.DataFrame, run_id: str) -> list[str]:
    """The metrics that the run should have given and did not, as `benchmark: metric`."""
    lacking = regressions[regressions["run_id"].eq(run_id) & regressions["fact"].eq(COMPLETENESS)]
    return sorted(lacking["benchmark"] + ": " + lacking["metric"])
