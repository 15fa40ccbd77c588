"""Valuation points that are sent along, as the rows that the inputs' tables have of them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import BeforeValidator, Field, WithJsonSchema

from lotus_assets.engine.performance.formulas.daily_returns import MONEY
from lotus_assets.inputs.nearest_floats import nearest_floats
from lotus_assets.inputs.payload_chunk import capital_signs
from lotus_assets.services.lotus_core.contracts.shared import (
    PLAIN_NUMBER,
    CalendarDay,
    Strict,
    Whole,
    written_plainly,
)
from lotus_assets.sources.lotus_core.wire_format import DECIMAL

Amount = Annotated[
    Decimal,
    Field(max_digits=28, decimal_places=10, allow_inf_nan=False),
    BeforeValidator(written_plainly),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": PLAIN_NUMBER}]}),
]
"""Money or a rate: a decimal string (or number) of at most 10 digits after the point."""


class Point(Strict):
    """One day of a portfolio, instrument or position."""

    day: Whole | None = Field(default=None, description="Informational: not used.", examples=[1])
    perf_date: CalendarDay = Field(description="The day.", examples=["2025-03-31"])
    begin_mv: Amount = Field(
        description="Market value at the beginning of the day.", examples=["1000000"]
    )
    bod_cf: Amount = Field(
        default=Decimal(0),
        description="External flows at the beginning of the day, into it positive.",
        examples=["50000"],
    )
    eod_cf: Amount = Field(
        default=Decimal(0),
        description="External flows at the end of the day, into it positive.",
        examples=["0"],
    )
    mgmt_fees: Amount = Field(
        default=Decimal(0),
        le=0,
        description="The day's management fee, 0 or less; in no flow.",
        examples=["-12.5"],
    )
    end_mv: Amount = Field(
        description="Market value at the end of the day, before its fee.",
        examples=["1052134.1234567891"],
    )


def points_frame(points: Sequence[Point]) -> pd.DataFrame:
    """perf_date, the five amounts and capital_sign of points, in their order.

    Decimals become floats, and the sign of capital is decided, just as the inputs' tables have it.
    """
    columns = {name: decimals(getattr(point, name) for point in points) for name in MONEY}
    return pd.DataFrame(
        {
            "perf_date": np.array([point.perf_date for point in points], dtype="datetime64[s]"),
            **{name: nearest_floats(column) for name, column in columns.items()},
            "capital_sign": capital_signs(columns),
        }
    )


def decimals(values: Iterable[Decimal]) -> pa.ChunkedArray:
    """Amounts as the inputs have them."""
    return pa.chunked_array([pa.array(list(values), DECIMAL)])
