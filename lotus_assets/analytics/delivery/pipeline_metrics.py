"""The metrics of pipelines and jobs (metrics.md, Pipelines and deployments)."""

from lotus_assets.analytics.delivery.metric import (
    Competency,
    Metric,
    Unit,
    Window,
)
from lotus_assets.analytics.delivery.populations import by_day_of
from lotus_assets.engine.delivery.slice_days import PlacedRows

COUNTED = by_day_of("fact_pipeline", "created_at", where="is_counted")
"""Pipelines that succeeded or failed, without child pipelines."""

METRICS = (
    Metric(
        key="pipeline_success_rate",
        unit=Unit.RATIO,
        window=Window.MONTH,
        competency=Competency.DEVOPS,
        definition="Success ÷ (success + failed) of the pipelines created in the window, child "
        "pipelines left out.",
        table="fact_pipeline",
        population=COUNTED,
        statistic=PlacedRows.share,
        column="is_success",
    ),
    Metric(
        key="mean_time_to_green_s",
        unit=Unit.SECONDS,
        window=Window.MONTH,
        competency=Competency.DEVOPS,
        definition="Mean time from a failed pipeline that opens a red streak on its ref to the "
        "next successful one there, by the day of the failure.",
        table="fact_pipeline",
        population=by_day_of("fact_pipeline", "ended_at", where="opens_red_streak"),
        statistic=PlacedRows.mean,
        column="mtg_seconds",
    ),
    Metric(
        key="pipeline_duration_avg_s",
        unit=Unit.SECONDS,
        window=Window.MONTH,
        competency=Competency.OBSERVABILITY,
        definition="Mean duration of the successful and failed pipelines created in the window.",
        table="fact_pipeline",
        population=COUNTED,
        statistic=PlacedRows.mean,
        column="duration_sec",
    ),
    Metric(
        key="critical_path_avg_s",
        unit=Unit.SECONDS,
        window=Window.MONTH,
        competency=Competency.OBSERVABILITY,
        definition="Mean longest path through the jobs of the successful and failed pipelines "
        "created in the window.",
        table="fact_pipeline",
        population=COUNTED,
        statistic=PlacedRows.mean,
        column="critical_path_sec",
    ),
    Metric(
        key="flaky_job_rate",
        unit=Unit.RATIO,
        window=Window.MONTH,
        competency=Competency.DEVOPS,
        definition="Of the jobs by name and SHA that finished at least once, the share in which a "
        "failed run was followed by a successful one, by the day of the first run.",
        table="fact_flaky_job",
        population=by_day_of("fact_flaky_job", "first_started_at"),
        statistic=PlacedRows.share,
        column="is_flaky",
    ),
)
