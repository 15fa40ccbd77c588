"""Every table of the schema `public` as the contracts say it is, for comparing."""

from sqlalchemy import MetaData

import lotus_assets.definitions  # noqa: F401 - fills both lists
from lotus_assets.graph.gated_assets import FILLED_TABLES
from lotus_assets.inputs import core_payload
from lotus_assets.sources.warehouse.schema import BOOKKEEPING, database_table


def every_table() -> MetaData:
    """The tables that assets fill, that of payloads, and the warehouse's bookkeeping."""
    tables = MetaData()
    for table in (*FILLED_TABLES.values(), core_payload.TABLE):
        database_table(table).to_metadata(tables)
    for bookkeeping in BOOKKEEPING.tables.values():
        bookkeeping.to_metadata(tables)
    return tables
