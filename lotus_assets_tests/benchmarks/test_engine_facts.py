"""Seconds of every calculation over GitLab's entities at full scale, and twice that: linear."""

import pandas as pd
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets.engine.delivery.branch_lifetimes import branch_lifetimes
from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.critical_path import critical_paths
from lotus_assets.engine.delivery.flaky_jobs import finished_runs, flaky_groups
from lotus_assets.engine.delivery.git_hygiene import direct_pushes, protected_force_pushes
from lotus_assets.engine.delivery.issues import bug_issues, sla_issues
from lotus_assets.engine.delivery.lead_time import last_merged, lead_times
from lotus_assets.engine.delivery.pipelines import pipeline_facts
from lotus_assets.engine.delivery.production import production_deployments, production_rules
from lotus_assets.engine.delivery.production_visits import production_visits
from lotus_assets.engine.delivery.rollbacks import deleted_releases, rollbacks
from lotus_assets_tests.benchmarks.engine_world import EngineWorld

NO_RELEASES = pd.DataFrame(
    {
        "project_id": pd.Series(dtype="int64"),
        "tag_name": pd.Series(dtype="string"),
        **{
            column: pd.Series(dtype="datetime64[us, UTC]")
            for column in ("released_at", "created_at", "vanished_at")
        },
    }
)

ROLLBACK = "(?i)rollback|revert"


@pytest.fixture(scope="module", params=[1, 2], ids=["scale", "doubled"])
def world(request: pytest.FixtureRequest) -> EngineWorld:
    return EngineWorld(request.param)


@pytest.fixture(scope="module")
def graph(world: EngineWorld) -> CommitGraph:
    return CommitGraph(world.commits["commit_id"], world.commits["parent_ids"])


def _production(world: EngineWorld) -> pd.DataFrame:
    return production_deployments(
        world.pipelines,
        world.jobs,
        world.deployments,
        NO_RELEASES,
        production_rules(world.projects),
        "Europe/Amsterdam",
    )


@pytest.fixture(scope="module")
def production(world: EngineWorld) -> pd.DataFrame:
    return production_visits(_production(world), ROLLBACK)


def test_commit_graph(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """A graph is built of an organisation's commits."""
    commits = world.commits
    graph = benchmark(CommitGraph, commits["commit_id"], commits["parent_ids"])
    assert graph.has_whole_ancestry(commits["commit_id"]).all()


def test_pipeline_facts(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """Facts of pipelines are worked out of their jobs."""
    found = benchmark(pipeline_facts, world.pipelines, world.jobs)
    assert found["mtg_seconds"].notna().any()


def test_critical_paths(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """Critical paths of pipelines are found."""
    found = benchmark(critical_paths, world.jobs)
    assert found["critical_path_sec"].notna().all()


def test_flaky_jobs(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """Flaky jobs are found."""
    found = benchmark(lambda: flaky_groups(finished_runs(world.jobs, world.pipelines)))
    assert found["is_flaky"].any()


def test_production_deployments(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """Deployments to production are told from others."""
    found = benchmark(_production, world)
    assert len(found) == len(world.deployments)


def test_production_visits(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """Visits to production are made of deployments."""
    found = benchmark(production_visits, _production(world), ROLLBACK)
    assert found["is_counted"].all()


def test_rollbacks(
    benchmark: BenchmarkFixture, production: pd.DataFrame, graph: CommitGraph
) -> None:
    """Rollbacks are found among deployments to production."""
    deleted = deleted_releases(NO_RELEASES, NO_RELEASES)
    found = benchmark(rollbacks, production, graph, deleted, ROLLBACK)
    assert found["is_rollback"].notna().all()


def test_lead_times(
    benchmark: BenchmarkFixture, world: EngineWorld, production: pd.DataFrame, graph: CommitGraph
) -> None:
    """Lead times are worked out from first commit to production."""
    requests = world.merge_requests
    issues = requests[["project_id", "created_at"]].assign(
        issue_id=requests["mr_id"], iid=requests["mr_id"]
    )
    paths = world.projects.set_index("project_id")["path_with_namespace"]
    closing = pd.DataFrame(
        {
            "mr_id": requests["mr_id"],
            "issue_project_path": requests["project_id"].map(paths),
            "issue_iid": requests["mr_id"],
        }
    )
    found = benchmark(
        lambda: lead_times(
            last_merged(issues, world.projects, closing, requests),
            production,
            graph,
            world.projects,
        )
    )
    assert found["lead_time_hours"].notna().mean() > 0.5


def test_direct_pushes(benchmark: BenchmarkFixture, world: EngineWorld, graph: CommitGraph) -> None:
    """Direct pushes to default branches are found."""
    users = pd.DataFrame(
        {"user_id": range(500), "username": None, "name": None, "is_bot": False, "email_hash": None}
    )
    commits = world.merge_requests.rename(columns={"head_sha": "commit_id"})
    found = benchmark(
        direct_pushes,
        world.commits,
        world.merge_requests,
        commits[["project_id", "mr_id", "commit_id"]],
        world.push_events,
        world.projects,
        users,
        graph,
        ["^merge[-_]?bot$"],
    )
    assert len(found)


def test_protected_force_pushes(
    benchmark: BenchmarkFixture, world: EngineWorld, graph: CommitGraph
) -> None:
    """Force-pushes to protected branches are found."""
    protected = world.projects[["project_id"]].assign(name="ma*")
    found = benchmark(protected_force_pushes, world.push_events, protected, graph)
    assert not found["is_force_push"].any()


def test_branch_lifetimes(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """Lives of branches are worked out."""
    branches = pd.DataFrame(
        {
            "project_id": pd.Series(dtype="int64"),
            "branch": pd.Series(dtype="string"),
            "vanished_at": pd.Series(dtype="datetime64[us, UTC]"),
        }
    )
    requests = world.merge_requests
    found = benchmark(
        branch_lifetimes,
        requests.drop(columns="first_commit_at"),
        requests[["mr_id", "first_commit_at"]],
        world.push_events,
        branches,
        world.projects[["project_id"]].assign(name="main"),
        world.projects,
    )
    assert len(found) == len(requests)


def test_issues(benchmark: BenchmarkFixture, world: EngineWorld) -> None:
    """Issues are held against their targets, and escaped bugs are found."""
    requests = world.merge_requests
    labels = pd.Series(['["bug", "severity::1"]', '["a", "b", "c"]', "[]"] * len(requests))
    issues = pd.DataFrame(
        {
            "project_id": requests["project_id"],
            "issue_id": requests["mr_id"],
            "issue_type": "issue",
            "state": requests["merged_at"].isna().map({True: "opened", False: "closed"}),
            "created_at": requests["created_at"],
            "closed_at": requests["merged_at"],
            "labels": labels[: len(requests)],
        }
    )
    targets = pd.DataFrame({"label": ["severity::1"], "target_days": [2]})
    found = benchmark(
        lambda: (
            sla_issues(issues, targets),
            bug_issues(issues, NO_RELEASES, ["bug"], ["escaped"]),
        )
    )
    assert len(found[0]) == len(found[1])
