"""What is other in a database than in the tables that the contracts describe."""

from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

SCHEMA = "public"
VERSION_TABLE = "alembic_version"


def is_compared(_object: object, name: str | None, kind: str, *_others: object) -> bool:
    """Whether a part of the schema is ours: all of it but the migrations' own table."""
    return not (kind == "table" and name == VERSION_TABLE)


def is_known(_object: object, _name: str | None, kind: str, is_stored: bool, known: object) -> bool:
    """The same without tables of which no contract knows: the schema may hold others' too."""
    return not (kind == "table" and is_stored and known is None)


def revision_context(connection: Connection, **options: Any) -> MigrationContext:
    """Alembic's view of the database behind `connection`."""
    return MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA, **options})


def differences(connection: Connection, tables: MetaData) -> list[str]:
    """What Alembic would do to make the database like `tables`, as code; tables beside are left."""
    operations = produce_migrations(
        revision_context(connection, include_object=is_known), tables
    ).upgrade_ops
    if operations is None or operations.is_empty():
        return []
    lines = str(render_python_code(operations)).splitlines()
    return [line.strip() for line in lines if not line.strip().startswith("#")]
