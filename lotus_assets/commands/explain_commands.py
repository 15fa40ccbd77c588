"""`python -m lotus_assets explain …`: what is asked for is checked before anything is started."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lotus_assets.commands.command_errors import told_to_the_reader
from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.surroundings.checks import NotReady
from lotus_assets.outputs.explanations.portfolio_choices import (
    AskedMeasure,
    check_choices,
    check_measure,
)
from lotus_assets.outputs.explanations.refusals import NotExplained, check_metric, check_over
from lotus_assets.settings import Settings
from lotus_assets.sources.writable_folder import check_writable

application = typer.Typer(name="explain", no_args_is_help=True, help="Why a number is what it is.")
MostRows = Annotated[int, typer.Option("--rows", min=1, help="So many rows of each list.")]
Html = Annotated[Path | None, typer.Option(help="Write a page of all rows to this file instead.")]
ROWS = 25


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except NotExplained as unknown:
        raise NotReady(str(unknown)) from None


def _check_day(day: datetime, settings: Settings, html: Path | None) -> None:
    """The day is over, and a page can be written where it is wanted.

    Raises:
        NotExplained: the day is not over.
        FolderNotWritable: the page's folder takes no files.
    """
    check_over(day.date(), settings.now().astimezone(settings.zone).date())
    if html is not None:
        check_writable(html.parent, "--html")


@application.command()
def metric(
    key: Annotated[str, typer.Argument(help="Key in docs/METRICS.md, as rework_rate.")],
    day: Annotated[
        datetime,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The day of the value, YYYY-MM-DD."),
    ],
    *,
    business_line: Annotated[str | None, typer.Option(help="Of this business line.")] = None,
    team: Annotated[str | None, typer.Option(help="Of this team.")] = None,
    repo: Annotated[str | None, typer.Option(help="Of this repo: path_with_namespace.")] = None,
    rows: MostRows = ROWS,
    html: Html = None,
) -> None:
    """The rows behind a metric's value, why each counts, and the arithmetic."""
    with console_on_stderr() as errors, told_to_the_reader(errors), _refused():
        settings = Settings()
        check_metric(key)
        _check_day(day, settings, html)
        # Here, because who is refused, or asks for help, need not wait for libraries: most of them
        # are loaded when it is known that the value is there.
        from lotus_assets.commands.reading_warehouse import warehouse
        from lotus_assets.outputs.explanations.stored_figures import AskedValue, stored_slice

        asked = AskedValue(key, day.date(), business_line, team, repo)
        with warehouse(settings) as engine:
            with engine.connect() as connection:
                stored_slice(connection, asked)
            from lotus_assets.commands.explaining import show_metric

            show_metric(engine, settings, asked, rows, html)


@application.command()
def portfolio(
    portfolio_id: Annotated[str, typer.Argument(help="The portfolio, as PF-003.")],
    measure: Annotated[
        str,
        typer.Argument(help="twr, mwr, contribution, attribution or risk_statistics."),
    ],
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The as-of day, YYYY-MM-DD.")
    ],
    *,
    period: Annotated[str, typer.Option(help="MTD, QTD, YTD, 1Y, 3Y, 5Y or ITD.")] = "YTD",
    group: Annotated[
        str | None,
        typer.Option(help="Position of a contribution, or group of an attribution."),
    ] = None,
    metric_basis: Annotated[str, typer.Option(help="Of twr, contribution.")] = "NET",
    linking: Annotated[str, typer.Option(help="Of contribution, attribution.")] = "CARINO",
    model: Annotated[str, typer.Option(help="Of attribution: BF or BHB.")] = "BF",
    method: Annotated[str, typer.Option(help="Of mwr: XIRR or MODIFIED_DIETZ.")] = "XIRR",
    frequency: Annotated[str, typer.Option(help="Of risk_statistics.")] = "DAILY",
    rows: MostRows = ROWS,
    html: Html = None,
) -> None:
    """The days, flows, effects or returns behind a portfolio's figure, and the arithmetic."""
    with console_on_stderr() as errors, told_to_the_reader(errors), _refused():
        settings = Settings()
        check_measure(measure, group)
        asked = AskedMeasure(
            portfolio_id,
            measure,
            as_of.date(),
            period,
            group,
            metric_basis,
            linking,
            model,
            method,
            frequency,
        )
        check_choices(asked)
        _check_day(as_of, settings, html)
        from lotus_assets.commands.reading_warehouse import warehouse
        from lotus_assets.outputs.explanations.stored_figures import check_measure_stored

        with warehouse(settings) as engine:
            with engine.connect() as connection:
                check_measure_stored(connection, asked)
            from lotus_assets.commands.explaining import show_portfolio

            show_portfolio(engine, settings, asked, rows, html)
