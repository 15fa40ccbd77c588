"""Change points of series, and what may be one (docs/PERFORMANCE.md, "What is found").

`ruptures`' KernelCPD with the linear kernel on log costs, scaled by their median absolute
deviation: the cost of a segment is its sum of squares in units of the noise, so that a penalty is
what a change must explain. Never divided by a calibration benchmark.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lotus_assets.engine.speed.facts import (
    SERIES,
    Floats,
    change,
    comparable,
    exponential,
    facts_of,
    finite,
    times_worse,
)
from lotus_assets.engine.speed.noise import MACHINE, NORMAL
from lotus_assets.engine.speed.threshold import rerun_ratios

PENALTIES: Mapping[str, float] = {"sensitive": 10.0, "loud": 25.0}
MINIMUM_EFFECT = 0.05
MINIMUM_AFTER = 6
MEDIAN_OF = 10
SIGNIFICANCE: Mapping[str, float] = {"sensitive": 0.01, "loud": 0.0001}
"""p of the Mann-Whitney test below which a change is confirmed.

A suite has some hundred series, and each is judged anew with every run: 0.01 for one of them is a
false alarm every few days. So the loud list takes the hundredth part of it (Bonferroni).
"""
NOISE_SIGMAS = 3.0
FEWEST_AA_RUNS = 5
"""A deviation worked out from fewer says little, and too large a one would hide every change."""
SMALLEST_SCALE = 1e-3
"""Relative noise that is taken at least: clocks and allocators are not finer."""


ONE_LEVEL = 2 / 3
"""Share of a segment's points on one side of the middle from which on it is one level."""
Span = tuple[int, int]
"""Points from the first to before the second."""


@dataclass(frozen=True)
class Detection:
    """What counts as a change point, and how sure one is of it."""

    penalties: Mapping[str, float]
    significance: Mapping[str, float]
    minimum_effect: float
    minimum_after: int
    median_of: int


def change_point_facts(
    points: pd.DataFrame,
    reruns: pd.DataFrame,
    noise: pd.DataFrame,
    *,
    penalties: Mapping[str, float] = PENALTIES,
    significance: Mapping[str, float] = SIGNIFICANCE,
    minimum_effect: float = MINIMUM_EFFECT,
    minimum_after: int = MINIMUM_AFTER,
    median_of: int = MEDIAN_OF,
) -> pd.DataFrame:
    """Changes of level with enough points after them, and newest points that may be one.

    `noise`: see `noise_floor`; a change counts from `minimum_effect` on, or from three standard
    deviations of the A/A noise where that is more and follows from five runs at least.
    `confirmed`: a change point with at least `minimum_after` points in the segments before and
    after it, whose values differ by Mann-Whitney (p below the list's `significance`); `candidate`
    without that. A newest run that is off the median of the last `median_of` is `unconfirmed`
    until there are points enough; re-runs make it a `candidate` or refute it.
    """
    judged = comparable(points)
    judged["limit"] = _limits(judged, noise, minimum_effect)
    detection = Detection(penalties, significance, minimum_effect, minimum_after, median_of)
    rows: list[dict[str, object]] = []
    for _, series in judged.groupby([*SERIES, "epoch"], sort=False):
        rows += _of_series(series, detection)
    newest = pd.DataFrame(_newest(judged, detection))
    if len(newest):
        again = rerun_ratios(newest, reruns)
        is_worse = newest["movement"].eq("slower")
        is_there = np.where(is_worse, again > newest["limit"], again < 1 / newest["limit"])
        newest["state"] = np.where(
            again.isna(), "unconfirmed", np.where(is_there, "candidate", "refuted")
        )
    return pd.concat([facts_of(rows), facts_of(newest)], ignore_index=True)


def fewest_runs(significance: float = SIGNIFICANCE["loud"]) -> int:
    """Runs in an epoch from which on a change can be confirmed, with `MINIMUM_AFTER` either side.

    Of n runs in two halves without a tie, Mann-Whitney's least p (two-sided) is 2 ÷ (n over n/2).
    """
    return next(
        count
        for count in itertools.count(2 * MINIMUM_AFTER)
        if 2 / math.comb(count, count // 2) < significance
    )


def _limits(points: pd.DataFrame, noise: pd.DataFrame, minimum_effect: float) -> Floats:
    """The smallest ratio of each point's series that counts, above 1."""
    if noise.empty:
        return np.full(len(points), 1.0 + minimum_effect)
    known = noise[noise["runs"] >= FEWEST_AA_RUNS]
    floor = known[[*MACHINE, "relative_mad"]].astype(dict.fromkeys(MACHINE, object))
    joined = points[MACHINE].astype(object).merge(floor, on=MACHINE, how="left")
    scatter = NOISE_SIGMAS * NORMAL * joined["relative_mad"].fillna(0.0).to_numpy(np.float64)
    limits: Floats = 1.0 + np.maximum(minimum_effect, scatter)
    return limits


def scaled(log_costs: Floats) -> Floats:
    """Distances from the median in standard deviations of the noise, by a MAD.

    It is the MAD of the differences between neighbours (of which each holds the noise twice): a
    change of level halfway would make the MAD of the values themselves as large as itself, and so
    hide behind it, whatever its size.
    """
    steps = np.diff(log_costs)
    deviation = NORMAL * float(np.median(np.abs(steps - np.median(steps)))) / np.sqrt(2)
    result: Floats = (log_costs - np.median(log_costs)) / max(deviation, SMALLEST_SCALE)
    return result


def _breakpoints(log_costs: Floats, penalties: Iterable[float], least: int) -> list[list[int]]:
    """For each penalty where segments begin: 0, every change point, then the number of points.

    Segments have `least` points: a blip of fewer is no level.
    """
    # Half a second to import; most of the graph needs it never.
    from ruptures import KernelCPD

    signal = scaled(log_costs).reshape(-1, 1)
    fitted = KernelCPD(kernel="linear", min_size=least).fit(signal)
    return [[0, *fitted.predict(pen=penalty)] for penalty in penalties]


def _of_series(series: pd.DataFrame, detection: Detection) -> Iterator[dict[str, object]]:
    """Facts of one epoch of one series."""
    if len(series) < 2 * detection.minimum_after:
        return
    costs = series["log_cost"].to_numpy(np.float64)
    limit = np.log(float(series["limit"].iloc[0]))
    breakpoints = _breakpoints(costs, detection.penalties.values(), detection.minimum_after)
    for name, edges in zip(detection.penalties, breakpoints, strict=True):
        for before, after in _level_changes(costs, edges, detection.minimum_after):
            distance = float(np.median(costs[slice(*after)]) - np.median(costs[slice(*before)]))
            if abs(distance) > limit:
                significance = detection.significance[name]
                yield {"list": name, **_level_fact(series, before, after, distance, significance)}


def _level_fact(
    series: pd.DataFrame, before: Span, after: Span, distance: float, significance: float
) -> dict[str, object]:
    """A change of level by `distance` (of logarithms) from the points `before` to those `after`."""
    # A third of a second to import; only long series get here.
    from scipy.stats import mannwhitneyu

    costs = series["log_cost"].to_numpy(np.float64)
    values = series["value"].to_numpy(np.float64)
    runs = series["run_id"].to_numpy(object)
    first = series.iloc[0]
    level, baseline = (float(np.median(values[slice(*span)])) for span in (after, before))
    ratio = float(ratios(distance, level, baseline, first["direction"] == "higher"))
    p_value = float(mannwhitneyu(costs[slice(*before)], costs[slice(*after)]).pvalue)
    points_before, points_after = before[1] - before[0], after[1] - after[0]
    return {
        **{column: first[column] for column in (*SERIES, "epoch")},
        "fact": "change_point",
        "run_id": runs[after[0]],
        "baseline_run_id": runs[after[0] - 1],
        "value": level,
        "baseline_value": baseline,
        "ratio": ratio,
        "limit": first["limit"],
        "p_value": p_value,
        "points_before": points_before,
        "points_after": points_after,
        "movement": "slower" if distance > 0 else "faster",
        "state": "confirmed" if p_value < significance else "candidate",
        "reason": f"{change(level, baseline, ratio, first['quantity'])} since this run: median of "
        f"{points_after} points after against {points_before} before, "
        f"Mann-Whitney p = {p_value:.2g}",
    }


def ratios(
    distance: ArrayLike, level: ArrayLike, baseline: ArrayLike, is_higher: ArrayLike
) -> Floats:
    """How many times worse a level is; NaN where it came of nothing.

    `distance` is that of the logarithms, in which a zero has a size that says nothing.
    """
    levels, baselines = np.asarray(level, np.float64), np.asarray(baseline, np.float64)
    is_known = (levels > 0) & (baselines > 0)
    plain = finite(times_worse(levels, baselines, is_higher))
    known: Floats = np.where(is_known, exponential(distance), plain)
    return known


def _level_changes(costs: Floats, edges: list[int], least: int) -> Iterator[tuple[Span, Span]]:
    """Neighbouring levels: the points before and after each change.

    A segment cannot be shorter than `least`, so that a blip fills it up with what lies beside it:
    a segment whose points do not lie on one side of the middle is no level and is passed over.
    """
    level = (edges[0], edges[1])
    for edge, end in pairwise(edges[1:]):
        before, after = costs[slice(*level)], costs[edge:end]
        centre = float(np.median(before))
        sign = 1.0 if np.median(after) > centre else -1.0
        middle = (centre + float(np.median(after))) / 2
        is_beyond = sign * (after - middle) > 0
        begin = edge + int(np.argmax(is_beyond))
        if end - begin < least or is_beyond[begin - edge :].mean() < ONE_LEVEL:
            continue
        if (sign * (before - middle) < 0).mean() >= ONE_LEVEL:
            yield level, (begin, end)
        level = (begin, end)


def _newest(points: pd.DataFrame, detection: Detection) -> pd.DataFrame:
    """Newest points that are off the median of the points before them, by list.

    A single point's distance, squared, in standard deviations of these points is what it adds to
    the cost of a segment: the lists' penalties are its thresholds too.
    """
    series = points.groupby([*SERIES, "epoch"], sort=False)
    last = points[series.cumcount(ascending=False) == 0]
    # Only the newest epoch of a series has a newest run.
    last = last[last.groupby(SERIES, sort=False)["position"].transform("max") == last["position"]]
    from_end = series.cumcount(ascending=False).to_numpy()
    window = points[(from_end >= 1) & (from_end <= detection.median_of)].copy()
    groups = window.groupby([*SERIES, "epoch"], sort=False)
    window["deviation"] = (window["log_cost"] - groups["log_cost"].transform("median")).abs()
    level = groups.agg(
        baseline_value=("value", "median"),
        log_level=("log_cost", "median"),
        mad=("deviation", "median"),
        points_before=("value", "size"),
        baseline_run_id=("run_id", "last"),
    ).reset_index()
    level = level[level["points_before"] >= detection.minimum_after]
    joined = last.merge(level, on=[*SERIES, "epoch"])
    distance = joined["log_cost"] - joined["log_level"]
    joined["ratio"] = ratios(
        distance, joined["value"], joined["baseline_value"], joined["direction"].eq("higher")
    )
    joined["movement"] = np.where(distance > 0, "slower", "faster")
    sigma = np.maximum(NORMAL * joined["mad"], SMALLEST_SCALE)
    joined["squared"] = (distance / sigma) ** 2
    joined["points_after"] = 1
    is_off = distance.abs() > np.log(joined["limit"])
    facts = [
        joined[is_off & (joined["squared"] > penalty)].assign(list=name)
        for name, penalty in detection.penalties.items()
    ]
    rows = pd.concat(facts, ignore_index=True)
    figures = rows[["value", "baseline_value", "ratio", "quantity"]].to_numpy(object)
    told: pd.DataFrame = rows.assign(
        fact="change_point",
        reason=[
            f"{change(*row)}, against the median of the last {count} points; fewer than "
            f"{detection.minimum_after} points tell whether it stays"
            for row, count in zip(figures, rows["points_before"], strict=True)
        ],
    )
    return told
