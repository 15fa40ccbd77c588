"""Alembic's entry point: everything runs on the connection that the caller hands over.

In one transaction: an upgrade that fails halfway has changed nothing.
"""

from alembic import context
from sqlalchemy import text

from lotus_assets.migrations.comparing import SCHEMA, is_compared
from lotus_assets.migrations.taking_over import check_taken_over, take_over

LOCK = 6_309_220_063
"""Advisory lock of migrations: a second process waits for the first."""

connection = context.config.attributes["connection"]
connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
connection.execute(text("CREATE SCHEMA IF NOT EXISTS dagster"))
connection.commit()
try:
    # Revisions say no schema where it is the usual one, which a user's own would hide.
    connection.execute(text("SELECT set_config('search_path', :schema, true)"), {"schema": SCHEMA})
    connection.dialect.default_schema_name = SCHEMA
    revisions = {script.revision for script in context.script.walk_revisions()}
    is_taken_over = take_over(connection, revisions)
    context.configure(
        connection=connection,
        version_table_schema=SCHEMA,
        target_metadata=context.config.attributes.get("tables"),
        include_object=is_compared,
    )
    with context.begin_transaction():
        context.run_migrations()
    if is_taken_over:
        check_taken_over(connection)
    connection.commit()
finally:
    connection.rollback()
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
    connection.commit()
