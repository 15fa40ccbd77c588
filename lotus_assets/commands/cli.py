"""The commands behind `make run`, `make dev` and `make bench`: `python -m lotus_assets COMMAND`.

Exit codes: 0 all went well; 1 the run failed; 2 something has to be set right first; 130
interrupted. Messages and progress go to stderr, the summary to stdout.
"""

import os
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from lotus_assets.commands.bench_commands import application as bench_application
from lotus_assets.commands.command_errors import (
    FAILED,
    NOT_READY,
    tell,
    told_to_the_reader,
)
from lotus_assets.commands.progress import console_on_stderr
from lotus_assets.commands.surroundings.preparation import (
    GITLAB,
    LOOPBACK,
    LOTUS_CORE,
    SIDES,
    check_all,
    check_day,
    check_folders,
    check_port,
    dagster_variables,
    database,
    surroundings,
)
from lotus_assets.commands.surroundings.processes import ProcessFailed, first_line, running
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings

API_SECONDS = 60

application = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)
application.add_typer(bench_application)


@application.command()
def run() -> None:
    """Collect, compute and export once, and end with a summary.

    GitLab and lotus-core stand side by side: one that cannot be had is left out and told at the
    end, the other is collected all the same.
    """
    with console_on_stderr() as errors, told_to_the_reader(errors):
        settings = Settings()
        check_all(settings)
        with surroundings(settings, errors.print) as missing:
            there = SIDES - missing.keys()
            succeeded = bool(there) and _run(errors, settings.now(), sides=there)
        for side, error in missing.items():
            tell(errors, f"{side} was left out: {error}")
    if missing:
        raise typer.Exit(NOT_READY)
    if not succeeded:
        raise typer.Exit(FAILED)


@application.command()
def export(
    day: Annotated[
        datetime,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The day to export, YYYY-MM-DD."),
    ],
) -> None:
    """Compute and export one day from what is in the warehouse."""
    with console_on_stderr() as errors, told_to_the_reader(errors):
        settings = Settings()
        noon = day.replace(hour=12, tzinfo=settings.zone)
        check_day(noon.date(), settings)
        check_folders(settings)
        with database(settings, errors.print) as url:
            os.environ.update(dagster_variables(settings, url))
            succeeded = _run(errors, noon, only=["metric_daily", "daily_export"])
    if not succeeded:
        raise typer.Exit(FAILED)


def _run(
    errors: Console,
    instant: datetime,
    *,
    only: Sequence[str] = (),
    sides: Collection[str] = (),
) -> bool:
    """Run everything of `sides`, or the assets `only`, on the day of `instant`.

    Prints what was done.
    """
    # Here, because the definitions read the environment that was set just now.
    import dagster as dg

    for category in (dg.BetaWarning, dg.PreviewWarning):
        warnings.simplefilter("ignore", category)
    from lotus_assets.commands.execution import execute, stages, tables_of
    from lotus_assets.commands.summary import print_summary
    from lotus_assets.definitions import defs
    from lotus_assets.graph.layers import day_key
    from lotus_assets.graph.resources import Environment
    from lotus_assets.inputs.input_settings import InputSettings
    from lotus_assets.inputs.partitions import last_complete_day, whole_day_tags
    from lotus_assets.outputs.run_summary import run_summary

    settings = Settings()
    with dg.DagsterInstance.get() as instance:
        day = day_key(instant, settings)
        executions = []
        if only:
            job = defs.resolve_implicit_global_asset_job_def()
            assets = [dg.AssetKey(name) for name in only]
            executions.append(execute(job, instance, errors, partition_key=day, assets=assets))
        if GITLAB in sides:
            job = defs.resolve_job_def("tem_full")
            executions.append(execute(job, instance, errors, partition_key=day))
        if LOTUS_CORE in sides:
            job = defs.resolve_job_def("portfolio_full")
            tags = whole_day_tags(last_complete_day(settings), InputSettings().lotus_core_shards)
            executions.append(execute(job, instance, errors, tags=tags))
    repository = defs.get_repository_def()
    run_ids = [execution.run_id for execution in executions]
    summary = run_summary(Environment().engine, run_ids, tables_of(repository))
    spent = stages(
        repository, {step: time for each in executions for step, time in each.seconds.items()}
    )
    print_summary(Console(), summary, settings.tem_export_dir, spent)
    for failure in (each for execution in executions for each in execution.failures):
        tell(errors, f"{failure.step}: {failure.reason}")
    return all(execution.succeeded for execution in executions)


@application.command()
def dev(
    host: Annotated[
        str, typer.Option(help="Address to listen on; containers need 0.0.0.0.")
    ] = LOOPBACK,
) -> None:
    """Serve the Dagster UI, its daemon and the source until interrupted."""
    with console_on_stderr() as errors, told_to_the_reader(errors):
        settings = Settings()
        check_all(settings)
        core_port = CoreSettings().lotus_core_port
        check_port(host, settings.dagster_port, "LOTUS_DAGSTER_PORT")
        check_port(host, core_port, "LOTUS_CORE_PORT")
        check_port(host, ApiSettings().lotus_api_port, "LOTUS_API_PORT")
        with surroundings(settings, errors.print, core_port, host) as missing:
            for error in missing.values():
                raise error
            with _analytics_api(host, settings, errors):
                _serve_dagster(host, settings.dagster_port, errors)


@contextmanager
def _analytics_api(host: str, settings: Settings, errors: Console) -> Iterator[None]:
    """The analytics API beside lotus-core while the context lasts.

    Raises:
        ProcessFailed: it does not start.
    """
    arguments = ["-m", "lotus_assets.services.api", "--host", host]
    log = settings.tem_data_dir.resolve() / "api.log"
    with running(arguments, {}, log) as process:
        errors.print(first_line("The analytics API", process, log, API_SECONDS))
        yield


def _serve_dagster(host: str, port: int, errors: Console) -> None:
    """Dagster's webserver and daemon until interrupted.

    Raises:
        ProcessFailed: they end by themselves.
    """
    address = ["--host", host, "--port", str(port)]
    module = ["--module-name", "lotus_assets.definitions"]
    with running(["-m", "dagster", "dev", *address, *module], {}) as process:
        errors.print(f"Dagster UI: http://{host}:{port} (Ctrl-C ends it)")
        code = process.wait()
    raise ProcessFailed(f"Dagster ended by itself (exit code {code}); its messages stand above.")
