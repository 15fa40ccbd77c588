"""Alembic revisions of the warehouse's schema `public`, and of nothing else.

Beside them what writes the next one from the contracts, and what takes over older databases.

Dagster keeps its own version table in the schema `dagster`; ours is `public.alembic_version`.
"""
