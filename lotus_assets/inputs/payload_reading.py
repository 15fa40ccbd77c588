"""Reading payloads back: which subjects have an input as of a day, and why others have none."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from lotus_assets.inputs import core_payload
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.sources.warehouse.schema import database_table

PAYLOAD_COLUMNS = (
    "subject",
    "variant",
    "status",
    "reason",
    "data_version",
    "content_hash",
    "start_date",
    "end_date",
)


def read_payloads(
    connection: Connection,
    kind: InputTable,
    as_of: date,
    subjects: Sequence[str] | None = None,
    *,
    header_fields: Sequence[str] = (),
) -> pd.DataFrame:
    """Every payload of a contract as of a day, whatever its status, by subject and variant.

    Columns: PAYLOAD_COLUMNS, and the named fields of the payload's header as text (a list or an
    object as JSON). A subject that was not asked for has no row.
    """
    known = database_table(core_payload.TABLE)
    query = (
        select(
            *(known.c[name] for name in PAYLOAD_COLUMNS),
            *(known.c.header[name].astext.label(name) for name in header_fields),
        )
        .where(known.c.contract == kind.contract.name, known.c.as_of_date == as_of)
        .order_by(known.c.subject, known.c.variant)
    )
    if subjects is not None:
        query = query.where(known.c.subject.in_(list(subjects)))
    rows = connection.execute(query).all()
    return pd.DataFrame(rows, columns=[*PAYLOAD_COLUMNS, *header_fields], dtype=object)
