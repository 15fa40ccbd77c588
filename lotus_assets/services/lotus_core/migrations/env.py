"""Alembic's entry point: upgrades run on the connection that the caller hands over."""

from alembic import context
from sqlalchemy import text

LOCK = 6_309_220_064
"""Advisory lock of these migrations: a second process waits for the first."""

connection = context.config.attributes["connection"]
connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
connection.execute(text("CREATE SCHEMA IF NOT EXISTS lotus_core"))
connection.commit()
try:
    context.configure(connection=connection, version_table_schema="lotus_core")
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
finally:
    connection.rollback()
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
    connection.commit()
