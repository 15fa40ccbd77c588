"""Inputs of benchmarks and currencies, which portfolios share: which of them a portfolio uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, and_, select

from lotus_assets.inputs import core_payload
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.payload_reading import PAYLOAD_COLUMNS
from lotus_assets.sources.warehouse.schema import database_table

PORTFOLIO_ID = "portfolio_id"


@dataclass(frozen=True)
class SharedInput:
    """An input of subjects that are no portfolios.

    The subject that a portfolio uses stands in the portfolio's own payload of `named_by`, in the
    field `header_field` of its header; the variant, where one decides, in the field `variant_field`
    of its payload of `variant_named_by`.
    """

    kind: InputTable
    named_by: InputTable
    header_field: str
    variant_named_by: InputTable | None = None
    variant_field: str = ""


def used_payloads(shared: SharedInput, as_of: date, *columns: str) -> Select[Any]:
    """portfolio_id and columns of `core_payload` of every payload that a portfolio uses.

    A portfolio whose naming payload is not OK uses none.
    """
    payloads = database_table(core_payload.TABLE)
    naming, used = payloads.alias("naming"), payloads.alias("used")
    query = (
        select(naming.c.subject.label(PORTFOLIO_ID), *(used.c[name] for name in columns))
        .join(used, used.c.subject == naming.c.header[shared.header_field].astext)
        .where(
            naming.c.contract == shared.named_by.contract.name,
            naming.c.as_of_date == as_of,
            naming.c.status == core_payload.OK,
            used.c.contract == shared.kind.contract.name,
            used.c.as_of_date == as_of,
        )
    )
    if shared.variant_named_by is None:
        return query
    deciding = payloads.alias("deciding")
    return query.join(
        deciding,
        and_(
            deciding.c.subject == naming.c.subject,
            deciding.c.header[shared.variant_field].astext == used.c.variant,
        ),
    ).where(
        deciding.c.contract == shared.variant_named_by.contract.name,
        deciding.c.as_of_date == as_of,
    )


def read_used_payloads(
    connection: Connection, shared: SharedInput, as_of: date, portfolio_ids: Sequence[str]
) -> pd.DataFrame:
    """Payloads of a shared input that these portfolios use, whatever their status.

    Columns: portfolio_id and PAYLOAD_COLUMNS, by portfolio and variant. A payload has a row for
    each portfolio that uses it.
    """
    query = used_payloads(shared, as_of, *PAYLOAD_COLUMNS)
    portfolio, used = query.selected_columns[PORTFOLIO_ID], query.selected_columns["variant"]
    query = query.where(portfolio.in_(list(portfolio_ids))).order_by(portfolio, used)
    rows = connection.execute(query).all()
    return pd.DataFrame(rows, columns=[PORTFOLIO_ID, *PAYLOAD_COLUMNS], dtype=object)
