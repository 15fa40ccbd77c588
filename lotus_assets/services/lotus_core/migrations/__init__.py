"""Alembic revisions of the schema `lotus_core`, and of nothing else.

Their version table is `lotus_core.alembic_version`; the warehouse's and Dagster's are others.
"""
