"""The one place where a step reports its gate, fails, and says whether it may be tried again.

Dagster's run-level retries do not see `Failure(allow_retries=False)`, and a step's `RetryPolicy` is
followed for an interrupt too: a run that is told to end would go on. So no run is run again because
a step failed (`run_retries` in `dagster.yaml`): the step asks for it itself, once, unless its error
is permanent.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import dagster as dg

from lotus_assets.filling.reports import GateClosed
from lotus_assets.graph.code_references import with_step_reference
from lotus_assets.graph.gated_assets import gate_result
from lotus_assets.sources.gitlab.email_hash import redacted
from lotus_assets.sources.interrupts import was_interrupted
from lotus_assets.sources.permanence import PassingError, PermanentError

MAX_RETRIES = 1
"""How often a failed step is run again: the sources have waited and tried by themselves before."""

Step = Callable[..., Iterator[Any]]


def tried_once_more(step: Step) -> Step:
    """A step whose failures are told, and tried again, in the one way.

    The function yields its results. A closed gate becomes failed checks of the tables that closed
    it; it and every other `PermanentError` fail the step for good, anything else once more. None
    begins once an interrupt came.
    """

    @wraps(step)
    def reported(*arguments: Any, **resources: Any) -> Iterator[Any]:
        if was_interrupted():
            raise dg.DagsterExecutionInterruptedError
        try:
            yield from step(*arguments, **resources)
        except PermanentError as permanent:
            if isinstance(permanent, GateClosed):
                for report in permanent.reports:
                    yield gate_result(report, permanent.limit)
            raise dg.Failure(redacted(str(permanent)), allow_retries=False) from None
        except PassingError as passing:
            raise dg.RetryRequested(MAX_RETRIES) from dg.Failure(redacted(str(passing)))
        except Exception as error:
            raise dg.RetryRequested(MAX_RETRIES) from error

    return reported


def asset_step(**declaration: Any) -> Callable[[Step], dg.AssetsDefinition]:
    """`dagster.multi_asset` whose failures are told, and tried again, in the one way."""

    def declare(step: Step) -> dg.AssetsDefinition:
        specs = [with_step_reference(spec, step) for spec in declaration["specs"]]
        return dg.multi_asset(**{**declaration, "specs": specs})(tried_once_more(step))

    return declare
