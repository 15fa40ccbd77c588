"""The commands behind `make run`, `make dev` and `make bench`: `python -m lotus_assets COMMAND`.

Exit codes: 0 all went well; 1 the run failed; 2 something has to be set right first; 130
interrupted. Messages and progress go to stderr, the summary to stdout.
"""

from datetime import datetime
from typing import Annotated

import typer

from lotus_assets.commands.bench_commands import application as bench_application
from lotus_assets.commands.command_errors import FAILED, NOT_READY, tell, told_to_the_reader
from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.explain_commands import application as explain_application
from lotus_assets.commands.surroundings.checks import (
    LOOPBACK,
    check_all,
    check_day,
    check_folders,
    check_port,
)
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings

application = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)
application.add_typer(bench_application)
application.add_typer(explain_application)


@application.command()
def run() -> None:
    """Collect, compute and export once, and end with a summary.

    GitLab and lotus-core stand side by side: one that cannot be had is left out and told at the
    end, the other is collected all the same.
    """
    with console_on_stderr() as errors, told_to_the_reader(errors):
        settings = Settings()
        check_all(settings)
        # Here and below, because who is refused, or asks for help, need not wait for Dagster.
        from lotus_assets.commands.day_runs import collect

        missing, succeeded = collect(settings, errors)
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
        check_day(day.date(), settings)
        check_folders(settings)
        from lotus_assets.commands.day_runs import export_day

        succeeded = export_day(settings, day.date(), errors)
    if not succeeded:
        raise typer.Exit(FAILED)


@application.command()
def sql(
    statement: Annotated[str, typer.Argument(help="A question: select …", metavar="QUERY")],
    *,
    csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")] = False,
) -> None:
    """Ask the warehouse, the embedded one or TEM_DB_CONNECTION's; nothing can be written."""
    with console_on_stderr() as errors, told_to_the_reader(errors):
        from lotus_assets.commands.querying import query

        query(Settings(), statement, as_csv=csv)


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
        from lotus_assets.commands.serving import serve

        serve(settings, host, core_port, errors)
