"""The portfolios' daily sums, kept up by each load as differences."""

from psycopg import sql
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import query
from lotus_assets.sources.warehouse.connection import driver_connection


def add(connection: Connection, load_id: int) -> None:
    """Add what the staged valuations, inserted in load `load_id`, change of the sums."""
    with driver_connection(connection).cursor() as cursor:
        cursor.execute(sql.SQL(query("add_portfolio_sums")), {"load_id": load_id})
