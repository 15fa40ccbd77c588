"""Which deployments are production: three rules in order, and what rules files override."""

from typing import Any

import pandas as pd

from lotus_assets.engine.delivery.production import production_deployments, production_rules
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw, same_rows

PROJECTS = raw(
    "project_id path_with_namespace default_branch",
    [
        (1, "toman/core/checkout", "main"),
        (2, "toman/core2/ledger", "main"),
        (3, "toman/x", "trunk"),
    ],
)
DEPLOYMENTS = (
    "project_id deployment_id pipeline_id environment environment_tier ref sha status "
    "created_at updated_at finished_at"
)
PIPELINES = (
    "project_id pipeline_id ref sha source name status created_at updated_at finished_at "
    "environment"
)
RELEASES = "project_id tag_name released_at created_at vanished_at"


def deployment(number: int, environment: str, tier: str | None, **other: Any) -> tuple[Any, ...]:
    row: dict[str, Any] = {"status": "success", "ref": "main", "finish": f"{number} 10:00"}
    row |= {"project": 1, "sha": f"s{number}", "created": "1"} | other
    return (
        row["project"],
        number,
        number + 100,
        environment,
        tier,
        row["ref"],
        row["sha"],
        row["status"],
        at(row["created"]),
        at("28"),
        row["finish"] and at(row["finish"]),
    )


def pipeline(number: int, ref: str, **other: Any) -> tuple[Any, ...]:
    row = {"status": "success", "source": "push", "project": 1, "name": None} | other
    finish = at(f"{number} 10:00")
    key = (row["project"], number + 100, ref, f"s{number}", row["source"], row["name"])
    return (*key, row["status"], at("1"), at("28"), finish, None)


def production(
    deployments: list[tuple[Any, ...]] | None = None,
    pipelines: list[tuple[Any, ...]] | None = None,
    tags: list[tuple[int, str]] | None = None,
    overrides: list[dict[str, Any]] | None = None,
) -> pd.DataFrame:
    listed = raw(DEPLOYMENTS, deployments or [])
    releases = raw(RELEASES, [(*tag, at("1"), at("1"), None) for tag in tags or []])
    chosen = pd.DataFrame(overrides) if overrides else None
    rules = production_rules(PROJECTS, listed, releases, chosen)
    return production_deployments(raw(PIPELINES, pipelines or []), listed, releases, rules)


def test_tier_production_or_with_no_tier_a_production_name() -> None:
    names = ["prod", "production/eu", "live-1", "products", "staging", "review/prod"]
    rows = [deployment(number, name, None) for number, name in enumerate(names, 1)]
    rows += [deployment(7, "anything", "production"), deployment(8, "prod", "staging")]

    assert production(rows)["deployment_id"].tolist() == [1, 2, 3, 7]


def test_only_successful_deployments_count_but_a_failed_one_chooses_the_rule() -> None:
    rows = [deployment(2, "prod", None, status="failed")]

    assert production(rows, [pipeline(3, "main")]).empty


def test_deployments_name_the_pipeline_that_ran_them() -> None:
    found = production(
        [deployment(2, "prod", None), deployment(3, "staging", "staging")],
        [pipeline(2, "main", name="ship"), pipeline(3, "main")],
    )

    assert found[["pipeline_id", "pipeline_name"]].to_numpy().tolist() == [[102, "ship"]]
    assert found["rule"].tolist() == ["environments"]


def test_releases_come_second_then_the_default_branch() -> None:
    pipelines = [
        pipeline(2, "main"),
        pipeline(3, "v1.0.0"),
        pipeline(4, "v1.0.0", status="failed"),
        pipeline(5, "v1.0.0", source="parent_pipeline"),
        pipeline(6, "v0.9.0"),
        pipeline(7, "trunk", project=3, name="ship"),
        pipeline(8, "main", project=3),
        pipeline(9, "trunk", project=3, source="parent_pipeline"),
        pipeline(10, "trunk", project=3, status="canceled"),
    ]

    found = production(pipelines=pipelines, tags=[(1, "v1.0.0"), (2, "v0.9.0")])

    assert found["pipeline_id"].tolist() == [103, 107]
    assert found["rule"].tolist() == ["releases", "default_branch"]
    assert found["pipeline_name"].fillna("").tolist() == ["", "ship"]
    assert found[["deployment_id", "environment"]].isna().all(axis=None)


def test_the_longest_path_prefix_overrides_and_ends_at_a_slash() -> None:
    rows = [
        deployment(2, "prod-eu", None),
        deployment(3, "prod-us", None),
        deployment(4, "prod-us", None, project=2),
    ]
    overrides: list[dict[str, Any]] = [
        {"path": "toman/core/checkout", "rule": "environments", "environments": ["prod-eu"]},
        {"path": "toman/core", "rule": "default_branch", "environments": None},
    ]

    found = production(rows, [pipeline(5, "main"), pipeline(6, "main", project=2)], None, overrides)

    assert found["deployment_id"].tolist() == [2, 4]


def test_an_override_of_a_group_holds_for_its_projects() -> None:
    rows = [deployment(2, "prod", None)]

    found = production(
        rows, [pipeline(5, "main")], None, [{"path": "toman", "rule": "default_branch"}]
    )

    assert found["pipeline_id"].tolist() == [105]


def test_environments_alone_mean_the_environments_rule() -> None:
    rows = [deployment(2, "blue", "staging"), deployment(3, "prod", "production")]

    found = production(rows, overrides=[{"path": "toman/core/checkout", "environments": ["blue"]}])

    assert found["deployment_id"].tolist() == [2]


def test_a_ref_pattern_replaces_the_ref_test_and_narrows_environments() -> None:
    pipelines = [pipeline(2, "main"), pipeline(3, "release/1")]
    rows = [deployment(4, "prod", None), deployment(5, "prod", None, ref="release/2")]
    pattern = {"path": "toman", "ref_pattern": "^release/"}

    by_branch = production(None, pipelines, None, [pattern | {"rule": "default_branch"}])
    by_environment = production(rows, None, None, [pattern | {"rule": "environments"}])

    assert by_branch["pipeline_id"].tolist() == [103]
    assert by_environment["deployment_id"].tolist() == [5]


def test_a_finish_that_is_missing_or_contradictory_is_named() -> None:
    rows = [
        deployment(2, "prod", None, finish=None),
        deployment(3, "prod", None, created="5"),
        deployment(4, "prod", None, sha=None),
    ]

    found = production(rows).set_index("deployment_id")

    assert found["reason"].to_dict() == {
        2: "finished_at_missing",
        3: "finished_before_created",
        4: "sha_missing",
    }
    assert found["finished_at"].isna().to_dict() == {2: True, 3: True, 4: False}
    assert found.loc[2, "deployed_at"] == at("28")


def test_row_order_does_not_matter() -> None:
    rows = [deployment(n, "prod", None, finish="9 10:00") for n in range(1, 9)]

    pd.testing.assert_frame_equal(production(rows), production(rows[::-1]))
    assert same_rows(production(rows), production(rows[4:] + rows[:4]))
