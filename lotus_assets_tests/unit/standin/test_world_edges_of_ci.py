"""Every edge that a collector must survive is somewhere in the default world: what CI does."""

from collections import Counter

from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.unit.standin.edges import is_ancestor, jobs, project, requests


def test_environments_with_and_without_tier(edges: Store) -> None:
    environments = {
        (environment["name"], environment["tier"])
        for data in edges.projects.values()
        for environment in data.environments
    }
    assert {
        ("production", "production"),
        ("production", None),
        ("prod/eu", "production"),
        ("prod/eu", None),
        ("staging", "staging"),
        ("staging", None),
    } <= environments


def test_rollbacks_deploy_older_commits(edges: Store) -> None:
    rollbacks = 0
    for data in edges.projects.values():
        last: dict[str, str] = {}
        for item in sorted(data.deployments, key=lambda entry: str(entry["updated_at"])):
            environment = item["environment"]["name"]
            if item["status"] != "success" or environment == "staging":
                continue
            before = last.get(environment)
            if before and before != item["sha"]:
                rollbacks += is_ancestor(data, item["sha"], before)
            last[environment] = item["sha"]
    assert rollbacks >= 5


def test_rollback_by_name(edges: Store) -> None:
    pipelines = [item for data in edges.projects.values() for item in data.pipelines.values()]
    assert any(item["ref"].startswith("rollback/") for item in pipelines)
    assert any((item["name"] or "").startswith("Revert") for item in pipelines)
    played = [
        job
        for job in jobs(edges)
        if job["name"] == "rollback-production" and job["status"] == "success"
    ]
    assert played


def test_red_pipelines_turn_green_later(edges: Store) -> None:
    turned = 0
    for data in edges.projects.values():
        red: set[str] = set()
        for item in data.pipelines.values():
            if item["status"] == "failed":
                red.add(item["ref"])
            elif item["status"] == "success" and item["ref"] in red:
                red.remove(item["ref"])
                turned += 1
    assert turned >= 20
    pipelines = [item for data in edges.projects.values() for item in data.pipelines.values()]
    assert sum(item["status"] == "canceled" for item in pipelines) >= 20


def test_child_pipelines_hang_on_bridges(edges: Store) -> None:
    data = project(edges, "toman/exchange/market-data")
    bridges = [job for job in jobs(edges) if job["kind"] == "bridge"]
    assert {job["name"] for job in bridges} == {"feeds"}
    bridges = [job for job in bridges if job["status"] == "success"]
    assert len(bridges) >= 50
    for bridge in bridges:
        child = data.pipelines[bridge["downstream_pipeline"]["id"]]
        assert child["source"] == "parent_pipeline"
        assert child["id"] > bridge["pipeline"]["id"]


def test_flaky_jobs_are_retried_on_the_same_commit(edges: Store) -> None:
    flaky = 0
    for data in edges.projects.values():
        for entries in data.jobs.values():
            failed = {
                (job["name"], job["pipeline"]["sha"])
                for job in entries
                if job["retried"] and job["status"] == "failed"
            }
            passed = {
                (job["name"], job["pipeline"]["sha"])
                for job in entries
                if not job["retried"] and job["status"] == "success"
            }
            flaky += len(failed & passed)
    assert flaky >= 50


def test_needs_in_all_three_forms(edges: Store) -> None:
    forms = Counter(
        "undeclared" if job["needs"] is None else "empty" if job["needs"] == [] else "declared"
        for job in jobs(edges)
    )
    assert min(forms["undeclared"], forms["empty"], forms["declared"]) > 100
    for job in jobs(edges):
        assert job["scheduling_type"] == ("stage" if job["needs"] is None else "dag")


def test_manual_jobs_are_pressed_on_a_later_day(edges: Store) -> None:
    later = [
        job
        for job in jobs(edges)
        if job["name"] == "deploy-production"
        and job["started_at"]
        and job["started_at"][:10] > job["created_at"][:10]
    ]
    assert len(later) >= 20
    for job in later:
        assert job["pipeline"]["updated_at"] >= job["started_at"]
    assert any(job["status"] == "manual" for job in jobs(edges))


def test_bad_rows_are_few_and_old(edges: Store) -> None:
    merged = [item for _, item in requests(edges) if item["state"] == "merged"]
    undated = [item for item in merged if item["merged_at"] is None]
    pipelines = [item for data in edges.projects.values() for item in data.pipelines.values()]
    strange = [item for item in pipelines if item["source"] == "crystal_ball"]
    negative = [item for item in pipelines if (item["duration"] or 0) < 0]
    deployments = [item for data in edges.projects.values() for item in data.deployments]
    levitating = [item for item in deployments if item["status"] == "levitating"]
    backwards = [job for job in jobs(edges) if (job["duration"] or 0) < 0]
    counts = list(map(len, (undated, strange, negative, levitating, backwards)))
    assert counts == [3, 2, 2, 2, 2]
    assert len(undated) / len(merged) < 0.005
    assert (len(strange) + len(negative)) / len(pipelines) < 0.005
    assert len(levitating) / len(deployments) < 0.005
    for item in (*undated, *strange, *negative, *levitating):
        assert item["updated_at"] < "2026-01-15"
