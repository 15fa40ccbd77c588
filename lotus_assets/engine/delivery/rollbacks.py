"""Which production deployments are rollbacks, and how long the way back took."""

import numpy as np
import pandas as pd

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.durations import ends_before_start, hours_between
from lotus_assets.engine.delivery.patterns import matches_any
from lotus_assets.engine.delivery.production_visits import CHAIN, ENVIRONMENT, value_before
from lotus_assets.engine.delivery.reasons import joined_reasons

DELETION_WINDOW = pd.Timedelta(hours=24)


def deleted_releases(releases: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    """(project_id, tag_name) of releases that, or whose tag, vanished within 24 h of the release.

    The instant of the release is released_at, else created_at; a release that is deleted before
    it (a planned one) never was.
    """
    gone = tags.rename(columns={"vanished_at": "tag_vanished_at"})
    both = releases.merge(
        gone[["project_id", "tag_name", "tag_vanished_at"]],
        on=["project_id", "tag_name"],
        how="left",
    )
    released_at = both["released_at"].fillna(both["created_at"])
    lived = pd.DataFrame(
        {column: both[column] - released_at for column in ("vanished_at", "tag_vanished_at")}
    )
    is_early = ((lived >= pd.Timedelta(0)) & (lived <= DELETION_WINDOW)).any(axis="columns")
    return both.loc[is_early, ["project_id", "tag_name"]].drop_duplicates(ignore_index=True)


def rollbacks(
    deployments: pd.DataFrame, graph: CommitGraph, deleted: pd.DataFrame, pattern: str
) -> pd.DataFrame:
    """`production_visits`' rows, marked; their index and order are kept.

    Added columns: previous_sha, deployed just before in that chain; previous_finished_at, the
    finish of the production deployment just before in that environment by whichever job;
    is_rollback, of the whole production deployment: the SHA of its first finished visit is a
    strict ancestor of that visit's previous_sha (a region that is merely late is none), or
    `pattern` is found in a ref, pipeline name or job name, or a ref is a tag of `deleted`;
    rollback_time_hours, on the counted row: finish of the production deployment that was rolled
    back → finish of the rollback, NULL where only the deleted release says so, for the deployment
    before is then not the one rolled back.

    is_rollback is NULL where it cannot be told; reason of the counted row then adds
    `sha_unknown`, and `negative_rollback_time` where the finishes contradict the order.
    """
    whole = deployments["production_deployment"]
    is_counted = deployments["is_counted"]
    previous_sha = value_before(deployments, CHAIN, "sha")
    before = value_before(deployments, ENVIRONMENT, "production_deployment")
    finishes = deployments.loc[is_counted, ["production_deployment", "finished_at"]]
    finish = finishes.set_index("production_deployment")["finished_at"]
    previous_finished_at = pd.Series(finish.reindex(before).array, index=deployments.index)
    is_back = _went_back(deployments, previous_sha, graph)
    is_named = _named(deployments, pattern).groupby(whole).transform("any")
    is_deleted = _of_deleted_release(deployments, deleted).groupby(whole).transform("any")
    is_rollback = is_back | is_named | is_deleted
    hours = hours_between(previous_finished_at, deployments["finished_at"])
    is_negative = ends_before_start(previous_finished_at, deployments["finished_at"])
    takes_time = is_counted & (is_back.fillna(False) | is_named).astype(bool)
    marked = deployments.assign(
        previous_sha=previous_sha,
        previous_finished_at=previous_finished_at,
        is_rollback=is_rollback,
        rollback_time_hours=hours.where(takes_time),
    )
    added = joined_reasons(
        deployments.index,
        {
            "sha_unknown": is_rollback.isna() & is_counted,
            "negative_rollback_time": is_negative & takes_time,
        },
    )
    both = deployments["reason"].str.cat(added, sep=";")
    marked["reason"] = both.fillna(deployments["reason"]).fillna(added)
    return marked


def _went_back(deployments: pd.DataFrame, previous_sha: pd.Series, graph: CommitGraph) -> pd.Series:
    """Of each row's production deployment: its first finished visit went back in history."""
    counted = deployments[deployments["is_counted"]]
    is_first = value_before(deployments, CHAIN, "production_deployment")[counted.index].isna()
    is_ancestor = graph.is_ancestor(counted["sha"], previous_sha[counted.index], is_strict=True)
    is_back = pd.Series(is_ancestor, index=counted["production_deployment"])
    is_back = is_back.mask(is_first.to_numpy(bool), False)
    return is_back.reindex(deployments["production_deployment"]).set_axis(deployments.index)


def _named(deployments: pd.DataFrame, pattern: str) -> pd.Series:
    texts = (deployments[name] for name in ("ref", "pipeline_name", "job_name"))
    is_named = np.logical_or.reduce([matches_any(column, [pattern]) for column in texts])
    return pd.Series(is_named, index=deployments.index)


def _of_deleted_release(deployments: pd.DataFrame, deleted: pd.DataFrame) -> pd.Series:
    refs = pd.MultiIndex.from_frame(deployments[["project_id", "ref"]])
    return pd.Series(refs.isin(pd.MultiIndex.from_frame(deleted)), index=deployments.index)


def pipeline_flags(pipelines: pd.DataFrame, deployments: pd.DataFrame) -> pd.DataFrame:
    """`is_prod` and `is_rollback` of each pipeline, under its index, from the rows of `rollbacks`.

    What a child pipeline deployed, its topmost parent did too. A pipeline is a rollback if any
    deployment that it ran is; NULL if none is known to be and of one it cannot be told.
    """
    ran = pd.concat(
        [
            deployments[[name, "is_rollback"]].set_axis(["pipeline_id", "is_rollback"], axis=1)
            for name in ("pipeline_id", "topmost_pipeline_id")
        ]
    ).dropna(subset="pipeline_id")
    is_rollback = ran["is_rollback"].astype("boolean")
    surely = ran.loc[is_rollback.fillna(False).astype(bool), "pipeline_id"]
    perhaps = ran.loc[is_rollback.isna(), "pipeline_id"]
    is_sure = pipelines["pipeline_id"].isin(surely)
    is_open = pipelines["pipeline_id"].isin(perhaps) & ~is_sure
    return pd.DataFrame(
        {
            "is_prod": pipelines["pipeline_id"].isin(ran["pipeline_id"]),
            "is_rollback": is_sure.astype("boolean").mask(is_open),
        }
    )
