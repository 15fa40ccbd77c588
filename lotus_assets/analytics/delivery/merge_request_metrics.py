"""The metrics of merge requests."""

import numpy as np
import pandas as pd

from lotus_assets.analytics.delivery.metric import (
    Competency,
    Metric,
    MetricUnit,
    MetricWindow,
    Percentile,
)
from lotus_assets.analytics.delivery.populations import ByDayOf
from lotus_assets.engine.delivery.counted_days import (
    CountedDays,
    at_end_of_day,
    days_of,
    end_of_days,
    in_window,
)
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays
from lotus_assets.facts import fact_mr, fact_mr_open_period

MERGED = ByDayOf("merged_at")


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


def _hours(key: str, quantile: float, column: str, definition: str) -> Metric:
    return Metric(
        key=key,
        unit=MetricUnit.HOURS,
        window=MetricWindow.MONTH,
        competency=Competency.CODING,
        definition=f"{definition}, merge requests merged in the window, p{quantile * 100:.0f}.",
        table=fact_mr.TABLE,
        population=MERGED,
        statistic=Percentile(quantile),
        column=column,
    )


def _age(key: str, quantile: float) -> Metric:
    return Metric(
        key=key,
        unit=MetricUnit.HOURS,
        window=MetricWindow.END_OF_DAY,
        competency=Competency.CODING,
        definition="Age since creation of merge requests open at the end of the day by their "
        f"history of closings and reopenings, drafts included, p{quantile * 100:.0f}.",
        table=fact_mr_open_period.TABLE,
        population=age_in_progress,
        statistic=Percentile(quantile),
    )


CYCLE_TIME = "First commit (authored date) to merge"
FIRST_REVIEW = (
    "Creation to the first comment by another human, or approval or request for changes by another"
)
CODE_REVIEW = (
    "First review to the required approvals, or to the merge where none are required or they were "
    "not there by then; none for a first review after the merge"
)

METRICS = (
    _hours("mr_cycle_time_p50_h", 0.5, "cycle_time_hours", CYCLE_TIME),
    _hours("mr_cycle_time_p90_h", 0.9, "cycle_time_hours", CYCLE_TIME),
    _hours("time_to_first_review_p50_h", 0.5, "review_wait_hours", FIRST_REVIEW),
    _hours("time_to_first_review_p90_h", 0.9, "review_wait_hours", FIRST_REVIEW),
    _hours("code_review_time_p50_h", 0.5, "code_review_hours", CODE_REVIEW),
    _hours("code_review_time_p90_h", 0.9, "code_review_hours", CODE_REVIEW),
    Metric(
        key="rework_rate",
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
        unit=MetricUnit.COUNT,
        window=MetricWindow.END_OF_DAY,
        competency=Competency.CODING,
        definition="Merge requests open at the end of the day by their history of closings and "
        "reopenings, drafts included.",
        table=fact_mr_open_period.TABLE,
        population=in_progress,
        statistic=PlacedRows.count,
    ),
    _age("wip_age_p50_h", 0.5),
    _age("wip_age_p90_h", 0.9),
    Metric(
        key="approval_bypass_ratio",
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
