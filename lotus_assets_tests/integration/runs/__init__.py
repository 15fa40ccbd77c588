"""Real Dagster runs of the real graph, against a small organisation that a stand-in serves.

Runs go through the persistent instance of `dagster.yaml`. Whole commands stand in `e2e`.
"""
