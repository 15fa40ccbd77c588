"""Every table of the schema `public` as the contracts say it is, for comparing."""

from sqlalchemy import MetaData

from lotus_assets.definitions import defs
from lotus_assets.graph.gated_assets import FILLED_TABLES
from lotus_assets.inputs import core_payload
from lotus_assets.sources.warehouse.schema import BOOKKEEPING, database_table


def every_table() -> MetaData:
    """The tables that the graph fills, that of payloads, and the bookkeeping."""
    tables = MetaData()
    keys = (key.to_user_string() for key in defs.resolve_all_asset_keys())
    filled = (FILLED_TABLES[key] for key in keys if key in FILLED_TABLES)
    for table in (*filled, core_payload.TABLE):
        database_table(table).to_metadata(tables)
    for bookkeeping in BOOKKEEPING.tables.values():
        bookkeeping.to_metadata(tables)
    return tables
