"""When the graph refreshes by itself."""

import dagster as dg

from lotus_assets.graph.layers import last_complete_day
from lotus_assets.settings import Settings


def scheduled(
    job: "dg.UnresolvedAssetJobDefinition", cron_schedule: str, description: str
) -> dg.ScheduleDefinition:
    """Run `job` by the clock of TIMEZONE, on the partition of the day that ended last.

    02:00 does not exist on the spring clock change; Dagster then fires at 03:00.
    """

    @dg.schedule(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=cron_schedule,
        execution_timezone=Settings().timezone,
        description=description,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def fire(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        instant = context.scheduled_execution_time
        day = last_complete_day(instant, Settings())
        return dg.RunRequest(run_key=f"{job.name}:{instant.isoformat()}", partition_key=str(day))

    return fire
