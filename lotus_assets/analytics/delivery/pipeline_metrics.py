"""The metrics of pipelines and jobs."""

from lotus_assets.analytics.delivery.metric import (
    Competency,
    Direction,
    Family,
    Metric,
    MetricUnit,
    MetricWindow,
)
from lotus_assets.analytics.delivery.populations import by_day_of
from lotus_assets.engine.delivery.slice_days import PlacedRows
from lotus_assets.facts import fact_flaky_job, fact_pipeline

COUNTED = by_day_of("created_at", where="is_counted")
"""Pipelines that succeeded or failed, without child pipelines."""

METRICS = (
    Metric(
        key="pipeline_success_rate",
        name="Pipeline success rate",
        family=Family.CI_CD,
        direction=Direction.MORE,
        over="Pipelines created in the window that succeeded or failed.",
        counted="pipelines",
        empty="None succeeded or failed.",
        example="Eight succeeded, two failed, three were canceled: 8 ÷ 10 = 0.8.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.DEVOPS,
        definition="Success ÷ (success + failed) of the pipelines created in the window, child "
        "pipelines left out.",
        table=fact_pipeline.TABLE,
        population=COUNTED,
        statistic=PlacedRows.share,
        column="is_success",
    ),
    Metric(
        key="mean_time_to_green_s",
        name="Mean time to green",
        family=Family.CI_CD,
        direction=Direction.LESS,
        over="Failed pipelines that open a red streak, by the day on which they ended.",
        counted="failed pipelines",
        empty="No red streak that began in the window has ended.",
        example="On main one fails at 10:00, one at 10:30, and one succeeds at 11:00: one streak "
        "of 3,600 s.",
        unit=MetricUnit.SECONDS,
        window=MetricWindow.MONTH,
        competency=Competency.DEVOPS,
        definition="Mean time from a failed pipeline that opens a red streak on its ref to the "
        "next successful one there, by the day of the failure; a pipeline ends with the last of "
        "its jobs, those aside that were played by hand and may fail.",
        table=fact_pipeline.TABLE,
        population=by_day_of("ended_at", where="opens_red_streak"),
        statistic=PlacedRows.mean,
        column="mtg_seconds",
    ),
    Metric(
        key="pipeline_duration_avg_s",
        name="Average duration of pipelines",
        family=Family.CI_CD,
        direction=Direction.LESS,
        over="Pipelines created in the window that succeeded or failed.",
        counted="pipelines",
        empty="None succeeded or failed, or none says how long it took.",
        example="Three took 300, 600 and 900 s: 600 s.",
        unit=MetricUnit.SECONDS,
        window=MetricWindow.MONTH,
        competency=Competency.OBSERVABILITY,
        definition="Mean duration of the successful and failed pipelines created in the window, "
        "child pipelines left out.",
        table=fact_pipeline.TABLE,
        population=COUNTED,
        statistic=PlacedRows.mean,
        column="duration_sec",
    ),
    Metric(
        key="critical_path_avg_s",
        name="Critical path of pipelines",
        family=Family.CI_CD,
        direction=Direction.LESS,
        over="Pipelines created in the window that succeeded or failed.",
        counted="pipelines",
        empty="None succeeded or failed.",
        example="build takes 100 s, then unit 200 s and lint 50 s side by side: 300 s.",
        unit=MetricUnit.SECONDS,
        window=MetricWindow.MONTH,
        competency=Competency.OBSERVABILITY,
        definition="Mean longest path through the jobs of the successful and failed pipelines "
        "created in the window, child pipelines and bridges left out.",
        table=fact_pipeline.TABLE,
        population=COUNTED,
        statistic=PlacedRows.mean,
        column="critical_path_sec",
    ),
    Metric(
        key="flaky_job_rate",
        name="Flaky jobs",
        family=Family.CI_CD,
        direction=Direction.LESS,
        over="Jobs by name and SHA that finished at least once, by the day of their first run.",
        counted="jobs",
        empty="No job finished.",
        example="unit fails on a commit and succeeds there when it is retried, 19 others succeed "
        "at once: 1 ÷ 20 = 0.05.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.DEVOPS,
        definition="Of the jobs by name and SHA that finished at least once, the share in which a "
        "failed run was followed by a successful one, by the day on which the first run started "
        "(was created, if no runner took it); those of child pipelines count, bridges do not.",
        table=fact_flaky_job.TABLE,
        population=by_day_of("first_started_at"),
        statistic=PlacedRows.share,
        column="is_flaky",
    ),
)
