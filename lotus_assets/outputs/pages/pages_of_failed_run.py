"""The pages of a run that stops: `pages` follows every table, so a closed gate skips it.

Who reads the pages learns there that the run stopped, why, and how old its figures are.
"""

import dagster as dg

from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.step_failures import failures_of_run
from lotus_assets.outputs.pages.pages import NAME, make_pages
from lotus_assets.sources.interrupts import was_interrupted


@dg.failure_hook(name="pages_of_failed_run", required_resource_keys={"environment"})
def pages_of_failed_run(context: dg.HookContext) -> None:
    """Write the pages anew, of what the warehouse holds, after each step that fails for good.

    When the step `pages` itself fails, or somebody ends the run, they stay as they are.
    """
    if context.step_key == NAME or was_interrupted():
        return
    environment: Environment = context.resources.environment
    settings = environment.settings
    inputs = Inputs(environment.engine, settings, settings.now(), context.run_id)
    make_pages(inputs, failures_of_run(context.instance, context.run_id))
