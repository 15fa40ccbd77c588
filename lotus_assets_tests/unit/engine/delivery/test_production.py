"""Which deployments are production: three rules in order, and what rules files override."""

from typing import Any

import pandas as pd

from lotus_assets.engine.delivery.production import production_deployments, production_rules
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw, same_rows

PROJECTS = raw(
    "project_id path_with_namespace default_branch earlier_default_branch default_branch_since",
    [
        (1, "toman/core/checkout", "main", None, None),
        (2, "toman/core2/ledger", "main", None, None),
        (3, "toman/x", "trunk", "master", at("5")),
    ],
)
DEPLOYMENTS = (
    "project_id deployment_id pipeline_id environment environment_tier ref sha status "
    "created_at updated_at finished_at job_name"
)
PIPELINES = (
    "project_id pipeline_id ref sha source name status created_at updated_at finished_at "
    "environment parent_pipeline_id"
)
JOBS = "pipeline_id kind is_manual allow_failure finished_at"
TIMEZONE = "Europe/Amsterdam"
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
        "deploy",
    )


def pipeline(number: int, ref: str, **other: Any) -> tuple[Any, ...]:
    row = {"status": "success", "source": "push", "project": 1, "name": None, "parent": None}
    row |= {"created": "1"} | other
    finish = at(str(row.get("finish", f"{number} 10:00")))
    key = (row["project"], number + 100, ref, f"s{number}", row["source"], row["name"])
    times = (at(str(row["created"])), at("28"), finish)
    return (*key, row["status"], *times, None, row["parent"])


def production(
    deployments: list[tuple[Any, ...]] | None = None,
    pipelines: list[tuple[Any, ...]] | None = None,
    tags: list[tuple[Any, ...]] | None = None,
    overrides: list[dict[str, Any]] | None = None,
) -> pd.DataFrame:
    listed = raw(DEPLOYMENTS, deployments or [])
    dated = [tag if len(tag) > 2 else (*tag, "1") for tag in tags or []]
    releases = raw(RELEASES, [(*tag[:2], at(tag[2]), at("1"), None) for tag in dated])
    rules = production_rules(PROJECTS, pd.DataFrame(overrides) if overrides else None)
    return production_deployments(
        raw(PIPELINES, pipelines or []), raw(JOBS), listed, releases, rules, TIMEZONE
    )


def test_tier_production_or_with_no_tier_a_production_name() -> None:
    names = ["prod", "production/eu", "live-1", "products", "staging", "review/prod"]
    rows = [deployment(number, name, None) for number, name in enumerate(names, 1)]
    rows += [deployment(7, "anything", "production"), deployment(8, "prod", "staging")]

    assert production(rows)["deployment_id"].tolist() == [1, 2, 3, 7]


def test_a_deployment_that_failed_neither_counts_nor_chooses_the_rule() -> None:
    rows = [deployment(2, "prod", None, status="failed")]

    assert production(rows, [pipeline(3, "main")])["rule"].tolist() == ["default_branch"]


def test_a_rule_applies_from_the_local_day_of_its_first_thing_on() -> None:
    # A release on the 5th, 23:30 in Amsterdam; a deployment on the 9th.
    pipelines = [
        pipeline(3, "main"),
        pipeline(5, "main", finish="4 22:59"),  # the 4th at 23:59 in Amsterdam
        pipeline(6, "main", finish="4 23:01"),
        pipeline(7, "v1"),
        pipeline(4, "v1", finish="4 10:00"),
        pipeline(8, "main"),
        pipeline(9, "v1", finish="9 20:00"),
        pipeline(10, "main"),
    ]

    found = production([deployment(9, "prod", None, sha="s8")], pipelines, [(1, "v1", "5 22:30")])

    kinds = list(zip(found["rule"], found["pipeline_id"] - 100, strict=True))
    # Number 9 is the pipeline of the deployment: it counts once, by the first rule.
    assert kinds == [
        ("default_branch", 3),
        ("default_branch", 5),
        ("releases", 7),
        ("environments", 9),
    ]


def test_an_override_applies_to_all_days() -> None:
    rows = [deployment(9, "prod", None)]
    override = [{"path": "toman", "rule": "environments", "environments": ["PROD"]}]

    found = production(rows, [pipeline(3, "main")], None, override)

    assert found["deployment_id"].tolist() == [9]


def test_a_pipeline_counts_once_by_the_lowest_rule() -> None:
    # The pipeline ended the day before its optional deployment, and a child of it deployed.
    pipelines = [
        pipeline(4, "main", finish="3 10:00"),
        pipeline(5, "main", source="parent_pipeline", parent=104),
        pipeline(2, "main"),
    ]

    found = production([deployment(5, "prod", None)], pipelines)

    assert found[["pipeline_id", "topmost_pipeline_id"]].to_numpy().tolist() == [
        [102, 102],
        [105, 104],
    ]


def test_schedules_deploy_nothing_new_and_the_default_branch_is_that_of_then() -> None:
    sources = ["push", "web", "api", "trigger", "chat", "merge_train"]
    pipelines = [
        pipeline(number, "main", source=source) for number, source in enumerate(sources, 1)
    ]
    pipelines += [pipeline(8, "main", source="schedule"), pipeline(9, "main", source="pipeline")]
    pipelines += [pipeline(10, "master", project=3, created="4")]
    pipelines += [pipeline(11, "master", project=3, created="6")]

    found = production(None, pipelines)

    assert found["pipeline_id"].tolist() == [101, 102, 103, 104, 105, 106, 110]


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
