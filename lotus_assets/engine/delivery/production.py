"""Which deployments and pipelines are production: on each day the first rule that applies.

A row here is what GitLab recorded: a deployment, or a successful pipeline that stands for one.
Which of them are one production deployment is told by `production_visits`.
"""

import numpy as np
import pandas as pd

from lotus_assets.engine.delivery.default_branches import was_default_branch
from lotus_assets.engine.delivery.durations import ends_before_start
from lotus_assets.engine.delivery.local_days import local_days
from lotus_assets.engine.delivery.patterns import longest_prefix, matches_any
from lotus_assets.engine.delivery.pipelines import is_child, pipeline_ends, topmost_parents
from lotus_assets.engine.delivery.reasons import joined_reasons

RULES = ("environments", "releases", "default_branch")
"""In the order in which they apply."""
DEPLOYING_SOURCES = ("push", "web", "api", "trigger", "chat", "merge_train")
"""Sources of pipelines that bring something new: a nightly schedule deploys nothing new."""
PRODUCTION_NAME = r"(?:prod|production|live)(?:[/-].*)?"
OVERRIDE_COLUMNS = ["path", "rule", "environments", "ref_pattern"]
COLUMNS = [
    "project_id",
    "deployment_id",
    "pipeline_id",
    "topmost_pipeline_id",
    "environment",
    "job_name",
    "sha",
    "ref",
    "pipeline_name",
    "finished_at",
    "deployed_at",
    "rule",
    "reason",
]
TYPES = {
    "deployment_id": "Int64",
    "pipeline_id": "Int64",
    "topmost_pipeline_id": "Int64",
    "environment": "string",
    "job_name": "string",
    "sha": "string",
    "ref": "string",
    "pipeline_name": "string",
    "rule": "string",
}


def is_production_environment(deployments: pd.DataFrame) -> pd.Series:
    """Tier `production` or, with no tier, a production name, whatever its case."""
    tier = deployments["environment_tier"].replace("", None)
    is_named = deployments["environment"].str.fullmatch(PRODUCTION_NAME, case=False).fillna(False)
    return tier.eq("production").fillna(False).astype(bool) | (tier.isna() & is_named.astype(bool))


def production_rules(projects: pd.DataFrame, overrides: pd.DataFrame | None = None) -> pd.DataFrame:
    """What a rules file says of each project: rule (NULL: nothing), environments, ref_pattern.

    `projects` has `dim_project`'s project_id, path_with_namespace and default branches;
    `overrides` has path, rule, environments (list or None) and ref_pattern (or None), the longest
    path prefix wins; one that names only environments means the rule `environments`. Columns:
    those of `projects`, and the three.
    """
    if overrides is None or overrides.empty:
        return projects.assign(rule=None, environments=None, ref_pattern=None)
    position = longest_prefix(projects["path_with_namespace"], overrides["path"])
    blank = pd.DataFrame([[None] * 4], columns=OVERRIDE_COLUMNS, index=[-1], dtype=object)
    listed = overrides.reset_index(drop=True).reindex(columns=OVERRIDE_COLUMNS).astype(object)
    chosen = pd.concat([listed, blank]).loc[position].set_axis(projects.index)
    only_environments = chosen["rule"].isna() & chosen["environments"].notna()
    rule = chosen["rule"].mask(only_environments, "environments")
    return projects.assign(
        rule=rule.where(rule.notna(), None),
        environments=chosen["environments"],
        ref_pattern=chosen["ref_pattern"].where(chosen["ref_pattern"].notna(), None),
    )


def production_deployments(
    pipelines: pd.DataFrame,
    jobs: pd.DataFrame,
    deployments: pd.DataFrame,
    releases: pd.DataFrame,
    rules: pd.DataFrame,
    timezone: str,
) -> pd.DataFrame:
    """Every deployment and pipeline that is production, in the order of deployment.

    `rules` as `production_rules` gives them: its projects alone are looked at. `releases` must
    hold vanished ones too: their pipelines did deploy. The three rules are `environments`:
    successful deployments to production environments; `releases`: successful pipelines of a
    release's tag; `default_branch`: successful pipelines of DEPLOYING_SOURCES on the branch that
    was the default then. Without an override a rule applies from the day (of `timezone`) on which
    the first such deployment finished, or the first release came out; the days before stay with
    the next rule, so that history is not rewritten. A pipeline counts by the first rule alone. A
    `ref_pattern` narrows `environments` and replaces the ref test of the two others.

    Columns: COLUMNS. deployment_id and environment are NULL where a pipeline stands for the
    deployment. finished_at is the job's (without a job the deployment's own), or the end of that
    pipeline. deployed_at, by which rows are ordered and counted, is finished_at, else updated_at.
    reason: `finished_at_missing`; `finished_before_created` (finished_at is NULL then, so that no
    duration comes of it); `sha_missing`.
    """
    topmost = topmost_parents(pipelines)
    own = pipelines.assign(finished_at=pipeline_ends(pipelines, jobs))
    candidates = pd.concat(
        [
            _by_environments(pipelines, deployments, _asked(rules, "environments")),
            _by_releases(own, releases, _asked(rules, "releases")),
            _by_default_branch(own, _asked(rules, "default_branch")),
        ],
        ignore_index=True,
    )
    dated = _dated(candidates)
    above = pd.Series(topmost.reindex(dated["pipeline_id"]).array, index=dated.index)
    dated["topmost_pipeline_id"] = above.fillna(dated["pipeline_id"])
    rows = _of_first_rule(_applying(dated, releases, rules, timezone))
    order = ["project_id", "deployed_at", "deployment_id", "pipeline_id"]
    return rows.sort_values(order, kind="stable", ignore_index=True)[COLUMNS].astype(TYPES)


def _asked(rules: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The projects of which a rule is asked, with their overrides."""
    is_asked = rules["rule"].isna() | rules["rule"].eq(rule)
    return rules[is_asked.to_numpy(bool)].assign(rule=rule)


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with what can be told of their finish."""
    is_missing = rows["finished_at"].isna()
    is_contradictory = ends_before_start(rows["created_at"], rows["finished_at"])
    finished_at = rows["finished_at"].mask(is_contradictory)
    return rows.assign(
        finished_at=finished_at,
        deployed_at=finished_at.fillna(rows["updated_at"]),
        reason=joined_reasons(
            rows.index,
            {
                "finished_at_missing": is_missing,
                "finished_before_created": is_contradictory,
                "sha_missing": rows["sha"].isna(),
            },
        ),
    )


def _applying(
    rows: pd.DataFrame, releases: pd.DataFrame, rules: pd.DataFrame, timezone: str
) -> pd.DataFrame:
    """The rows on whose day their rule applies; an override applies on all days."""
    day = local_days(rows["deployed_at"], timezone)
    is_by_environment = rows["rule"].eq("environments").astype(bool)
    first_deployed = day[is_by_environment].groupby(rows["project_id"]).min()
    released_at = releases["released_at"].fillna(releases["created_at"])
    first_released = local_days(released_at, timezone).groupby(releases["project_id"]).min()
    has_environments = day >= _of_project(first_deployed, rows)
    has_releases = day >= _of_project(first_released, rows)
    overridden = rules.loc[rules["rule"].notna(), "project_id"]
    is_first = np.select(
        [is_by_environment, rows["rule"].eq("releases").astype(bool)],
        [True, has_releases & ~has_environments],
        default=~has_releases & ~has_environments,
    )
    return rows[is_first.astype(bool) | rows["project_id"].isin(overridden)]


def _of_project(days: pd.Series, rows: pd.DataFrame) -> pd.Series:
    return pd.Series(days.reindex(rows["project_id"]).array, index=rows.index)


def _of_first_rule(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the pipelines that count by an earlier rule: those that ran a deployment."""
    number = rows["rule"].map({rule: number for number, rule in enumerate(RULES)})
    by_pipeline = number.groupby([rows["project_id"], rows["topmost_pipeline_id"]], dropna=True)
    lowest = by_pipeline.transform("min").fillna(number)
    return rows[number.eq(lowest)]


def _by_environments(
    pipelines: pd.DataFrame, deployments: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    succeeded = deployments[deployments["status"].eq("success").fillna(False).astype(bool)]
    columns = ["project_id", "rule", "environments", "ref_pattern"]
    rows = succeeded.merge(rules[columns], on="project_id")
    named = rules[["project_id", "environments"]].explode("environments").dropna()
    named["environments"] = named["environments"].astype("string").str.lower()
    environment = rows["environment"].astype("string").str.lower()
    is_named = pd.MultiIndex.from_arrays([rows["project_id"], environment]).isin(
        pd.MultiIndex.from_frame(named)
    )
    has_names = rows["project_id"].isin(named["project_id"])
    is_target = is_production_environment(rows).where(~has_names, is_named)
    rows = rows[is_target.astype(bool) & _ref_matches(rows, where_no_pattern=True)]
    names = pipelines[["pipeline_id", "name"]].rename(columns={"name": "pipeline_name"})
    return _recorded(rows.merge(names, on="pipeline_id", how="left"))


def _by_releases(
    pipelines: pd.DataFrame, releases: pd.DataFrame, rules: pd.DataFrame
) -> pd.DataFrame:
    rows = _successful_pipelines(pipelines, rules)
    tags = pd.MultiIndex.from_frame(releases[["project_id", "tag_name"]])
    is_of_tag = pd.Series(
        pd.MultiIndex.from_frame(rows[["project_id", "ref"]]).isin(tags), index=rows.index
    )
    return _recorded(rows[_ref_matches(rows, where_no_pattern=is_of_tag)])


def _by_default_branch(pipelines: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    rows = _successful_pipelines(pipelines, rules)
    rows = rows[rows["source"].isin(DEPLOYING_SOURCES)]
    was_default = was_default_branch(rows["project_id"], rows["ref"], rows["created_at"], rules)
    is_default = pd.Series(was_default, index=rows.index)
    return _recorded(rows[_ref_matches(rows, where_no_pattern=is_default)])


def _successful_pipelines(pipelines: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    is_success = pipelines["status"].eq("success").fillna(False).astype(bool)
    rows = pipelines[is_success & ~is_child(pipelines)].drop(columns="environment", errors="ignore")
    return rows.rename(columns={"name": "pipeline_name"}).merge(
        rules[["project_id", "rule", "ref_pattern"]], on="project_id"
    )


def _ref_matches(rows: pd.DataFrame, where_no_pattern: pd.Series | bool) -> pd.Series:
    matches = pd.Series(where_no_pattern, index=rows.index, dtype=bool)
    for pattern, group in rows.groupby("ref_pattern"):
        matches[group.index] = matches_any(group["ref"], [str(pattern)])
    return matches


def _recorded(rows: pd.DataFrame) -> pd.DataFrame:
    computed = ("topmost_pipeline_id", "deployed_at", "reason")
    columns = [column for column in COLUMNS if column not in computed]
    types = {column: kind for column, kind in TYPES.items() if column in columns}
    return rows.reindex(columns=[*columns, "created_at", "updated_at"]).astype(types)
