"""Lead time for change: from an issue to the first production deployment of its merge."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.durations import ends_before_start, hours_between
from lotus_assets.engine.delivery.reasons import joined_reasons

INSTANT = "datetime64[us, UTC]"


def merge_results(merge_requests: pd.DataFrame) -> pd.Series:
    """The merge commit, else the squash commit, else the head."""
    squash = merge_requests["squash_commit_sha"]
    return merge_requests["merge_commit_sha"].fillna(squash).fillna(merge_requests["head_sha"])


def last_merged(
    issues: pd.DataFrame,
    projects: pd.DataFrame,
    closing: pd.DataFrame,
    merge_requests: pd.DataFrame,
) -> pd.DataFrame:
    """Of each issue that merged MRs close, the last merged of them; one row an issue.

    `closing` has raw_mr_closing_issue's columns; paths compare without case, as in GitLab.
    Columns: project_id, issue_id, created_at (the issue's), mr_id, mr_project_id, merged_at,
    merge_result.
    """
    merged = merge_requests[merge_requests["merged_at"].notna()]
    merged = pd.DataFrame(
        {
            "mr_id": merged["mr_id"],
            "mr_project_id": merged["project_id"],
            "merged_at": merged["merged_at"],
            "merge_result": merge_results(merged),
        }
    )
    links = closing[["mr_id", "issue_project_path", "issue_iid"]].rename(
        columns={"issue_iid": "iid"}
    )
    links = links.assign(path=links["issue_project_path"].str.lower()).drop_duplicates()
    paths = projects[["project_id", "path_with_namespace"]]
    paths = paths.assign(path=paths["path_with_namespace"].str.lower())
    closed = (
        issues[["project_id", "issue_id", "iid", "created_at"]]
        .merge(paths, on="project_id")
        .merge(links, on=["path", "iid"])
        .merge(merged, on="mr_id")
        .sort_values(["merged_at", "mr_id"])
        .drop_duplicates(["project_id", "issue_id"], keep="last")
        .sort_values(["project_id", "issue_id"], ignore_index=True)
    )
    return closed[
        [
            "project_id",
            "issue_id",
            "created_at",
            "mr_id",
            "mr_project_id",
            "merged_at",
            "merge_result",
        ]
    ]


def lead_times(
    merged: pd.DataFrame, deployments: pd.DataFrame, graph: CommitGraph, projects: pd.DataFrame
) -> pd.DataFrame:
    """`last_merged`'s rows with the first production deployment that contains the merge result.

    `deployments`: the counted rows of `production_visits`; those of the MR's project are asked.
    `projects` has `dim_project`'s project_id, created_at and deployments_collected_from.
    Added columns: deployment_id, pipeline_id, deployed_at (whose day the row belongs to), and
    lead_time_hours, `issue.created_at` → `finished_at`.

    reason: `before_first_deployment`: the merge is older than the first deployment that is known,
    and the project older than what was collected of it, so that nobody knows when it went out;
    `not_deployed`; `merge_result_unknown` (not among the commits); `created_at_missing`;
    `finished_at_missing`;
    `negative_duration`; `unknown_sha_before`: between merge and deployment lies one whose history
    is not wholly known and which may have been the first.
    """
    tips = deployments[deployments["deployed_at"].notna()].sort_values(
        ["deployed_at", "deployment_id", "pipeline_id"], kind="stable", ignore_index=True
    )
    tips = tips.rename(columns={"project_id": "line", "sha": "commit_id"})
    asked = merged.rename(columns={"mr_project_id": "line", "merge_result": "commit_id"})
    position = graph.first_tip_containing(tips[["line", "commit_id"]], asked[["line", "commit_id"]])
    is_before = _is_before_first(merged, tips, projects)
    position = np.where(is_before, -1, position)
    is_deployed = position >= 0
    # Row -1 of the padded frame is all NULL: what was not deployed.
    padded = tips.reindex(range(len(tips) + 1))
    first = padded.iloc[np.where(is_deployed, position, len(tips))].set_axis(merged.index)
    return merged.assign(
        deployment_id=first["deployment_id"],
        pipeline_id=first["pipeline_id"],
        deployed_at=first["deployed_at"],
        lead_time_hours=hours_between(merged["created_at"], first["finished_at"]),
        reason=joined_reasons(
            merged.index,
            {
                "before_first_deployment": is_before,
                "not_deployed": ~is_deployed & ~is_before,
                "merge_result_unknown": ~graph.is_known(merged["merge_result"]),
                "created_at_missing": merged["created_at"].isna(),
                "finished_at_missing": is_deployed & first["finished_at"].isna().to_numpy(),
                "negative_duration": ends_before_start(merged["created_at"], first["finished_at"]),
                "unknown_sha_before": ~is_before
                & _has_unknown_before(merged, tips, position, graph),
            },
        ),
    )


def _is_before_first(
    merged: pd.DataFrame, tips: pd.DataFrame, projects: pd.DataFrame
) -> NDArray[np.bool_]:
    """Whether a merge is older than the first deployment that is known of an older project."""
    of_project = projects.set_index("project_id").reindex(merged["mr_project_id"])
    first = tips.groupby("line")["deployed_at"].min().reindex(merged["mr_project_id"])
    first_deployed_at = pd.Series(first.array, index=merged.index)
    is_young = of_project["created_at"] >= of_project["deployments_collected_from"]
    is_before = ends_before_start(first_deployed_at, merged["merged_at"])
    return is_before.to_numpy(bool) & ~is_young.fillna(False).to_numpy(bool)


def _has_unknown_before(
    merged: pd.DataFrame, tips: pd.DataFrame, position: NDArray[np.int64], graph: CommitGraph
) -> NDArray[np.bool_]:
    """Whether a deployment of unknown history lies after the merge and before the one found."""
    unknown = tips[~graph.has_whole_ancestry(tips["commit_id"])]
    candidates = unknown[["line", "deployed_at"]].set_axis(["line", "instant"], axis="columns")
    asked = merged[["mr_project_id", "merged_at"]].set_axis(["line", "instant"], axis="columns")
    types = {"line": "int64", "instant": INSTANT}
    candidates = candidates.astype(types).assign(candidate=unknown.index)
    asked = asked.astype(types).assign(row=np.arange(len(asked)))
    nearest = pd.merge_asof(
        asked.sort_values("instant"), candidates, on="instant", by="line", direction="forward"
    ).sort_values("row")
    first = np.where(position >= 0, position, len(tips))
    return (nearest["candidate"].fillna(len(tips)).to_numpy() < first).astype(bool)
