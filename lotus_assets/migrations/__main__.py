"""`python -m lotus_assets.migrations "Add a column to fact_mr"`: write the next revision.

Compared is a new database that has all revisions; none that holds data is looked at.
"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from lotus_assets.migrations.tables import every_table
from lotus_assets.migrations.writing import write_revision
from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.migrating import alembic_config, migrate


def revision(message: Annotated[str, typer.Argument(help="What it does, imperative.")]) -> None:
    """Write the next revision below lotus_assets/migrations/versions."""
    with tempfile.TemporaryDirectory() as folder:
        # PostgreSQL's account, which is another than root's, has to get there.
        Path(folder).chmod(0o755)
        with EmbeddedPostgres(Path(folder) / "postgres") as server:
            engine = create_warehouse_engine(server.url)
            migrate(engine)
            with engine.connect() as connection:
                path = write_revision(alembic_config(connection), message, every_table())
            engine.dispose()
    typer.echo(path or "The revisions make every table as its contract says; nothing to write.")


if __name__ == "__main__":
    typer.run(revision)
