"""When the portfolio side refreshes by itself: every night, and when lotus-core has new data."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import dagster as dg
from dagster._core.storage.tags import ROOT_RUN_ID_TAG
from sqlalchemy import Engine

from lotus_assets.analytics.portfolios.portfolio_assets import PORTFOLIOS_TAG
from lotus_assets.graph import layers
from lotus_assets.graph.resources import Environment
from lotus_assets.inputs import core_payload
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.input_tables import BENCHMARK_RETURNS, PERFORMANCE_INPUT, RISK_FREE
from lotus_assets.inputs.lotus_core_resource import LotusCore
from lotus_assets.inputs.partitions import last_complete_day, whole_day_tags
from lotus_assets.settings import Settings
from lotus_assets.sources.lotus_core.catalogue import CatalogueEntry
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.warehouse.payload_index import known_payloads

NIGHTLY = "0 4 * * *"
"""After GitLab's nightly run; 04:00 is in every day, whatever the clocks do."""
SENSOR_SECONDS = 300
LATE_DAYS = 7
"""A file may come after a weekend or the longest holidays, recorded on its own day: it changes what
was collected as of each day since. lotus-core takes nothing recorded before its last day."""
NAMED_PORTFOLIOS = 200
"""More changes than these refresh the whole day: the run's tag stays readable."""

REFRESH_TAG = "lotus/refresh"
"""What a refresh is for: the day, and a hash of the versions that are new."""
ATTEMPTS = 3
"""Of a refresh that fails. Then the night's run, or another change, is waited for."""

UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
FAILED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]

Key = tuple[str, str]
"""Subject and variant of a payload."""


def nightly_portfolios(job: "dg.UnresolvedAssetJobDefinition") -> dg.ScheduleDefinition:
    """Collect and work out every portfolio as of the day that ended."""

    @dg.schedule(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=NIGHTLY,
        execution_timezone=Settings().timezone,
        description="Nightly, 04:00: every portfolio as of the day that ended.",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def fire(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        instant = context.scheduled_execution_time
        day = layers.last_complete_day(instant, Settings())
        return dg.RunRequest(
            run_key=f"{job.name}:{instant.isoformat()}",
            tags=whole_day_tags(day, InputSettings().lotus_core_shards),
        )

    return fire


def changed_portfolios(job: "dg.UnresolvedAssetJobDefinition") -> dg.SensorDefinition:
    """Refresh the portfolios whose data version is another one than the collected one.

    A benchmark or a risk-free series that changed refreshes every portfolio: any may be held
    against it. Before the night's run of a day there is nothing to refresh. While a run of the day
    is under way its end is waited for; a refresh that failed is tried again, `ATTEMPTS` in all.
    The days of `LATE_DAYS` before are looked at too: each has a run of its own.
    """

    @dg.sensor(
        name="changed_portfolios",
        job=job,
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks lotus-core for data versions and refreshes what has a new one.",
    )
    def look(
        context: dg.SensorEvaluationContext, environment: Environment, lotus_core: LotusCore
    ) -> list[dg.RunRequest] | dg.SkipReason:
        # Here, because it asks the machine for its processes, with a library of its own.
        from lotus_assets.graph.abandoned_runs import close_abandoned_runs

        newest = last_complete_day(environment.settings)
        close_abandoned_runs(context.instance)
        requests, reasons = [], []
        with lotus_core.client(f"sensor:{newest}") as client:
            for ago in range(LATE_DAYS + 1):
                day = newest - timedelta(days=ago)
                changed = changes(environment.engine, client, day, is_known_only=ago > 0)
                outcome = refresh(context.instance, job.name, day, *changed)
                if isinstance(outcome, dg.RunRequest):
                    requests.append(outcome)
                elif ago == 0 or any(changed):
                    reasons.append(str(outcome.skip_message))
        return requests or dg.SkipReason(" ".join(reasons))

    return look


def refresh(
    instance: dg.DagsterInstance,
    job: str,
    day: date,
    portfolios: dict[str, str] | None,
    series: dict[str, str],
) -> dg.RunRequest | dg.SkipReason:
    """The run that refreshes what changed as of `day`, or why there is none."""
    if (run := run_under_way(instance, job, day)) is not None:
        return dg.SkipReason(f"Run {run} of {day} is under way.")
    if portfolios is None:
        return dg.SkipReason(f"Nothing has been collected as of {day} yet.")
    if not portfolios and not series:
        return dg.SkipReason(f"Nothing changed since it was collected as of {day}.")
    key = refresh_key(day, portfolios, series)
    failed = failed_attempts(instance, key)
    if failed >= ATTEMPTS:
        return dg.SkipReason(
            f"Refreshing what changed failed {failed} times: see the runs tagged "
            f"{REFRESH_TAG}={key}. The nightly run tries again, and so does this sensor as "
            "soon as more has changed."
        )
    tags = refresh_tags(day, portfolios, series)
    return dg.RunRequest(run_key=f"{key}:{failed}", tags={**tags, REFRESH_TAG: key})


def run_under_way(instance: dg.DagsterInstance, job: str, day: date) -> str | None:
    """A run of `job` that covers `day` and has not ended, if there is one."""
    every = InputSettings().lotus_core_shards
    filters = dg.RunsFilter(job_name=job, statuses=UNDER_WAY, tags=whole_day_tags(day, every))
    return next((run.run_id for run in instance.get_runs(filters, limit=1)), None)


def failed_attempts(instance: dg.DagsterInstance, refresh_tag: str) -> int:
    """How often a refresh failed; Dagster's own retry of a run counts as one with it."""
    filters = dg.RunsFilter(statuses=FAILED, tags={REFRESH_TAG: refresh_tag})
    runs = instance.get_runs(filters)
    return sum(run.tags.get(ROOT_RUN_ID_TAG, run.run_id) == run.run_id for run in runs)


def changes(
    engine: Engine, client: LotusCoreClient, day: date, *, is_known_only: bool = False
) -> tuple[dict[str, str] | None, dict[str, str]]:
    """Portfolios, and benchmarks and series, whose version is not the collected one, with it.

    None for portfolios: not one was collected as of `day`. `is_known_only` leaves out what was
    never collected as of `day`: a backfill may have wanted some shards alone.

    Raises:
        LotusCoreError: lotus-core does not answer.
    """
    with engine.connect() as connection:
        known_portfolios, known_benchmarks, known_rates = (
            known_payloads(connection, core_payload.TABLE, kind.contract.name, day)
            for kind in (PERFORMANCE_INPUT, BENCHMARK_RETURNS, RISK_FREE)
        )
    if not known_portfolios:
        return None, {}
    portfolios: Iterator[tuple[Key, CatalogueEntry]] = (
        ((entry.portfolio_id, ""), entry)
        for entry in client.portfolios(day)
        if entry.open_date <= day
    )
    benchmarks: Iterator[tuple[Key, CatalogueEntry]] = (
        ((entry.benchmark_id, entry.benchmark_currency), entry)
        for entry in client.benchmarks(day)
        if entry.first_date is not None and entry.first_date <= day
    )
    rates: Iterator[tuple[Key, CatalogueEntry]] = (
        ((entry.currency, entry.series_mode), entry)
        for entry in client.risk_free_series(day)
        if entry.first_date <= day
    )
    return (
        _unlike(portfolios, known_portfolios, is_known_only),
        _unlike(benchmarks, known_benchmarks, is_known_only)
        | _unlike(rates, known_rates, is_known_only),
    )


def _unlike(
    entries: Iterator[tuple[Key, CatalogueEntry]],
    known: Mapping[Key, tuple[str, str | None, object]],
    is_known_only: bool,
) -> dict[str, str]:
    """Subject → new data version. A payload that was refused has none and waits for the night."""
    return {
        key[0]: entry.data_version
        for key, entry in entries
        if (known[key][1] not in {None, entry.data_version} if key in known else not is_known_only)
    }


def refresh_key(day: date, portfolios: dict[str, str], series: dict[str, str]) -> str:
    """The same for the same changes: those are refreshed by one run."""
    content = repr((sorted(portfolios.items()), sorted(series.items())))
    return f"{day}:{hashlib.sha256(content.encode()).hexdigest()}"


def refresh_tags(day: date, portfolios: dict[str, str], series: dict[str, str]) -> dict[str, str]:
    """Tags of one run for all that changed."""
    tags = whole_day_tags(day, InputSettings().lotus_core_shards)
    if not series and len(portfolios) <= NAMED_PORTFOLIOS:
        tags[PORTFOLIOS_TAG] = ",".join(sorted(portfolios))
    return tags
