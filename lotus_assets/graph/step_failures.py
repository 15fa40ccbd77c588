"""Failed steps of a run, in the words of whoever wrote the step."""

from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg


@dataclass(frozen=True)
class StepFailure:
    """A step that failed, with the sentence that says why.

    `is_for_readers`: the step chose the words. Those of any other error may quote rows.
    """

    step: str
    reason: str
    is_for_readers: bool = False


def step_failure(event: dg.DagsterEvent) -> StepFailure:
    """What the step's own code said, without Dagster's wrapping and without a traceback."""
    step, error = event.step_key or "", event.step_failure_data.error
    while error is not None and error.cause is not None and _is_wrapping(error.cls_name or ""):
        error = error.cause
    if error is None:
        return StepFailure(step, "no reason given")
    # Dagster puts the class, with its module, in front of what the error says.
    kind, _, message = error.message.strip().partition(": ")
    own_words = message if kind.rpartition(".")[2] == error.cls_name else error.message.strip()
    return StepFailure(step, own_words, error.cls_name == dg.Failure.__name__)


def failures_of_run(instance: dg.DagsterInstance, run_id: str) -> list[StepFailure]:
    """The steps of a run that failed so far, in their order."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return failures_among(entry.dagster_event for entry in entries)


def failures_among(events: Iterable[dg.DagsterEvent | None]) -> list[StepFailure]:
    """The failed steps among a run's events."""
    return [step_failure(event) for event in events if event is not None and event.is_step_failure]


def _is_wrapping(class_name: str) -> bool:
    """Whether an error of Dagster's only carries that of the step, or that it was tried again."""
    return "Dagster" in class_name or class_name == dg.RetryRequested.__name__
