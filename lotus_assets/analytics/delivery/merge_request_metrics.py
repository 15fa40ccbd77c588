"""The metrics of merge requests."""

from dataclasses import dataclass

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
    percentile_name,
)
from lotus_assets.analytics.delivery.populations import Population, by_day_of
from lotus_assets.engine.delivery.counted_days import (
    CountedDays,
    at_end_of_day,
    days_of,
    end_of_days,
    in_window,
)
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays
from lotus_assets.facts import fact_mr, fact_mr_open_period

MERGED = by_day_of("merged_at")


def in_progress(
    rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
) -> PlacedRows:
    """The merge requests open at the end of D, drafts included."""
    return slice_days.place(rows["project_id"], _open_at_end_of_day(rows, slice_days))


def age_in_progress(
    rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
) -> PlacedRows:
    """As `in_progress`, one row a merge request and day, with its age in hours at the day's end."""
    counted = _open_at_end_of_day(rows, slice_days)
    days = slice_days.days
    is_open = (counted.first[:, None] <= days) & (days <= counted.last[:, None])
    row, day = np.nonzero(is_open)
    ends = end_of_days(days, slice_days.timezone)
    created_at = rows["created_at"].dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    age = (ends[day] - created_at[row]) / np.timedelta64(1, "h")
    return slice_days.place(
        rows["project_id"].iloc[row], in_window(days[day], length=1), pd.Series(age)
    )


def _open_at_end_of_day(rows: pd.DataFrame, slice_days: SliceDays) -> CountedDays:
    begun = days_of(rows["period_start_at"], slice_days.timezone)
    ended = days_of(rows["period_end_at"], slice_days.timezone)
    return at_end_of_day(begun, ended)


OPEN = Population(
    in_progress, ("period_start_at", "period_end_at"), "it was open at the end of the day"
)
AGES = Population(
    age_in_progress,
    ("created_at", "period_start_at", "period_end_at"),
    "it was open at the end of the day; its age is that from created_at to then",
)


@dataclass(frozen=True)
class _Duration:
    """What is said of both percentiles of a duration."""

    name: str
    column: str
    definition: str
    empty: str
    example: str


def _hours(key: str, quantile: float, duration: _Duration) -> Metric:
    return Metric(
        key=key,
        name=f"{duration.name}, {percentile_name(quantile)}",
        family=Family.FLOW,
        direction=Direction.LESS,
        over="Merge requests merged in the window.",
        counted="merge requests",
        empty=f"No merge request was merged in the window, or none has the duration: "
        f"{duration.empty}.",
        example=duration.example,
        unit=MetricUnit.HOURS,
        window=MetricWindow.MONTH,
        competency=Competency.CODING,
        definition=f"{duration.definition}, merge requests merged in the window, "
        f"p{quantile * 100:.0f}.",
        table=fact_mr.TABLE,
        population=MERGED,
        statistic=Percentile(quantile),
        column=duration.column,
    )


def _age(key: str, quantile: float) -> Metric:
    return Metric(
        key=key,
        name=f"Age of work in progress, {percentile_name(quantile)}",
        family=Family.FLOW,
        direction=Direction.LESS,
        over="Merge requests open at the end of the day.",
        counted="merge requests",
        empty="None is open.",
        example="Two are open at midnight, created 24 and 72 hours ago: 48 h in the middle of "
        "them, 67.2 h for the 90th percentile.",
        unit=MetricUnit.HOURS,
        window=MetricWindow.END_OF_DAY,
        competency=Competency.CODING,
        definition="Age since creation of merge requests open at the end of the day by their "
        f"history of closings and reopenings, drafts included, p{quantile * 100:.0f}.",
        table=fact_mr_open_period.TABLE,
        population=AGES,
        statistic=Percentile(quantile),
    )


CYCLE_TIME = _Duration(
    "Cycle time",
    "cycle_time_hours",
    "First commit (authored date) to merge",
    "no commit has a plausible date, or the first is dated after the merge",
    "The first commit was written on Monday 9:00, the merge was on Tuesday 15:00: 30 h.",
)
FIRST_REVIEW = _Duration(
    "Time to first review",
    "review_wait_hours",
    "Creation to the first comment by another human, or approval or request for changes by another",
    "nobody else looked at it, or only the Ghost User tells who did",
    "Opened at 9:00, a colleague comments at 13:00: 4 h.",
)
CODE_REVIEW = _Duration(
    "Time in code review",
    "code_review_hours",
    "First review to the required approvals, or to the merge where none are required or they were "
    "not there by then; none for a first review after the merge",
    "it was reviewed by nobody before the merge, or approved by deleted people",
    "First comment at 13:00, the second of two required approvals the next day at 10:00: 21 h.",
)

METRICS = (
    _hours("mr_cycle_time_p50_h", 0.5, CYCLE_TIME),
    _hours("mr_cycle_time_p90_h", 0.9, CYCLE_TIME),
    _hours("time_to_first_review_p50_h", 0.5, FIRST_REVIEW),
    _hours("time_to_first_review_p90_h", 0.9, FIRST_REVIEW),
    _hours("code_review_time_p50_h", 0.5, CODE_REVIEW),
    _hours("code_review_time_p90_h", 0.9, CODE_REVIEW),
    Metric(
        key="rework_rate",
        name="Rework rate",
        family=Family.FLOW,
        direction=Direction.LESS,
        over="Merge requests merged in the window whose review rounds are known.",
        counted="merge requests",
        empty="None was merged, or of none the rounds are known (its author was deleted).",
        example="Four were merged; one went through two rounds, one was pushed by force three "
        "times (more than the two allowed): 2 ÷ 4 = 0.5.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.CODING,
        definition="Share of the merge requests merged in the window that took more than one "
        "review round, or more force-pushes than the threshold; of those whose rounds are known.",
        table=fact_mr.TABLE,
        population=MERGED,
        statistic=PlacedRows.share,
        column="is_reworked",
    ),
    Metric(
        key="mr_throughput_wk",
        name="Merge requests merged",
        family=Family.FLOW,
        direction=Direction.MORE,
        over="Merge requests merged in the window.",
        counted="merge requests",
        empty="Never: none is 0.",
        example="Five merged from Monday to Sunday: 5 for that Sunday.",
        unit=MetricUnit.COUNT,
        window=MetricWindow.WEEK,
        competency=Competency.CODING,
        definition="Merge requests merged in the window.",
        table=fact_mr.TABLE,
        population=MERGED,
        statistic=PlacedRows.count,
    ),
    Metric(
        key="wip_count",
        name="Work in progress",
        family=Family.FLOW,
        direction=Direction.LESS,
        over="Merge requests open at the end of the day.",
        counted="merge requests",
        empty="Never: none is 0.",
        example="One opened on the 1st, closed on the 3rd and reopened on the 5th is in progress "
        "at the end of the 1st, 2nd and 5th, not of the 3rd and 4th.",
        unit=MetricUnit.COUNT,
        window=MetricWindow.END_OF_DAY,
        competency=Competency.CODING,
        definition="Merge requests open at the end of the day by their history of closings and "
        "reopenings, drafts included.",
        table=fact_mr_open_period.TABLE,
        population=OPEN,
        statistic=PlacedRows.count,
    ),
    _age("wip_age_p50_h", 0.5),
    _age("wip_age_p90_h", 0.9),
    Metric(
        key="approval_bypass_ratio",
        name="Merged with too few approvals",
        family=Family.HYGIENE,
        direction=Direction.LESS,
        over="Merge requests merged in the window whose required approvals are known.",
        counted="merge requests",
        empty="Nothing was merged, or GitLab does not say how many approvals are required (GitLab "
        "Free).",
        example="Ten were merged; of one, with two approvals required, one stood at the merge: 1 ÷ "
        "10 = 0.1.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.GITOPS,
        definition="Of the merge requests merged in the window whose required approvals are "
        "known, the share with fewer approvals standing at the merge.",
        table=fact_mr.TABLE,
        population=MERGED,
        statistic=PlacedRows.share,
        column="is_bypassed",
    ),
)
