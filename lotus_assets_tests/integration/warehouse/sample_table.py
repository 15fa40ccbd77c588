"""A table of every column type, for tests of what all tables share."""

import pandas as pd
import pandera.pandas as pa
from sqlalchemy import Engine

from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.columns import (
    JSON,
    Boolean,
    Day,
    Instant,
    Integer,
    Json,
    Number,
    Text,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class Sample(TableModel):
    """Made up."""

    project_id: Integer = pa.Field(description="Part of the key.")
    item_id: Integer = pa.Field(description="Part of the key.")
    name: Text = pa.Field(nullable=True, description="Text; `bad` breaks the contract.", ne="bad")
    size: Number = pa.Field(nullable=True, description="Filled by another collection.")
    is_open: Boolean = pa.Field(nullable=True, description="Flag.")
    day: Day = pa.Field(nullable=True, description="Day.")
    labels: Json = pa.Field(nullable=True, metadata=JSON, description="List.")
    updated_at: Instant = pa.Field(nullable=True, description="Version.")
    vanished_at: Instant = pa.Field(nullable=True, description="Gone since.")


SAMPLE = Table("sample", Sample, ("project_id", "item_id"), kept=("size",))


def create_sample(engine: Engine, table: Table = SAMPLE) -> None:
    with engine.begin() as connection:
        database_table(table).create(connection)


def sample_rows(*records: dict[str, object]) -> pd.DataFrame:
    usual: dict[str, object] = {
        "project_id": 1,
        "item_id": 1,
        "name": "a",
        "size": None,
        "is_open": True,
        "day": "2026-03-29",
        "labels": '["bug"]',
        "updated_at": "2026-03-01T10:00:00Z",
        "vanished_at": None,
    }
    return pd.DataFrame([usual | record for record in records], columns=list(usual))
