"""The metrics of issues and releases."""

import numpy as np
import pandas as pd

from lotus_assets.analytics.delivery.metric import (
    Competency,
    Direction,
    Family,
    Metric,
    MetricUnit,
    MetricWindow,
)
from lotus_assets.analytics.delivery.populations import Condition, Population, by_day_of
from lotus_assets.engine.delivery.counted_days import (
    FAR_AWAY,
    CountedDays,
    days_of,
    first_in_window,
)
from lotus_assets.engine.delivery.issues import is_closed_without_time
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays
from lotus_assets.facts import fact_issue, fact_issue_closing, fact_release


def issues_with_target(
    rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
) -> PlacedRows:
    """The issues that were open at some time in the window: 1 once in breach of their target.

    An issue counts from the day it was opened to the last window that still reaches its closing;
    from the day it is due and not closed on, it counts as in breach.
    """
    created = days_of(rows["created_at"], slice_days.timezone)
    closed = days_of(rows["closed_at"], slice_days.timezone)
    breached = days_of(rows["breached_at"], slice_days.timezone)
    last = np.where(np.isnat(closed), FAR_AWAY, closed + np.timedelta64(window - 1, "D"))
    before = np.fmin(last, breached - np.timedelta64(1, "D"))
    parts = CountedDays(np.append(created, breached), np.append(before, last))
    is_breach = pd.Series(np.repeat([False, True], len(rows)))
    return slice_days.place(pd.concat([rows["project_id"]] * 2), parts, is_breach)


def issues_closed(
    rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
) -> PlacedRows:
    """The issues closed in the window, each once however often it was closed."""
    days = days_of(rows["closed_at"], slice_days.timezone)
    issue = pd.MultiIndex.from_frame(rows[["project_id", "issue_id"]]).factorize()[0]
    counted = first_in_window(days, issue.astype(np.int64), window)
    values = None if column is None else rows[column]
    return slice_days.place(rows["project_id"], counted, values)


WITH_TARGET = Population(
    issues_with_target,
    ("created_at", "closed_at", "breached_at"),
    "it was open at some time in the window; it is 1 from the day of breached_at on, else 0",
    (
        Condition(
            "target_days",
            "it has a target",
            lambda rows: rows["target_days"].notna().to_numpy(bool),
        ),
        Condition(
            "state",
            "it says when it was closed, if it is",
            lambda rows: ~is_closed_without_time(rows).to_numpy(bool),
        ),
    ),
)
CLOSED = Population(issues_closed, ("closed_at",), "this is its last closing in the window")

METRICS = (
    Metric(
        key="releases_wk",
        name="Releases",
        family=Family.FLOW,
        direction=Direction.MORE,
        over="Releases, and tags without a release.",
        counted="releases",
        empty="Never: none is 0.",
        example="v1.2.0 is released on Tuesday and a tag v1.2.1 is pushed on Friday: 2 for that "
        "Sunday.",
        unit=MetricUnit.COUNT,
        window=MetricWindow.WEEK,
        competency=Competency.DEVOPS,
        definition="Releases, and tags without a release, that came out in the window.",
        table=fact_release.TABLE,
        population=by_day_of("released_at"),
        statistic=PlacedRows.count,
    ),
    Metric(
        key="semver_valid_ratio",
        name="Releases named by SemVer",
        family=Family.FLOW,
        direction=Direction.MORE,
        over="Releases, and tags without a release, that came out in the window.",
        counted="releases",
        empty="None came out.",
        example="v1.2.0 and 1.2.1-rc.1 are versions, release-2026 is none: 2 ÷ 3.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.GITOPS,
        definition="Share of the releases, and tags without a release, whose name is a version by "
        "SemVer 2.0.0, one leading v allowed.",
        table=fact_release.TABLE,
        population=by_day_of("released_at"),
        statistic=PlacedRows.share,
        column="is_semver",
    ),
    Metric(
        key="issue_sla_breach_rate",
        name="Issues past their target",
        family=Family.QUALITY,
        direction=Direction.LESS,
        over="Issues with a target that were open at some time in the window.",
        counted="issues",
        empty="None had a target (the rules file maps labels to target days) and was open.",
        example="Of five with a target of two days one was closed after three, one is open for a "
        "day: 1 ÷ 5 = 0.2.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.DEVOPS,
        definition="Of the issues with a target that were open at some time in the window, the "
        "share closed later than its target or open past it at the end of the day. One that is "
        "closed and does not say when is left out.",
        table=fact_issue.TABLE,
        population=WITH_TARGET,
        statistic=PlacedRows.share,
    ),
    Metric(
        key="issue_reopened_rate",
        name="Issues opened again",
        family=Family.QUALITY,
        direction=Direction.LESS,
        over="Issues closed in the window, each once.",
        counted="issues",
        empty="None was closed.",
        example="Four were closed; one of them had been closed a month ago and opened again: 1 ÷ 4 "
        "= 0.25.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.CODING,
        definition="Of the issues closed in the window, by any closing that GitLab's events or "
        "older notes tell of, the share that was ever opened again.",
        table=fact_issue_closing.TABLE,
        population=CLOSED,
        statistic=PlacedRows.share,
        column="is_reopened",
    ),
    Metric(
        key="defect_escape_rate",
        name="Escaped defects",
        family=Family.QUALITY,
        direction=Direction.LESS,
        over="Bugs opened in the window: incidents, and issues with a bug label.",
        counted="bugs",
        empty="No bug was opened.",
        example="Of four bugs one bears the label escaped and one was opened five days after a "
        "release: 2 ÷ 4 = 0.5.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.CODING,
        definition="Of the bugs opened in the window, the share that bears an escaped label or "
        "was opened soon after a release (14 days, if the rules file says nothing else).",
        table=fact_issue.TABLE,
        population=by_day_of("created_at", where="is_bug"),
        statistic=PlacedRows.share,
        column="is_escaped",
    ),
)
