"""A suite whose level changed as a whole and stayed: code or machine, not told apart.

A machine that is slow for a day is noise; one that stays slow, under one fingerprint, cannot be
told from code that everything calls. So it is loud, with the commits between which it began.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.speed.facts import Floats, exponential, facts_of, percent
from lotus_assets.engine.speed.together import (
    AFTER,
    BEFORE,
    MINIMUM_EFFECT,
    SHARE,
    TimesOfSuite,
    Together,
    moved_together,
    times_of_suites,
)

SIGNIFICANCE = 0.01
"""p of the Mann-Whitney test below which it is confirmed: a suite is one series, not a hundred."""
SUITE_RUN = ["suite", "run_id"]
ABBREVIATED = 12
"""Digits of a commit."""


def suite_wide_facts(
    points: pd.DataFrame, *, share: float = SHARE, minimum_effect: float = MINIMUM_EFFECT
) -> pd.DataFrame:
    """Changes of level of at least `share` of a suite's benchmarks, on one machine.

    The level: the median of six runs from the change on, more than `minimum_effect` off the median
    of up to ten runs before (three at least). Of neighbouring runs for which that holds, the one
    with the greatest step between the means of both sides is the first of the new level.
    `confirmed`: the suite's runs from it on, up to the next such change, differ from those before
    it by Mann-Whitney (p < 0.01); `candidate` without that. By quantity; `ratio` is the median over
    the benchmarks. `points` as for `detect`.
    """
    rows: list[dict[str, object]] = []
    for times in times_of_suites(points):
        rows += _of_suite(times, share, minimum_effect)
    facts = facts_of(rows)
    facts["reason"] = facts["reason"] + _commits(facts, points)
    return facts


def _of_suite(
    times: TimesOfSuite, share: float, minimum_effect: float
) -> Iterator[dict[str, object]]:
    before = times.before()
    shifts = times.after() - before
    steps = _steps(times.log_costs)
    is_there = _beyond_the_middle(times.log_costs - before, shifts) >= share
    changes = sorted(
        (
            (stretch[int(np.argmax(together.sign * steps[stretch]))], together)
            for together in moved_together(shifts, minimum_effect)
            for stretch in _stretches(together.share >= share, is_there)
        ),
        key=lambda change: change[0],
    )
    edges = [0, *(at for at, _ in changes), len(shifts)]
    for number, (at, together) in enumerate(changes):
        ratio = float(exponential(shifts.iloc[at].median()))
        span = (edges[number], at, edges[number + 2])
        yield _fact(times, span, together, ratio) | {"limit": share}


def _steps(log_costs: pd.DataFrame) -> Floats:
    """How far the means of both sides of each run lie apart, the median over the benchmarks.

    Means, because medians are alike at the neighbours of a change, and a mean is farthest at it.
    """
    after = log_costs[::-1].rolling(AFTER, min_periods=AFTER).mean()[::-1]
    before = log_costs.shift().rolling(BEFORE, min_periods=1).mean()
    steps: Floats = (after - before).median(axis=1).fillna(0.0).to_numpy(np.float64)
    return steps


def _beyond_the_middle(own: pd.DataFrame, shifts: pd.DataFrame) -> Floats:
    """The part of the benchmarks that stand nearer to the level after each run at that run itself.

    Six runs of which five are of another level have its median; but the first is not the change.
    """
    is_beyond = (own / shifts).to_numpy(np.float64) > 0.5
    known = np.maximum(shifts.notna().to_numpy(bool).sum(axis=1), 1)
    part: Floats = is_beyond.sum(axis=1) / known
    return part


def _stretches(is_off: NDArray[np.bool_], is_there: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Of each stretch of neighbouring runs that are off, the places of those that are there."""
    places = np.flatnonzero(is_off)
    parts = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    there = (part[is_there[part]] for part in parts)
    return [part for part in there if len(part)]


def _fact(
    times: TimesOfSuite, span: tuple[int, int, int], together: Together, ratio: float
) -> dict[str, object]:
    """The change at the run `span[1]`, with the runs from `span[0]` to before `span[2]`."""
    # A third of a second to import; most suites never change as a whole.
    from scipy.stats import mannwhitneyu

    start, at, end = span
    run_ids = times.run_ids
    before, after = times.log_costs.iloc[start:at], times.log_costs.iloc[at:end]
    centre = before.median()
    low, high = ((side - centre).median(axis=1).dropna() for side in (before, after))
    p_value = float(mannwhitneyu(low.to_numpy(), high.to_numpy()).pvalue)
    moved, known = int(together.moved[at]), int(together.known[at])
    return {
        "fact": "suite_wide",
        "list": "loud",
        "suite": times.suite,
        "metric": times.quantity,
        "run_id": run_ids[at],
        "baseline_run_id": run_ids[at - 1],
        "ratio": ratio,
        "p_value": p_value,
        "points_before": len(before),
        "points_after": len(after),
        "share": float(together.share[at]),
        "movement": together.movement,
        "state": "confirmed" if p_value < SIGNIFICANCE else "candidate",
        "reason": f"{moved} of {known} benchmarks are {percent(ratio)} (their median) since this "
        f"run, for {len(after)} runs on one machine: code or machine, not told apart; ",
    }


def _commits(facts: pd.DataFrame, points: pd.DataFrame) -> "pd.Series[str]":
    """Between which commits (else versions) each change lies, in words."""
    of_run = points.drop_duplicates(SUITE_RUN)[[*SUITE_RUN, "commit_id", "version"]].astype(object)
    last = of_run.rename(columns={"run_id": "baseline_run_id"})
    named = facts[[*SUITE_RUN, "baseline_run_id"]].merge(of_run, on=SUITE_RUN, how="left")
    named = named.merge(last, on=["suite", "baseline_run_id"], how="left", suffixes=("", "_before"))
    return pd.Series(
        [
            _range(row["commit_id_before"], row["commit_id"], "commit")
            or _range(row["version_before"], row["version"], "version")
            or "no commit is noted"
            for row in named.astype(object).to_dict("records")
        ],
        index=facts.index,
        dtype=object,
    )


def _range(before: object, now: object, noun: str) -> str:
    if not (isinstance(before, str) and isinstance(now, str) and before and now):
        return ""
    if before == now:
        return f"the {noun} is the same, {now[:ABBREVIATED]}"
    return f"{noun}s {before[:ABBREVIATED]}..{now[:ABBREVIATED]}"


def part_of_suite_wide(facts: pd.DataFrame, points: pd.DataFrame) -> "pd.Series[str]":
    """For each change point the run of the confirmed suite-wide change that it is part of, or None.

    The nearest of the same quantity and direction, dated within six runs on the same machine.
    """
    wide = facts[facts["fact"].eq("suite_wide") & facts["state"].eq("confirmed")]
    if wide.empty:
        return pd.Series(None, index=facts.index, dtype=object)
    shifts = facts[facts["fact"].eq("change_point")]
    order = _places(points)
    of_series = points.drop_duplicates(["suite", "benchmark", "metric"])[
        ["suite", "benchmark", "metric", "quantity"]
    ]
    placed = shifts[["suite", "benchmark", "metric", "run_id", "movement"]].astype(object)
    placed = placed.reset_index(names="at").merge(of_series.astype(object), how="left")
    placed = placed.merge(order, on=SUITE_RUN, how="left")
    named = wide[[*SUITE_RUN, "metric", "movement"]].astype(object)
    named = named.merge(order, on=SUITE_RUN, how="left").rename(
        columns={"metric": "quantity", "run_id": "suite_wide_run_id", "place": "wide_place"}
    )
    keys = ["suite", "machine_fingerprint", "quantity", "movement"]
    near = placed.merge(named, on=keys)
    near = near.assign(distance=(near["place"] - near["wide_place"]).abs())
    near = near[near["distance"] <= AFTER].sort_values("distance", kind="stable")
    nearest = near.drop_duplicates("at").set_index("at")["suite_wide_run_id"]
    return nearest.reindex(facts.index).astype(object).where(lambda ids: ids.notna(), None)


def _places(points: pd.DataFrame) -> pd.DataFrame:
    """Number of each run among its suite's on its machine."""
    runs = points.drop_duplicates(SUITE_RUN)[[*SUITE_RUN, "machine_fingerprint", "ordered_at"]]
    runs = runs.sort_values(["ordered_at", "run_id"], kind="stable")
    place = runs.groupby(["suite", "machine_fingerprint"], sort=False).cumcount()
    of_run = runs.assign(place=place).drop(columns="ordered_at")
    return of_run.astype({"suite": object, "run_id": object, "machine_fingerprint": object})


def still_slower(points: pd.DataFrame, facts: pd.DataFrame) -> list[bool]:
    """Whether a suite is as a whole still slower than before each suite-wide change of `facts`.

    By its newest six runs on that machine: benchmarks may have recovered one after the other.
    """
    suites = list(times_of_suites(points))
    return [
        any(
            _is_slower(times, str(fact["run_id"]))
            for times in suites
            if (times.suite, times.quantity) == (fact["suite"], fact["metric"])
        )
        for fact in facts.to_dict("records")
    ]


def _is_slower(times: TimesOfSuite, run_id: str) -> bool:
    if run_id not in times.run_ids:
        return False
    at = times.run_ids.index(run_id)
    before, after = times.before().iloc[at], times.log_costs.iloc[at:].tail(AFTER).median()
    slower, _ = moved_together((after - before).to_frame().T, MINIMUM_EFFECT)
    return bool(slower.share[0] >= SHARE)
