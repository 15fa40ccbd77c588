"""One run of a job in this process: a real Dagster run, kept and shown like any other."""

import uuid
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dagster as dg
from rich.console import Console

from lotus_assets.commands.progress import RunProgress
from lotus_assets.graph.abandoned_runs import PROCESS_TAG, close_abandoned_runs, this_process
from lotus_assets.graph.gated_assets import FILLED_TABLES
from lotus_assets.graph.step_failures import StepFailure, failures_among
from lotus_assets.sources.interrupts import was_interrupted
from lotus_assets.tables.table import Table

CHECKS = "checks"
"""Stage of the steps that fill no table."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Progress is shown instead of Dagster's log lines, which stay in its event log."""


@dataclass(frozen=True)
class Execution:
    """A run that is over. `seconds` is the time of each step that was finished, in their order."""

    run_id: str
    failures: tuple[StepFailure, ...]
    seconds: Mapping[str, float]

    @property
    def succeeded(self) -> bool:
        """Whether every step did its work."""
        return not self.failures


def execute(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    console: Console,
    *,
    partition_key: str | None = None,
    tags: Mapping[str, str] | None = None,
    assets: Sequence[dg.AssetKey] | None = None,
) -> Execution:
    """Run `job` (or only `assets` of it) here and now; progress goes to `console`.

    What it covers is one partition, or what `tags` say. A failing step raises nothing.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM came; the run is marked as ended.
    """
    close_abandoned_runs(instance)
    # Dagster opens a connection for every statement, but in its webserver: measured, 2,000 of them
    # in a run of the portfolio side with nothing new, half of its time.
    instance.optimize_for_webserver(statement_timeout=0, pool_recycle=3600, max_overflow=20)
    run_id = str(uuid.uuid4())
    steps = len(job.nodes) if assets is None else len(assets)
    with RunProgress(instance, run_id, steps, console):
        result = job.execute_in_process(
            run_config=QUIET,
            instance=instance,
            partition_key=partition_key,
            asset_selection=assets,
            raise_on_error=False,
            run_id=run_id,
            tags={**(tags or {}), PROCESS_TAG: this_process()},
        )
    events = result.all_events
    if was_interrupted() or any(_is_interrupt(event) for event in events if event.is_step_failure):
        raise KeyboardInterrupt
    failures = tuple(failures_among(events))
    if not result.success and not failures:
        failures = (StepFailure(job.name, "The run failed before its first step."),)
    seconds = {
        event.step_key: event.step_success_data.duration_ms / 1000
        for event in events
        if event.is_step_success and event.step_key is not None
    }
    return Execution(run_id, failures, seconds)


def stages(repository: dg.RepositoryDefinition, seconds: Mapping[str, float]) -> dict[str, float]:
    """Seconds of the steps, summed by the group (layer) of their assets; checks by themselves."""
    by_stage: dict[str, float] = {}
    groups = {
        assets.op.name: next(iter(assets.group_names_by_key.values()))
        for assets in repository.assets_defs_by_key.values()
        if assets.is_executable
    }
    for step, spent in seconds.items():
        stage = groups.get(step, CHECKS)
        by_stage[stage] = by_stage.get(stage, 0.0) + spent
    return by_stage


def definitions() -> dg.Definitions:
    """The graph, without Dagster's warnings about what is in beta."""
    for category in (dg.BetaWarning, dg.PreviewWarning):
        warnings.simplefilter("ignore", category)
    # Here, because importing it warns.
    from lotus_assets.definitions import defs

    return defs


def tables_of(repository: dg.RepositoryDefinition) -> dict[str, Table]:
    """The tables of the graph by name, in the order in which they are filled."""
    keys = (key.to_user_string() for key in repository.asset_graph.toposorted_asset_keys)
    return {key: FILLED_TABLES[key] for key in keys if key in FILLED_TABLES}


def _is_interrupt(event: dg.DagsterEvent) -> bool:
    """Dagster makes an interrupt a failure of the step that it met."""
    error = event.step_failure_data.error
    return error is not None and error.cls_name == dg.DagsterExecutionInterruptedError.__name__
