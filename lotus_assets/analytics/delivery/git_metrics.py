"""The metrics of Git hygiene and branches."""

import numpy as np
import pandas as pd

from lotus_assets.analytics.delivery.metric import (
    Competency,
    Direction,
    Family,
    Metric,
    MetricUnit,
    MetricWindow,
    Percentile,
    Statistic,
)
from lotus_assets.analytics.delivery.populations import Population, by_day_of
from lotus_assets.engine.delivery.counted_days import Days, in_window
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays
from lotus_assets.facts import fact_branch, fact_git_hygiene

ENDED = by_day_of("ended_at")
NONE_ENDED = "No branch was merged or deleted."


def hygiene_days(
    rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
) -> PlacedRows:
    """The days of the window on which something happened, with the count in `column`."""
    values = None if column is None else rows[column]
    return slice_days.place(rows["project_id"], in_window(_days(rows), window), values)


def default_branch_commits(
    rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
) -> PlacedRows:
    """The commits on default branches: 1 for those with a signature, 0 for the others."""
    signed = rows["signed_commit_count"].to_numpy(np.int64)
    unsigned = rows["unsigned_commit_count"].to_numpy(np.int64)
    position = np.arange(len(rows))
    row = np.concatenate([np.repeat(position, signed), np.repeat(position, unsigned)])
    is_signed = pd.Series(np.arange(len(row)) < signed.sum())
    days = in_window(_days(rows)[row], window)
    return slice_days.place(rows["project_id"].iloc[row], days, is_signed)


def _days(rows: pd.DataFrame) -> Days:
    return rows["day"].to_numpy().astype("datetime64[D]")


PUSHES = Population(hygiene_days, ("day",), "its day lies in the window")
COMMITS = Population(
    default_branch_commits,
    ("day",),
    "committed on a day of the window; 1 is a commit with a signature, 0 one without",
    made_of=("signed_commit_count", "unsigned_commit_count"),
)


def _count(key: str, name: str, column: str, definition: str, example: str) -> Metric:
    return Metric(
        key=key,
        name=name,
        family=Family.HYGIENE,
        direction=Direction.LESS,
        over="The days of the window on which something was pushed.",
        counted="days with pushes",
        empty="Never: none is 0.",
        example=example,
        unit=MetricUnit.COUNT,
        window=MetricWindow.WEEK,
        competency=Competency.GITOPS,
        definition=definition,
        table=fact_git_hygiene.TABLE,
        population=PUSHES,
        statistic=PlacedRows.total,
        column=column,
    )


def _branches(
    key: str, unit: MetricUnit, statistic: Statistic, column: str, what: str, empty: str
) -> Metric:
    return Metric(
        key=key,
        name=f"Life of branches, {what}",
        family=Family.HYGIENE,
        direction=Direction.LESS,
        over="Branches that were merged or deleted in the window.",
        counted="branches",
        empty=empty,
        example="Created on the 1st at 9:00, merged on the 3rd at 9:00 and deleted a week later: "
        "48 h, counted on the 3rd.",
        unit=unit,
        window=MetricWindow.MONTH,
        competency=Competency.GITOPS,
        definition=f"Creation of a branch to its merge or deletion, by the day it ended; branches "
        f"that are or were the default, and protected ones, left out; {what}.",
        table=fact_branch.TABLE,
        population=ENDED,
        statistic=statistic,
        column=column,
    )


METRICS = (
    _count(
        "direct_pushes_wk",
        "Direct pushes to the default branch",
        "direct_pushes_default",
        "Commits that reached the default branch (or, before, the one that it was created from) "
        "past a merge request into it, by the day of the push; those of bots, and history from "
        "before the project or its first push, left out.",
        "Two commits are pushed to main past a merge request on Monday, and one merge request is "
        "merged: 2.",
    ),
    _count(
        "force_pushes_protected_wk",
        "Force-pushes on protected branches",
        "force_pushes_protected",
        "Moves of a protected branch to a commit that does not descend from the old tip.",
        "main moves from B to C, and B is not among C's ancestors: 1.",
    ),
    Metric(
        key="signed_commit_ratio",
        name="Signed commits",
        family=Family.HYGIENE,
        direction=Direction.MORE,
        over="Commits on default branches, by the day of their commit.",
        counted="commits",
        empty="There was no commit.",
        example="Of eight commits six carry a signature: 6 ÷ 8 = 0.75.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.GITOPS,
        definition="Share of the commits on default branches, merges included, that carry a "
        "signature.",
        table=fact_git_hygiene.TABLE,
        population=COMMITS,
        statistic=PlacedRows.share,
    ),
    _branches(
        "branch_ttl_p50_h",
        MetricUnit.HOURS,
        Percentile(0.5),
        "branch_ttl_hours",
        "median",
        NONE_ENDED,
    ),
    _branches(
        "branch_ttl_p90_h",
        MetricUnit.HOURS,
        Percentile(0.9),
        "branch_ttl_hours",
        "90th percentile",
        NONE_ENDED,
    ),
    _branches(
        "branch_ttl_over_30d",
        MetricUnit.COUNT,
        PlacedRows.total,
        "is_over_30_days",
        "the number beyond 30 days",
        "Never: none is 0.",
    ),
)
