"""The metrics of production deployments."""

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
from lotus_assets.analytics.delivery.populations import by_day_of
from lotus_assets.engine.delivery.slice_days import PlacedRows
from lotus_assets.facts import fact_deployment, fact_lead_time

DEPLOYED = by_day_of("deployed_at", where="is_counted")
"""Production deployments, each by the row that finished first."""


def _lead_time(key: str, quantile: float) -> Metric:
    return Metric(
        key=key,
        name=f"Lead time for change, {percentile_name(quantile)}",
        family=Family.FLOW,
        direction=Direction.LESS,
        over="Issues whose last merge request went to production in the window.",
        counted="issues",
        empty="No such issue; merges before the first known deployment have no lead time.",
        example="Opened on Monday 9:00; its merge request is merged on Tuesday and part of the "
        "deployment that finishes on Wednesday 9:00: 48 h, counted on Wednesday.",
        unit=MetricUnit.HOURS,
        window=MetricWindow.MONTH,
        competency=Competency.DEVOPS,
        definition="Creation of an issue to the finish of the first production deployment that "
        "contains the last merged of the merge requests into the default branch that close it, by "
        "the day of that deployment; an issue that was moved elsewhere has none; a merge "
        "before the first deployment that is known has none, if the project is older than what was "
        "collected; "
        f"p{quantile * 100:.0f}.",
        table=fact_lead_time.TABLE,
        population=by_day_of("deployed_at"),
        statistic=Percentile(quantile),
        column="lead_time_hours",
    )


METRICS = (
    _lead_time("lead_time_p50_h", 0.5),
    _lead_time("lead_time_p90_h", 0.9),
    Metric(
        key="deployment_frequency_wk",
        name="Production deployments",
        family=Family.CI_CD,
        direction=Direction.MORE,
        over="Production deployments in the window.",
        counted="deployments",
        empty="Never: none is 0.",
        example="One pipeline deploys to eu and us, another to eu: 2.",
        unit=MetricUnit.COUNT,
        window=MetricWindow.WEEK,
        competency=Competency.DEVOPS,
        definition="Production deployments in the window: what one pipeline brings to several "
        "regions, or by several jobs, is one, and again one when it returns after another.",
        table=fact_deployment.TABLE,
        population=DEPLOYED,
        statistic=PlacedRows.count,
    ),
    Metric(
        key="rollback_rate",
        name="Rollbacks",
        family=Family.CI_CD,
        direction=Direction.LESS,
        over="Production deployments of which it can be told whether they were rollbacks.",
        counted="deployments",
        empty="Nothing was deployed, or of nothing it can be told.",
        example="Ten deployments; one brought back the commit before: 1 ÷ 10 = 0.1.",
        unit=MetricUnit.RATIO,
        window=MetricWindow.MONTH,
        competency=Competency.DEVOPS,
        definition="Share of the production deployments that are rollbacks; one of which it "
        "cannot be told is in neither.",
        table=fact_deployment.TABLE,
        population=DEPLOYED,
        statistic=PlacedRows.share,
        column="is_rollback",
    ),
    Metric(
        key="rollback_time_p50_h",
        name="Time to roll back, median",
        family=Family.CI_CD,
        direction=Direction.LESS,
        over="Production deployments that are rollbacks.",
        counted="deployments",
        empty="There was no rollback, or nothing before it.",
        example="A deployment finishes at 10:00, its rollback at 12:30: 2.5 h.",
        unit=MetricUnit.HOURS,
        window=MetricWindow.MONTH,
        competency=Competency.DEVOPS,
        definition="Finish of the production deployment that was rolled back to the finish of "
        "the rollback, p50; it is the last one before in that environment, by whichever job.",
        table=fact_deployment.TABLE,
        population=DEPLOYED,
        statistic=Percentile(0.5),
        column="rollback_time_hours",
    ),
)
