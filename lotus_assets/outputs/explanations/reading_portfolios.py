"""A figure of a portfolio explained from the warehouse, or refused with what there is."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, select
from sqlalchemy.sql.elements import ColumnElement

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
from lotus_assets.outputs.explanations.refusals import NotExplained, existing
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
        whole = _row(connection, explainer.whole, _key(explainer, asked, explainer.whole))
        row = _row(connection, table, _key(explainer, asked, table))
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


def _key(explainer: Explainer, asked: AskedMeasure, table: Table) -> dict[str, Any]:
    """The key of the figure's row, from what is looked for first to what is looked for last."""
    key: dict[str, Any] = {"portfolio_id": asked.portfolio_id, "as_of_date": asked.as_of}
    key |= {**asked.choices, "period": asked.period}
    if explainer.part is not None and table is explainer.part[0]:
        key[explainer.part[1]] = asked.group
    return key


def _row(connection: Connection, table: Table, key: dict[str, Any]) -> dict[str, Any]:
    """The row of a key.

    Raises:
        NotExplained: there is none; the text says from which part of the key on, and what is there.
    """
    for name, value in key.items():
        if "\0" in str(value):
            raise NotExplained(f"{table.name} has no {name} with a character of code 0.")
    columns = database_table(table).c
    rows = read_table(connection, table, *(columns[name] == value for name, value in key.items()))
    if len(rows):
        return plain_row(rows.iloc[0].to_dict())
    before: list[ColumnElement[bool]] = []
    for name, value in key.items():
        known = connection.scalars(select(columns[name]).where(*before).distinct())
        names = sorted(map(str, known))
        if str(value) not in names:
            there = existing(f"Each {name}", names, str(value))
            raise NotExplained(f"{table.name} has no {name} {value}. {there}")
        before.append(columns[name] == value)
    raise NotExplained(f"{table.name} lost the row while it was read. Ask again.")


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
