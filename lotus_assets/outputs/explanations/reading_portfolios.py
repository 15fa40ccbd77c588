"""A figure of a portfolio explained from the warehouse, or refused with what there is."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_tables import MWR_INPUT
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.inputs.shared_inputs import read_used_payloads
from lotus_assets.outputs.explanations.plain_rows import plain_row, plain_rows
from lotus_assets.outputs.explanations.portfolio_answer import PortfolioExplanation, UsedPayload
from lotus_assets.outputs.explanations.portfolio_choices import AskedMeasure, check_measure
from lotus_assets.outputs.explanations.portfolio_measures import EXPLAINERS, Explainer, arithmetic
from lotus_assets.outputs.explanations.refusals import NotExplained
from lotus_assets.outputs.explanations.stored_figures import check_stored, measure_key
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


def explain_portfolio(engine: Engine, asked: AskedMeasure) -> PortfolioExplanation:
    """The explanation of one figure of a portfolio.

    Raises:
        NotExplained: there is no such measure, portfolio, day, period, variant or group.
    """
    check_measure(asked.measure, asked.group)
    explainer = EXPLAINERS[asked.measure]
    table = explainer.table(asked)
    with engine.connect() as connection:
        whole = _row(connection, explainer, asked, explainer.whole)
        row = _row(connection, explainer, asked, table)
        inputs = _inputs(connection, explainer, asked)
        details = explainer.details(inputs, asked, whole) if len(inputs.payloads) else {}
        payloads = [*_used(connection, explainer, asked)]
    text = arithmetic(asked, whole, details) if details else "The inputs are no longer there."
    hashes = set(inputs.payloads["content_hash"])
    return PortfolioExplanation(
        portfolio_id=asked.portfolio_id,
        measure=asked.measure,
        as_of=asked.as_of,
        period=asked.period,
        group=asked.group,
        choices=asked.choices,
        table=table.name,
        values={name: value for name, value in row.items() if name not in table.key},
        arithmetic=text,
        is_current=row["content_hash"] in hashes,
        details={name: plain_rows(frame) for name, frame in details.items()},
        inputs=payloads,
    )


def _row(
    connection: Connection, explainer: Explainer, asked: AskedMeasure, table: Table
) -> dict[str, Any]:
    """The row of the figure in a table of the measure's.

    Raises:
        NotExplained: there is none.
    """
    is_part = explainer.part is not None and table is explainer.part[0]
    key = measure_key(asked, explainer.part[1] if explainer.part and is_part else None)
    check_stored(connection, table.name, key)
    columns = database_table(table).c
    rows = read_table(connection, table, *(columns[name] == value for name, value in key.items()))
    if rows.empty:
        raise NotExplained(f"{table.name} lost the row while it was read. Ask again.")
    return plain_row(rows.iloc[0].to_dict())


def _inputs(connection: Connection, explainer: Explainer, asked: AskedMeasure) -> PortfolioInputs:
    """What the computation looked at, of this portfolio alone."""
    family = explainer.family
    payloads = _payloads(connection, family.reads[0], asked)
    return PortfolioInputs(
        connection,
        asked.as_of,
        payloads[payloads["status"] == OK],
        family.own_inputs,
        family.shared,
        family.option_values(),
    )


def _payloads(connection: Connection, kind: InputTable, asked: AskedMeasure) -> pd.DataFrame:
    payloads = read_payloads(connection, kind, asked.as_of, [asked.portfolio_id])
    # Those of mwr-input are one a period.
    return payloads[payloads["variant"] == asked.period] if kind is MWR_INPUT else payloads


def _used(
    connection: Connection, explainer: Explainer, asked: AskedMeasure
) -> Iterator[UsedPayload]:
    """The payloads of the family's inputs: the portfolio's, then those that portfolios share."""
    family = explainer.family
    for kind in family.own_inputs:
        yield from _told(kind, _payloads(connection, kind, asked))
    for shared in family.shared:
        payloads = read_used_payloads(connection, shared, asked.as_of, [asked.portfolio_id])
        yield from _told(shared.kind, payloads)


def _told(kind: InputTable, payloads: pd.DataFrame) -> Iterator[UsedPayload]:
    names = ("subject", "variant", "status", "data_version", "content_hash")
    for row in plain_rows(payloads[list(names)]):
        yield UsedPayload(contract=kind.contract.name, **row)
