"""Seconds of the commit graph at full scale, and at twice that."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets.engine.delivery.commit_graph import CommitGraph

SIZES = [100_000, 200_000]


def monorepo(size: int) -> tuple[NDArray[np.str_], list[list[str]]]:
    """One project, the worst case: runs of two branch commits, each run merged into main."""
    ids = np.char.add("sha", np.arange(size).astype(str))
    names = ids.tolist()
    parents: list[list[str]] = [[]]
    for number in range(1, size):
        step = number % 4  # main commit, branch commit, branch commit, merge
        main = names[number - 1] if step != 3 else names[number - 3]
        parents.append([main, names[number - 1]] if step == 3 else [main])
    return ids, parents


@pytest.mark.parametrize("size", SIZES)
def test_building(benchmark: BenchmarkFixture, size: int) -> None:
    """A graph is built of commits; by their number."""
    ids, parents = monorepo(size)
    graph = benchmark(CommitGraph, ids, parents)
    assert graph.is_known(["sha0"]).all()


@pytest.mark.parametrize("size", SIZES)
def test_neighbouring_pairs(benchmark: BenchmarkFixture, size: int) -> None:
    """Ancestry of neighbouring commits.

    Three head changes for each of size/10 merge requests, as force-pushes ask.
    """
    ids, parents = monorepo(size)
    graph = CommitGraph(ids, parents)
    older = np.random.default_rng(1).integers(0, size - 200, size * 3 // 10)
    answers = benchmark(graph.is_ancestor, ids[older], ids[older + 150])
    assert not answers.isna().any()


@pytest.mark.parametrize("size", SIZES)
def test_far_pairs(benchmark: BenchmarkFixture, size: int) -> None:
    """Ancestry of commits that lie far apart: no locality to gain from."""
    ids, parents = monorepo(size)
    graph = CommitGraph(ids, parents)
    older, newer = np.random.default_rng(1).integers(0, size, (2, size // 10))
    answers = benchmark(graph.is_ancestor, ids[older], ids[newer])
    assert not answers.isna().any()


@pytest.mark.parametrize("size", SIZES)
def test_first_deployment_of_each_merge(benchmark: BenchmarkFixture, size: int) -> None:
    """The first deployment that holds each merge is found; by the number of commits."""
    ids, parents = monorepo(size)
    graph = CommitGraph(ids, parents)
    tips = pd.DataFrame({"line": 1, "commit_id": ids[::40]})
    commits = pd.DataFrame({"line": 1, "commit_id": ids[3::10]})
    found = benchmark(graph.first_tip_containing, tips, commits)
    assert (found >= 0).sum() > len(commits) * 0.9
