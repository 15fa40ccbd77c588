"""The analytics API: lotus-performance's endpoints over HTTP (docs/API.md).

Belongs here: request and answer models, how an operation gets its input (sent along, or read from
lotus-core's contracts over HTTP), the worker processes that calculate, the lineage of answers.
Does not: formulas (`engine`), the contracts' client (`sources.lotus_core`), their gate (`inputs`),
tables and assets (`analytics`). It reads no database.
"""
