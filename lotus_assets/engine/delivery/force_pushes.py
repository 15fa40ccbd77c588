"""Force-pushes on merge requests: versions whose older head is no ancestor of the newer."""

import pandas as pd


def version_steps(versions: pd.DataFrame) -> pd.DataFrame:
    """Each version of a merge request beside the one before it (columns of `raw_mr_version`).

    Returns `mr_id`, `version_number`, `older_head`, `newer_head`, sorted; a first version is no
    step. Whether the newer head descends from the older one is the commit graph's answer.
    """
    ordered = versions.sort_values(["mr_id", "version_number"], kind="stable")
    older = ordered.groupby("mr_id")["head_sha"].shift()
    is_first = ~ordered["mr_id"].duplicated()
    steps = pd.DataFrame(
        {
            "mr_id": ordered["mr_id"],
            "version_number": ordered["version_number"],
            "older_head": older,
            "newer_head": ordered["head_sha"],
        }
    )
    return steps[~is_first].reset_index(drop=True)


def force_push_counts(steps: pd.DataFrame) -> pd.DataFrame:
    """Force-pushes by `mr_id`: `force_push_count` and `unverified_push_count`.

    A step is one when its older head is not an ancestor of the newer (`is_descendant` False).
    Where the graph does not know (NULL) the step is unverified: it is counted apart, so that a
    check can show it, and not taken for a force-push.
    """
    is_same = (steps["older_head"] == steps["newer_head"]).fillna(False).astype(bool)
    is_descendant = steps["is_descendant"].astype("boolean")
    counted = pd.DataFrame(
        {
            "mr_id": steps["mr_id"],
            "force_push_count": (~is_descendant).fillna(False).astype(bool) & ~is_same,
            "unverified_push_count": is_descendant.isna() & ~is_same,
        }
    )
    return counted.groupby("mr_id")[["force_push_count", "unverified_push_count"]].sum()
