"""The schemas of the warehouse, brought to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def migrate(engine: Engine) -> None:
    """Bring the schemas to the newest revision; two processes at once take turns.

    Raises:
        WarehouseUnavailable: there is no way from the database's revision to it.
    """
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """What Alembic's commands need to work on the database behind `connection`."""
    # No interpolation: a folder's name may hold a percent sign.
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
