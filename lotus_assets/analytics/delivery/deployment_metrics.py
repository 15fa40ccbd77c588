"""The metrics of production deployments (metrics.md, Pipelines and deployments)."""

from lotus_assets.analytics.delivery.metric import (
    Competency,
    Metric,
    Unit,
    Window,
    percentile,
)
from lotus_assets.analytics.delivery.populations import by_day_of
from lotus_assets.engine.delivery.slice_days import PlacedRows

DEPLOYED = by_day_of("fact_deployment", "deployed_at")


def _lead_time(key: str, quantile: float) -> Metric:
    return Metric(
        key=key,
        unit=Unit.HOURS,
        window=Window.MONTH,
        competency=Competency.DEVOPS,
        definition="Creation of an issue to the finish of the first production deployment that "
        "contains the last merged of its merge requests, by the day of that deployment, "
        f"p{quantile * 100:.0f}.",
        table="fact_lead_time",
        population=by_day_of("fact_lead_time", "deployed_at"),
        statistic=percentile(quantile),
        column="lead_time_hours",
    )


METRICS = (
    _lead_time("lead_time_p50_h", 0.5),
    _lead_time("lead_time_p90_h", 0.9),
    Metric(
        key="deployment_frequency_wk",
        unit=Unit.COUNT,
        window=Window.WEEK,
        competency=Competency.DEVOPS,
        definition="Production deployments in the window.",
        table="fact_deployment",
        population=DEPLOYED,
        statistic=PlacedRows.count,
    ),
    Metric(
        key="rollback_rate",
        unit=Unit.RATIO,
        window=Window.MONTH,
        competency=Competency.DEVOPS,
        definition="Share of the production deployments that are rollbacks; one of which it "
        "cannot be told is in neither.",
        table="fact_deployment",
        population=DEPLOYED,
        statistic=PlacedRows.share,
        column="is_rollback",
    ),
    Metric(
        key="rollback_time_p50_h",
        unit=Unit.HOURS,
        window=Window.MONTH,
        competency=Competency.DEVOPS,
        definition="Finish of the production deployment that was rolled back to the finish of "
        "the rollback, p50.",
        table="fact_deployment",
        population=DEPLOYED,
        statistic=percentile(0.5),
        column="rollback_time_hours",
    ),
)
