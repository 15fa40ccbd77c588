"""Marks of inputs: all payloads that a portfolio's results follow from, in short."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection, Text, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by

from lotus_assets.inputs import core_payload
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.shared_inputs import PORTFOLIO_ID, SharedInput, used_payloads
from lotus_assets.sources.warehouse.schema import database_table

MARKED = ("contract", "subject", "variant", "status", "data_version", "content_hash")
"""What of a payload decides results: rows name its version, and its hash covers what it says."""


def input_marks(
    connection: Connection, as_of: date, kinds: Sequence[InputTable], shared: Sequence[SharedInput]
) -> "pd.Series[str]":
    """Marks as of a day by portfolio: equal only if none of its payloads changed.

    `kinds` are inputs of the portfolios themselves; of `shared` a portfolio's mark covers what it
    uses. A portfolio of which nothing was asked has no mark.
    """
    payloads = database_table(core_payload.TABLE)
    of_portfolios = select(
        payloads.c.subject.label(PORTFOLIO_ID), *(payloads.c[name] for name in MARKED)
    ).where(
        payloads.c.contract.in_([kind.contract.name for kind in kinds]),
        payloads.c.as_of_date == as_of,
    )
    used = [used_payloads(one, as_of, *MARKED) for one in shared]
    marked = union_all(of_portfolios, *used).subquery()
    text = func.jsonb_build_array(*(marked.c[name] for name in MARKED)).cast(Text)
    joined = func.string_agg(text, aggregate_order_by(literal("\n"), text))
    mark = func.encode(func.sha256(func.convert_to(joined, "UTF8")), "hex")
    rows = connection.execute(
        select(marked.c[PORTFOLIO_ID], mark).group_by(marked.c[PORTFOLIO_ID])
    ).all()
    names, marks = zip(*rows, strict=True) if rows else ((), ())
    return pd.Series(list(marks), index=pd.Index(list(names), dtype=object), dtype=object)
