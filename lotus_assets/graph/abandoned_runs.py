"""Runs whose process was killed: they would count as under way for ever."""

import socket

import dagster as dg
import psutil

PROCESS_TAG = "lotus/process"
"""Which process executes a run: `host/pid/start`. A run whose process is gone has ended."""

UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
"""What a run can be at that a process of ours executes."""


def close_abandoned_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs as failed whose process on this machine was killed; their ids.

    Nobody else does: Dagster's own monitoring knows only the runs that its daemon launched. Their
    places in the pools become free.
    """
    unfinished = dg.RunsFilter(statuses=UNFINISHED)
    closed = []
    for run in instance.get_runs(unfinished):
        name = run.tags.get(PROCESS_TAG, "")
        if name.startswith(f"{socket.gethostname()}/") and not _is_alive(name):
            instance.report_run_failed(run, "The process that executed this run was killed.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            closed.append(run.run_id)
    return closed


def this_process() -> str:
    """The name of this process in PROCESS_TAG."""
    return _process_name(psutil.Process())


def _process_name(process: psutil.Process) -> str:
    return f"{socket.gethostname()}/{process.pid}/{process.create_time():.0f}"


def _is_alive(name: str) -> bool:
    try:
        process = psutil.Process(int(name.split("/")[1]))
        return process.status() != psutil.STATUS_ZOMBIE and _process_name(process) == name
    except psutil.NoSuchProcess:
        return False
