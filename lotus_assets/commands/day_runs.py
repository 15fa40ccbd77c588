"""The runs behind `make run` and `export`: jobs of a day, in this process, and their summary."""

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import dagster as dg
from rich.console import Console

from lotus_assets.commands.command_errors import tell
from lotus_assets.commands.execution import definitions, execute, stages, tables_of
from lotus_assets.commands.summary import print_summary
from lotus_assets.commands.surroundings.preparation import (
    GITLAB,
    LOTUS_CORE,
    SIDES,
    dagster_variables,
    surroundings,
)
from lotus_assets.commands.surroundings.warehouse_database import database
from lotus_assets.graph.resources import Environment
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.partitions import last_complete_day, whole_day_tags
from lotus_assets.outputs.run_summary import run_summary
from lotus_assets.settings import Settings


def collect(settings: Settings, errors: Console) -> tuple[Mapping[str, Exception], bool]:
    """Everything as of now: the sides that could not be had, and whether all went."""
    with surroundings(settings, errors.print) as missing:
        sides = SIDES - missing.keys()
        succeeded = bool(sides) and _run(errors, last_complete_day(settings), sides=sides)
    return missing, succeeded


def export_day(settings: Settings, day: date, errors: Console) -> bool:
    """Figures and export of a day, of what is stored; whether all went well."""
    with database(settings, errors.print) as url:
        os.environ.update(dagster_variables(settings, url))
        return _run(errors, day, only=["metric_daily", "daily_export"])


def _run(
    errors: Console,
    day: date,
    *,
    only: Sequence[str] = (),
    sides: Collection[str] = (),
) -> bool:
    """Run everything of `sides`, or the assets `only`, on the partition of `day`.

    Prints what was done.
    """
    settings, defs = Settings(), definitions()
    with dg.DagsterInstance.get() as instance:
        executions = []
        if only:
            job = defs.resolve_implicit_global_asset_job_def()
            assets = [dg.AssetKey(name) for name in only]
            executions.append(execute(job, instance, errors, partition_key=str(day), assets=assets))
        if GITLAB in sides:
            job = defs.resolve_job_def("tem_full")
            executions.append(execute(job, instance, errors, partition_key=str(day)))
        if LOTUS_CORE in sides:
            job = defs.resolve_job_def("portfolio_full")
            tags = whole_day_tags(day, InputSettings().lotus_core_shards)
            executions.append(execute(job, instance, errors, tags=tags))
    repository = defs.get_repository_def()
    run_ids = [execution.run_id for execution in executions]
    summary = run_summary(Environment().engine, run_ids, tables_of(repository))
    spent = stages(
        repository,
        {step: time for execution in executions for step, time in execution.seconds.items()},
    )
    print_summary(Console(), summary, settings.tem_export_dir, spent)
    for failure in (failure for execution in executions for failure in execution.failures):
        tell(errors, f"{failure.step}: {failure.reason}")
    return all(execution.succeeded for execution in executions)
