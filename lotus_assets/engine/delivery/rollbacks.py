"""Which production deployments are rollbacks, and how long the way back took."""

import pandas as pd

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.durations import ends_before_start, hours_between
from lotus_assets.engine.delivery.patterns import matches_any
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
    """`production_deployments`' rows, marked; their index and order are kept.

    Added columns: previous_sha and previous_finished_at of the deployment just before it in that
    environment (where pipelines stand for deployments, in that project); is_rollback: the SHA is
    a strict ancestor of previous_sha, or `pattern` is found in ref or pipeline name, or the ref
    is a tag of `deleted`; rollback_time_hours: finish of the
    deployment rolled back → finish of the rollback, NULL where only the deleted release says so,
    for the deployment before is then not the one rolled back.

    is_rollback is NULL where it cannot be told; reason then adds `sha_unknown`, and
    `negative_rollback_time` where the finishes contradict the order.
    """
    environment = deployments["environment"].fillna("")
    ordered = deployments.sort_values(
        ["deployed_at", "deployment_id", "pipeline_id"], kind="stable"
    ).groupby([deployments["project_id"], environment])
    previous_sha = ordered["sha"].shift().reindex(deployments.index)
    previous_finished_at = ordered["finished_at"].shift().reindex(deployments.index)
    is_first = (ordered.cumcount() == 0).reindex(deployments.index)
    is_back = pd.Series(
        graph.is_ancestor(deployments["sha"], previous_sha, is_strict=True), index=deployments.index
    ).mask(is_first, False)
    is_named = matches_any(deployments["ref"], [pattern]) | matches_any(
        deployments["pipeline_name"], [pattern]
    )
    is_deleted = pd.MultiIndex.from_frame(deployments[["project_id", "ref"]]).isin(
        pd.MultiIndex.from_frame(deleted)
    )
    is_rollback = is_back | is_named | is_deleted
    hours = hours_between(previous_finished_at, deployments["finished_at"])
    is_negative = ends_before_start(previous_finished_at, deployments["finished_at"])
    went_back = (is_back.fillna(False) | is_named).astype(bool)
    marked = deployments.assign(
        previous_sha=previous_sha,
        previous_finished_at=previous_finished_at,
        is_rollback=is_rollback,
        rollback_time_hours=hours.where(went_back),
    )
    added = joined_reasons(
        deployments.index,
        {"sha_unknown": is_rollback.isna(), "negative_rollback_time": is_negative & went_back},
    )
    both = deployments["reason"].str.cat(added, sep=";")
    marked["reason"] = both.fillna(deployments["reason"]).fillna(added)
    return marked


def pipeline_flags(pipelines: pd.DataFrame, deployments: pd.DataFrame) -> pd.DataFrame:
    """`is_prod` and `is_rollback` of each pipeline, under its index, from the rows of `rollbacks`.

    A pipeline is a rollback if any deployment that it ran is; NULL if none is known to be and of
    one it cannot be told.
    """
    ran = deployments.dropna(subset="pipeline_id")
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
