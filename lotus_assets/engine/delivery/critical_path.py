"""The critical path of every pipeline at once: the longest path through its jobs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.json_lists import exploded, parsed_lists
from lotus_assets.engine.delivery.pipelines import is_build
from lotus_assets.engine.delivery.reasons import joined_reasons

Codes = NDArray[np.int64]


def last_runs(jobs: pd.DataFrame) -> pd.DataFrame:
    """The rows of `raw_job` that count: of each name in a pipeline the newest run, no bridges."""
    ordered = jobs[is_build(jobs)].sort_values("job_id", kind="stable")
    names = pd.factorize(ordered["name"])[0]
    key = _pair_code(ordered["pipeline_id"], names)
    return ordered[~pd.Series(key).duplicated(keep="last").to_numpy()].reset_index(drop=True)


def critical_paths(jobs: pd.DataFrame) -> pd.DataFrame:
    """The longest path through each pipeline's jobs, in seconds.

    Edges are `needs` where declared (`[]`: no predecessor), else every job of the preceding stage
    that has jobs; a job weighs its last run's `duration_sec`, 0 if it has none; bridges are left
    out.

    One row for each pipeline with such a job, by pipeline_id: critical_path_sec; job_count;
    unknown_need_count, the needs that name no job of the pipeline (legal when optional); reason:
    `needs_cycle` (then there is no path) and `negative_duration` (the job weighs 0).
    """
    runs = last_runs(jobs)
    pipelines, pipeline_ids = pd.factorize(runs["pipeline_id"], sort=True)
    seconds = runs["duration_sec"].astype("Float64").fillna(0).to_numpy(dtype=float)
    barriers, before, after = _stage_barriers(pipelines, runs["stage_index"])
    needs = parsed_lists(runs["needs"])
    is_declared = np.fromiter((need is not None for need in needs), bool, len(needs))
    needing, needed, unknown = _need_edges(pipelines, runs["name"], needs)
    job_nodes = np.arange(len(runs))
    waits = ~is_declared & (before >= 0)
    sources = np.concatenate([needed, job_nodes, before[waits] + len(runs)])
    targets = np.concatenate([needing, after + len(runs), job_nodes[waits]])
    weights = np.concatenate([np.maximum(seconds, 0), np.zeros(barriers)])
    finish, is_ordered = _longest_paths(weights, sources, targets)

    count = len(pipeline_ids)
    longest = np.zeros(count)
    np.maximum.at(longest, pipelines, finish[: len(runs)])
    has_cycle = np.zeros(count, dtype=bool)
    has_cycle[pipelines[~is_ordered[: len(runs)]]] = True
    has_negative = np.zeros(count, dtype=bool)
    has_negative[pipelines[seconds < 0]] = True
    result = pd.DataFrame({"pipeline_id": pipeline_ids})
    result["critical_path_sec"] = pd.Series(longest, dtype="Float64").mask(has_cycle)
    result["job_count"] = np.bincount(pipelines, minlength=count)
    result["unknown_need_count"] = np.bincount(pipelines[unknown], minlength=count)
    result["reason"] = joined_reasons(
        result.index, {"needs_cycle": has_cycle, "negative_duration": has_negative}
    )
    return result


def _pair_code(first: pd.Series | Codes, second: Codes) -> Codes:
    """One integer for each pair; -1 in either part is a value of its own."""
    codes = pd.factorize(first)[0].astype(np.int64)
    return (codes + 1) * (int(second.max(initial=0)) + 2) + second + 1


def _stage_barriers(pipelines: Codes, stage_index: pd.Series) -> tuple[int, Codes, Codes]:
    """(number of stages that have jobs, the barrier before each job or -1, the barrier after it).

    A barrier stands after each stage: its jobs lead to it, the next stage's jobs hang on it. So a
    stage of m jobs before one of n makes m + n edges instead of their product.
    """
    stage = stage_index.astype("Float64").fillna(-1).to_numpy(dtype=float)
    keys = np.rec.fromarrays([pipelines, stage])
    order = np.lexsort((stage, pipelines))
    opens = np.ones(len(keys), dtype=bool)
    opens[1:] = keys[order][1:] != keys[order][:-1]
    after = np.empty(len(keys), dtype=np.int64)
    after[order] = np.cumsum(opens) - 1
    pipeline_of_barrier = pipelines[order][opens]
    has_before = np.zeros(len(pipeline_of_barrier), dtype=bool)
    has_before[1:] = pipeline_of_barrier[1:] == pipeline_of_barrier[:-1]
    before = np.where(has_before[after], after - 1, -1)
    return len(pipeline_of_barrier), before, after


def _need_edges(
    pipelines: Codes, names: pd.Series, needs: list[list[str] | None]
) -> tuple[Codes, Codes, Codes]:
    """(needing job, needed job) of every need that is met, and the needing jobs of the unmet."""
    needing, wanted = exploded(needs)
    codes, _ = pd.factorize(np.concatenate([names.to_numpy(dtype=object), wanted]))
    jobs = len(names)
    key = pipelines * (len(codes) + 1) + codes[:jobs]
    wanted_key = pipelines[needing] * (len(codes) + 1) + codes[jobs:]
    needed = pd.Index(key).get_indexer(pd.Index(wanted_key)).astype(np.int64)
    is_met = needed >= 0
    return needing[is_met], needed[is_met], needing[~is_met]


def _longest_paths(
    weights: NDArray[np.float64], sources: Codes, targets: Codes
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(weight of the heaviest path that ends with each node, whether the node was ordered).

    By topological levels (A. B. Kahn, 1962), all graphs together; each edge is looked at once.
    Nodes on a cycle, and those behind one, are never ordered.
    """
    order = np.argsort(sources, kind="stable")
    sources, targets = sources[order], targets[order]
    first = np.searchsorted(sources, np.arange(len(weights) + 1))
    missing = np.bincount(targets, minlength=len(weights))
    start = np.zeros(len(weights))
    finish = np.zeros(len(weights))
    is_ordered = np.zeros(len(weights), dtype=bool)
    for level in _levels(first, targets, missing):
        finish[level] = start[level] + weights[level]
        is_ordered[level] = True
        edges = _ranges(first[level], first[level + 1])
        np.maximum.at(start, targets[edges], finish[sources[edges]])
    return finish, is_ordered


def _levels(first: Codes, targets: Codes, missing: Codes) -> Iterator[Codes]:
    """The nodes whose predecessors were all yielded before; consumes `missing`."""
    level = np.flatnonzero(missing == 0)
    while len(level):
        yield level
        reached = targets[_ranges(first[level], first[level + 1])]
        np.subtract.at(missing, reached, 1)
        level = np.unique(reached[missing[reached] == 0])


def _ranges(starts: Codes, stops: Codes) -> Codes:
    """All of start … stop - 1 of each pair, one after the other."""
    lengths = stops - starts
    skipped = np.cumsum(lengths) - lengths
    return np.repeat(starts - skipped, lengths) + np.arange(int(lengths.sum()))
