"""Rows written straight into tables: what matters is named, all else is filled in."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Double, Engine
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy.dialects.postgresql import JSONB

from lotus_assets.checks.rule import Findings, Rule
from lotus_assets.graph.inputs import Inputs
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def filler(column: DatabaseColumn[Any]) -> Any:
    """A value for a column that must have one and that the test does not care for."""
    kinds: dict[type, Any] = {
        BigInteger: 1,
        Double: 1.0,
        Boolean: False,
        DateTime: LONG_AGO,
        JSONB: [],
    }
    return next((value for kind, value in kinds.items() if isinstance(column.type, kind)), "any")


def put(engine: Engine, table: Table, *rows: dict[str, Any]) -> None:
    """Insert rows; columns that are not named are NULL, or filled in where NULL is refused."""
    target = database_table(table)
    required = {
        column.name: filler(column)
        for column in target.c
        if not column.nullable and column.name != "vanished_at"
    }
    with engine.begin() as connection:
        for row in rows:
            connection.execute(target.insert().values(required | row))


def found(engine: Engine, rule: Rule) -> Findings:
    """What a rule finds in the warehouse."""
    settings = Settings()
    return rule.findings(Inputs(engine, settings, settings.now(), "run"))
