"""What the table of payloads says is there already: for not asking and not comparing twice."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


def known_payloads(
    connection: Connection, payloads: Table, contract: str, as_of: date
) -> dict[tuple[str, str], tuple[str, str, Any]]:
    """(subject, variant) → (status, data version, request) of one contract as of one day."""
    known = database_table(payloads)
    stored = connection.execute(
        select(
            known.c.subject, known.c.variant, known.c.status, known.c.data_version, known.c.request
        ).where(known.c.contract == contract, known.c.as_of_date == as_of)
    )
    return {
        (row.subject, row.variant): (row.status, row.data_version, row.request) for row in stored
    }


def known_subjects(connection: Connection, payloads: Table, contract: str) -> set[str]:
    """Subjects of a contract that may have rows already, as of any day."""
    known = database_table(payloads)
    subjects = connection.scalars(
        select(known.c.subject).distinct().where(known.c.contract == contract)
    )
    return set(subjects)
