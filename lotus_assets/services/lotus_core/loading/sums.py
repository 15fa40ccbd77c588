"""The portfolios' daily sums, kept up by each load as differences."""

from psycopg import sql
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import query
from lotus_assets.sources.warehouse.connection import driver_connection

STEPS = ("first_valued", "add_first_sums", "add_sums_of_versions")


def add(connection: Connection, load_id: int, *, every_row_is_new: bool) -> None:
    """Add what the staged valuations, inserted in load `load_id`, change of the sums."""
    parameters = {"load_id": load_id, "every_row_is_new": every_row_is_new}
    with driver_connection(connection).cursor() as cursor:
        for name in STEPS:
            cursor.execute(sql.SQL(query(name)), parameters)
