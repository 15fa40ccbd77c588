"""One run of a job in this process: a real Dagster run, kept and shown like any other."""

import socket
from dataclasses import dataclass

import dagster as dg
import psutil
from dagster._core.utils import make_new_run_id
from dagster_shared.error import SerializableErrorInfo
from rich.console import Console

from lotus_assets.progress import RunProgress

PROCESS_TAG = "lotus/process"
"""Which process executes a run: `host/pid/start`. A run whose process is gone has ended."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Progress is shown instead of Dagster's log lines, which stay in its event log."""


@dataclass(frozen=True)
class Failure:
    """A step that failed, with the sentence that says why."""

    step: str
    reason: str


@dataclass(frozen=True)
class Execution:
    """A run that is over."""

    run_id: str
    failures: tuple[Failure, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every step did its work."""
        return not self.failures


def execute(job: dg.JobDefinition, instance: dg.DagsterInstance, console: Console) -> Execution:
    """Run `job` here and now; progress goes to `console`. A failing step raises nothing."""
    close_abandoned_runs(instance)
    run_id = make_new_run_id()
    steps = len(job.graph.node_defs)
    with RunProgress(instance, run_id, steps, console):
        result = job.execute_in_process(
            run_config=QUIET,
            instance=instance,
            raise_on_error=False,
            run_id=run_id,
            tags={PROCESS_TAG: _process_name(psutil.Process())},
        )
    failures = tuple(
        Failure(event.step_key or job.name, _innermost(event.step_failure_data.error))
        for event in result.all_events
        if event.is_step_failure
    )
    if not result.success and not failures:
        failures = (Failure(job.name, "The run failed before its first step."),)
    return Execution(run_id, failures)


def close_abandoned_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs as failed whose process on this machine was killed; their ids.

    Nobody else does: Dagster's own monitoring knows only the runs that its daemon launched. Their
    places in the pools become free.
    """
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    closed = []
    for run in instance.get_runs(unfinished):
        name = run.tags.get(PROCESS_TAG, "")
        if name.startswith(f"{socket.gethostname()}/") and not _is_alive(name):
            instance.report_run_failed(run, "The process that executed this run was killed.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            closed.append(run.run_id)
    return closed


def _process_name(process: psutil.Process) -> str:
    return f"{socket.gethostname()}/{process.pid}/{process.create_time():.0f}"


def _is_alive(name: str) -> bool:
    try:
        process = psutil.Process(int(name.split("/")[1]))
        return process.status() != psutil.STATUS_ZOMBIE and _process_name(process) == name
    except psutil.NoSuchProcess:
        return False


def _innermost(error: SerializableErrorInfo | None) -> str:
    """What the step's own code said, without Dagster's wrapping and without a traceback."""
    if error is None:
        return "no reason given"
    while error.cause is not None and error.cls_name is not None and "Dagster" in error.cls_name:
        error = error.cause
    return error.message.strip().removeprefix(f"{error.cls_name}: ").split("\n\nStack Trace")[0]
