"""Alembic revisions of the warehouse's schema `public`, and of nothing else.

Dagster keeps its own version table in the schema `dagster`; ours is `public.alembic_version`.
"""
