"""`python -m lotus_assets.services.lotus_core.loading FOLDER`: load files of the layout."""

from pathlib import Path
from typing import Annotated

import typer

from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.loading.refusal import LoadRefused
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.services.start_errors import told_on_stderr
from lotus_assets.sources.warehouse.connection import check_warehouse


def load(
    folder: Annotated[Path, typer.Argument(help="Folder with files of the layout.")],
) -> None:
    """Load a folder into the schema lotus_core: all of it, or nothing and why."""
    with told_on_stderr():
        settings = CoreSettings()
        engine = create_core_engine(settings.connection)
        check_warehouse(engine, settings.connection_variable)
    migrate_core(engine)
    try:
        report = load_folder(engine, folder)
    except LoadRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    for name, rows in report.read.items():
        typer.echo(f"{name}: {rows} rows read, {report.new[name]} new")


if __name__ == "__main__":
    typer.run(load)
