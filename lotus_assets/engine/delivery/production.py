"""Which deployments and pipelines are production: the first rule that applies to the project.

Everywhere here a *production deployment* is one row, whether GitLab recorded a deployment or a
successful pipeline stands for one.
"""

import pandas as pd

from lotus_assets.engine.delivery.durations import ends_before_start
from lotus_assets.engine.delivery.group_paths import longest_prefix
from lotus_assets.engine.delivery.patterns import matches_any
from lotus_assets.engine.delivery.pipelines import is_child
from lotus_assets.engine.delivery.reasons import joined_reasons

PRODUCTION_NAME = r"(?:prod|production|live)(?:[/-].*)?"
OVERRIDE_COLUMNS = ["path", "rule", "environments", "ref_pattern"]
COLUMNS = [
    "project_id",
    "deployment_id",
    "pipeline_id",
    "environment",
    "sha",
    "ref",
    "pipeline_name",
    "finished_at",
    "deployed_at",
    "rule",
    "reason",
]


def is_production_environment(deployments: pd.DataFrame) -> pd.Series:
    """Tier `production` or, with no tier, a production name, whatever its case."""
    tier = deployments["environment_tier"].replace("", None)
    is_named = deployments["environment"].str.fullmatch(PRODUCTION_NAME, case=False).fillna(False)
    return tier.eq("production").fillna(False).astype(bool) | (tier.isna() & is_named.astype(bool))


def production_rules(
    projects: pd.DataFrame,
    deployments: pd.DataFrame,
    releases: pd.DataFrame,
    overrides: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The rule of each project: `environments`, `releases` or `default_branch`.

    `projects` has project_id, path_with_namespace, default_branch; `overrides` has path, rule,
    environments (list or None) and ref_pattern (or None), the longest path prefix wins; one that
    names only environments means the rule `environments`. Columns: those of `projects`, rule,
    environments, ref_pattern.
    """
    deployed = deployments.loc[is_production_environment(deployments), "project_id"]
    rule = pd.Series("default_branch", index=projects.index, dtype=object)
    rule[projects["project_id"].isin(releases["project_id"])] = "releases"
    rule[projects["project_id"].isin(deployed)] = "environments"
    result = projects[["project_id", "path_with_namespace", "default_branch"]].copy()
    if overrides is None or overrides.empty:
        return result.assign(rule=rule, environments=None, ref_pattern=None)
    position = longest_prefix(projects["path_with_namespace"], overrides["path"])
    blank = pd.DataFrame([[None] * 4], columns=OVERRIDE_COLUMNS, index=[-1], dtype=object)
    listed = overrides.reset_index(drop=True).reindex(columns=OVERRIDE_COLUMNS).astype(object)
    chosen = pd.concat([listed, blank]).loc[position].set_axis(projects.index)
    only_environments = chosen["rule"].isna() & chosen["environments"].notna()
    chosen_rule = chosen["rule"].mask(only_environments, "environments")
    return result.assign(
        rule=chosen_rule.where(chosen_rule.notna(), rule),
        environments=chosen["environments"],
        ref_pattern=chosen["ref_pattern"].where(chosen["ref_pattern"].notna(), None),
    )


def production_deployments(
    pipelines: pd.DataFrame,
    deployments: pd.DataFrame,
    releases: pd.DataFrame,
    rules: pd.DataFrame,
) -> pd.DataFrame:
    """Every production deployment by its project's rule, in the order of deployment.

    `rules` as `production_rules` gives them: its projects alone are looked at. `releases` must
    hold vanished ones too: their pipelines did deploy. A rule's `ref_pattern` narrows
    `environments` and replaces the ref test of the two others.

    Columns: COLUMNS. deployment_id and environment are NULL where a pipeline stands for the
    deployment. deployed_at, by which rows are ordered and counted, is finished_at, else
    updated_at. reason: `finished_at_missing`; `finished_before_created` (finished_at is NULL
    then, so that no duration comes of it); `sha_missing`.
    """
    rows = pd.concat(
        [
            _by_environments(pipelines, deployments, rules[rules["rule"].eq("environments")]),
            _by_releases(pipelines, releases, rules[rules["rule"].eq("releases")]),
            _by_default_branch(pipelines, rules[rules["rule"].eq("default_branch")]),
        ],
        ignore_index=True,
    )
    is_contradictory = ends_before_start(rows["created_at"], rows["finished_at"])
    is_missing = rows["finished_at"].isna()
    rows["finished_at"] = rows["finished_at"].mask(is_contradictory)
    rows["deployed_at"] = rows["finished_at"].fillna(rows["updated_at"])
    rows["reason"] = joined_reasons(
        rows.index,
        {
            "finished_at_missing": is_missing,
            "finished_before_created": is_contradictory,
            "sha_missing": rows["sha"].isna(),
        },
    )
    order = ["project_id", "deployed_at", "deployment_id", "pipeline_id"]
    return rows.sort_values(order, kind="stable", ignore_index=True)[COLUMNS]


def _by_environments(
    pipelines: pd.DataFrame, deployments: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    succeeded = deployments[deployments["status"].eq("success").fillna(False).astype(bool)]
    columns = ["project_id", "rule", "environments", "ref_pattern"]
    rows = succeeded.merge(rules[columns], on="project_id")
    named = rules[["project_id", "environments"]].explode("environments").dropna()
    is_named = pd.MultiIndex.from_frame(rows[["project_id", "environment"]]).isin(
        pd.MultiIndex.from_frame(named)
    )
    has_names = rows["project_id"].isin(named["project_id"])
    is_target = is_production_environment(rows).where(~has_names, is_named)
    rows = rows[is_target.astype(bool) & _ref_matches(rows, where_no_pattern=True)]
    names = pipelines[["pipeline_id", "name"]].rename(columns={"name": "pipeline_name"})
    return _deployment_rows(rows.merge(names, on="pipeline_id", how="left"))


def _by_releases(
    pipelines: pd.DataFrame, releases: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    rows = _successful_pipelines(pipelines, rules)
    tags = pd.MultiIndex.from_frame(releases[["project_id", "tag_name"]])
    is_of_tag = pd.Series(
        pd.MultiIndex.from_frame(rows[["project_id", "ref"]]).isin(tags), index=rows.index
    )
    return _deployment_rows(rows[_ref_matches(rows, where_no_pattern=is_of_tag)])


def _by_default_branch(pipelines: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    rows = _successful_pipelines(pipelines, rules)
    is_default = rows["ref"].eq(rows["default_branch"]).fillna(False).astype(bool)
    return _deployment_rows(rows[_ref_matches(rows, where_no_pattern=is_default)])


def _successful_pipelines(pipelines: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    is_success = pipelines["status"].eq("success").fillna(False).astype(bool)
    rows = pipelines[is_success & ~is_child(pipelines)].drop(columns="environment", errors="ignore")
    return rows.rename(columns={"name": "pipeline_name"}).merge(
        rules[["project_id", "default_branch", "rule", "ref_pattern"]], on="project_id"
    )


def _ref_matches(rows: pd.DataFrame, where_no_pattern: pd.Series | bool) -> pd.Series:
    matches = pd.Series(where_no_pattern, index=rows.index, dtype=bool)
    for pattern, group in rows.groupby("ref_pattern"):
        matches[group.index] = matches_any(group["ref"], [str(pattern)])
    return matches


def _deployment_rows(rows: pd.DataFrame) -> pd.DataFrame:
    columns = [column for column in COLUMNS if column not in ("deployed_at", "reason")]
    return rows.reindex(columns=[*columns, "created_at", "updated_at"]).astype(
        {
            "deployment_id": "Int64",
            "pipeline_id": "Int64",
            "environment": "string",
            "sha": "string",
            "ref": "string",
            "pipeline_name": "string",
            "rule": "string",
        }
    )
