"""core_positions_input: what a portfolio holds on a day (docs/LOTUS_CORE.md)."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from pandera.pandas import Field
from pydantic import BaseModel

from lotus_assets.engine.performance.formulas.identities import is_off_balance
from lotus_assets.inputs import headers
from lotus_assets.inputs.asked_and_answered import other_currencies
from lotus_assets.inputs.asking import open_portfolios
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk
from lotus_assets.inputs.rules import Violation
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.contracts import POSITIONS_INPUT
from lotus_assets.tables.columns import (
    Day,
)
from lotus_assets.tables.portfolio_columns import (
    AnswerAsOfDate,
    FirstHash,
    FirstVersion,
    PortfolioId,
    PositionId,
)
from lotus_assets.tables.reported_position import CostReason, ReportedPosition
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

SECTIONS = ("BASE", "INSTRUMENT_DETAILS", "VALUATION", "INCOME")
"""Without PERFORMANCE: its daily values are those of core_contribution_input."""


class _Asked(TableModel):
    """Whose position, and by which answer."""

    portfolio_id: PortfolioId
    position_id: PositionId
    position_date: Day = Field(description="The day on which it is held: the as-of day.")
    data_version: FirstVersion
    as_of_date: AnswerAsOfDate


class ReceivedAmounts(BaseModel):
    """One amount in three currencies."""

    position: headers.Amount
    portfolio: headers.Amount
    reporting: headers.Amount


class ReceivedDetails(BaseModel):
    """What a position holds."""

    instrument_name: str
    instrument_type: str
    currency: headers.Currency
    dimensions: dict[str, str]


class ReceivedValuation(BaseModel):
    """What a position is worth."""

    price: headers.Amount
    market_value: ReceivedAmounts
    cost: ReceivedAmounts | None
    unrealised_gain: ReceivedAmounts | None
    cost_reason: str | None = None


class ReceivedIncome(BaseModel):
    """What a position has earned and not yet been paid."""

    accrued_income: ReceivedAmounts
    accrual_date: headers.Day


class PositionEntry(BaseModel):
    """A position with the sections that the input asks for."""

    position_id: str
    instrument_id: str
    quantity: headers.Amount
    weight: headers.Amount | None
    held_since: headers.Day
    instrument_details: ReceivedDetails
    valuation: ReceivedValuation
    income: ReceivedIncome


class PositionsHeader(headers.Header):
    """positions-analytics-input."""

    valuation_date: headers.Day | None
    total_market_value: headers.Amount
    position_count: headers.Count
    positions: list[PositionEntry]
    currency_context: headers.ReceivedCurrencies
    diagnostics: headers.ReceivedDiagnostics


class CorePositionsInput(ReportedPosition, _Asked):
    """One row a portfolio, position, as-of day and data version."""

    content_hash: FirstHash
    cost_reason: CostReason


TABLE = Table(
    name="core_positions_input",
    model=CorePositionsInput,
    key=("portfolio_id", "position_id", "position_date", "data_version"),
    version=None,
    description="Positions of portfolios as lotus-core's positions-analytics-input gave them.",
)
SIDES = ("position", "portfolio", "reporting")


def rows(chunk: Chunk) -> pd.DataFrame:
    """A row for each position of positions-analytics-input payloads; index: the payload."""
    rows: list[dict[str, Any]] = []
    payload_numbers: list[int] = []
    for payload_number, answer in enumerate(chunk.received):
        header = answer.payload.header
        same = {
            "portfolio_id": answer.asked.subject,
            "position_date": pd.Timestamp(answer.as_of),
            "data_version": answer.data_version,
            "as_of_date": pd.Timestamp(answer.as_of),
            "valuation_date": pd.Timestamp(header["valuation_date"]),
            **header["currency_context"],
            "content_hash": answer.payload.content_hash,
        }
        positions = answer.listed("positions")
        rows += [{**same, **_row(position)} for position in positions]
        payload_numbers += [payload_number] * len(positions)
    return pd.DataFrame(rows, index=payload_numbers, columns=TABLE.columns)


def _row(position: dict[str, Any]) -> dict[str, Any]:
    details, valuation = position["instrument_details"], position["valuation"]
    income = position["income"]
    amounts = {
        f"{name}_{side}": None if source[name] is None else float(source[name][side])
        for name, source in (
            ("market_value", valuation),
            ("cost", valuation),
            ("unrealised_gain", valuation),
            ("accrued_income", income),
        )
        for side in SIDES
    }
    weight = position["weight"]
    return {
        "position_id": position["position_id"],
        "instrument_id": position["instrument_id"],
        "instrument_name": details["instrument_name"],
        "instrument_type": details["instrument_type"],
        "dimensions": json.dumps(details["dimensions"], sort_keys=True, ensure_ascii=False),
        "position_currency": details["currency"],
        "quantity": float(position["quantity"]),
        "price": float(valuation["price"]),
        "weight": None if weight is None else float(weight),
        "held_since": pd.Timestamp(position["held_since"]),
        "accrual_date": pd.Timestamp(income["accrual_date"]),
        "cost_reason": valuation.get("cost_reason"),
        **amounts,
    }


def violations(chunk: Chunk) -> Iterator[Violation]:
    """Payloads whose positions are not in order, not complete, or whose weights are not of one."""
    yield from other_currencies(chunk)
    for payload_number, answer in enumerate(chunk.received):
        header = answer.payload.header
        positions = answer.listed("positions")
        ids = [position["position_id"] for position in positions]
        if len(set(ids)) < len(ids):
            yield Violation(payload_number, "duplicate_positions", "a position comes twice")
        elif ids != sorted(ids):
            yield Violation(payload_number, "order", "positions are not in the order of their ids")
        if len(ids) != header["position_count"]:
            detail = f"{header['position_count']} positions are announced, {len(ids)} came"
            yield Violation(payload_number, "position_count", detail)
        if ids and header["valuation_date"] is None:
            yield Violation(payload_number, "window", "positions without a valuation date")
        elif ids and header["valuation_date"] > str(answer.as_of):
            detail = f"valued on {header['valuation_date']}, after {answer.as_of}"
            yield Violation(payload_number, "window", detail)
        total = Decimal(header["total_market_value"])
        values = [
            Decimal(position["valuation"]["market_value"]["reporting"]) for position in positions
        ]
        # Each value is rounded to ten digits after it was converted.
        if abs(sum(values, Decimal(0)) - total) > len(values) * Decimal("1e-10"):
            detail = f"the positions are worth {sum(values, Decimal(0))}, the total says {total}"
            yield Violation(payload_number, "total_market_value", detail)
        yield from _costs_without_reason(payload_number, positions)
        weights = [position["weight"] for position in positions if position["weight"] is not None]
        if total != 0 and weights:
            sum_of_weights = np.sum([float(weight) for weight in weights])
            if is_off_balance(sum_of_weights):
                detail = f"they sum to 1 but for {abs(sum_of_weights - 1):.9f}"
                yield Violation(payload_number, "weights", detail)


def _costs_without_reason(
    payload_number: int, positions: list[dict[str, Any]]
) -> Iterator[Violation]:
    """`lots`: cost and gain are there, or neither and a reason."""
    for position in positions:
        valuation = position["valuation"]
        is_missing = [valuation[name] is None for name in ("cost", "unrealised_gain")]
        if set(is_missing) != {valuation.get("cost_reason") is not None}:
            detail = (
                f"cost and gain of {position['position_id']} are not null together, with a reason"
            )
            yield Violation(payload_number, "lots", detail)
            return


def ask(client: LotusCoreClient, as_of: date, _settings: InputSettings) -> Iterator[Asked]:
    """What every portfolio holds on the day."""
    for entry in open_portfolios(client, as_of):
        body = {"as_of_date": str(as_of), "sections": list(SECTIONS)}
        yield Asked(entry.portfolio_id, entry.data_version, body)


INPUT = InputTable(
    TABLE,
    POSITIONS_INPUT,
    PositionsHeader,
    complete=(),
    ask=ask,
    rows=rows,
    violations=violations,
)
