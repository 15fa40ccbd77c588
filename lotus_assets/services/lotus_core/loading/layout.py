"""The layout's tables in the order in which they are loaded: key, own date, defaults, references.

FILE_LAYOUT.md says the same to people; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
from pandera.pandas import DataFrameSchema

from lotus_assets.services.lotus_core.loading.book_models import (
    BenchmarkAssignments,
    ExternalFlows,
    Fees,
    Lots,
    Portfolios,
    Positions,
    PositionValuations,
)
from lotus_assets.services.lotus_core.loading.reference_models import (
    BenchmarkConstituents,
    Benchmarks,
    Calendars,
    ConstituentReturns,
    FxRates,
    InstrumentDimensions,
    Instruments,
    RiskFreeRates,
)
from lotus_assets.tables.table_model import TableModel


@dataclass(frozen=True, eq=False)
class LayoutTable:
    """One kind of file: `name` is the file's name and the table's in the schema `lotus_core`.

    `own_date` gives the default of `recorded_at`; None: known from the beginning. `defaults` fill
    columns that are missing or NULL. `references` maps columns to the table whose key they are.
    `entity_columns` name the columns of what has a recorded past: see "No rewriting of the past".
    """

    name: str
    model: type[TableModel]
    key: tuple[str, ...]
    own_date: str | None
    defaults: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    entity_columns: tuple[str, ...] = ()

    @cached_property
    def schema(self) -> DataFrameSchema:
        """The pandera schema behind the model."""
        return self.model.to_schema()

    @cached_property
    def arrow_types(self) -> dict[str, pa.DataType]:
        """Arrow's type of each column."""
        return {
            name: column.dtype.type.pyarrow_dtype for name, column in self.schema.columns.items()
        }

    @property
    def columns(self) -> list[str]:
        """Column names, `recorded_at` last."""
        names = [name for name in self.schema.columns if name != "recorded_at"]
        return [*names, "recorded_at"]

    @property
    def optional(self) -> set[str]:
        """Columns that a file may leave out."""
        nullable = {name for name, column in self.schema.columns.items() if column.nullable}
        return nullable | set(self.defaults) | {"recorded_at"}

    @property
    def entity(self) -> tuple[str, ...]:
        """Columns of what has a recorded past, by default the first of the key."""
        return self.entity_columns or self.key[:1]


PORTFOLIO: Mapping[tuple[str, ...], str] = {("portfolio_id",): "portfolios"}
POSITION: Mapping[tuple[str, ...], str] = {("portfolio_id", "position_id"): "positions"}
ZERO_FLOWS = {"bod_cf": "0", "eod_cf": "0", "mgmt_fees": "0", "accrued_income": "0"}

TABLES: tuple[LayoutTable, ...] = (
    LayoutTable("calendars", Calendars, ("calendar_id", "calendar_date"), None),
    LayoutTable("instruments", Instruments, ("instrument_id",), None),
    LayoutTable(
        "instrument_dimensions",
        InstrumentDimensions,
        ("instrument_id", "dimension"),
        None,
        references={("instrument_id",): "instruments"},
    ),
    LayoutTable(
        "portfolios",
        Portfolios,
        ("portfolio_id",),
        "open_date",
        references={("calendar_id",): "calendars"},
    ),
    LayoutTable(
        "positions",
        Positions,
        ("portfolio_id", "position_id"),
        None,
        references={**PORTFOLIO, ("instrument_id",): "instruments"},
    ),
    LayoutTable(
        "position_valuations",
        PositionValuations,
        ("portfolio_id", "position_id", "valuation_date"),
        "valuation_date",
        defaults=ZERO_FLOWS,
        references=POSITION,
    ),
    LayoutTable(
        "lots",
        Lots,
        ("portfolio_id", "position_id", "lot_id", "effective_date"),
        "effective_date",
        references=POSITION,
    ),
    LayoutTable(
        "external_flows",
        ExternalFlows,
        ("portfolio_id", "flow_id"),
        "flow_date",
        references=PORTFOLIO,
    ),
    LayoutTable("fees", Fees, ("portfolio_id", "fee_id"), "fee_date", references=PORTFOLIO),
    LayoutTable(
        "fx_rates",
        FxRates,
        ("base_currency", "quote_currency", "rate_date"),
        "rate_date",
        entity_columns=("base_currency", "quote_currency"),
    ),
    LayoutTable(
        "benchmarks",
        Benchmarks,
        ("benchmark_id",),
        None,
        references={("calendar_id",): "calendars"},
    ),
    LayoutTable(
        "benchmark_constituents",
        BenchmarkConstituents,
        ("benchmark_id", "effective_date", "constituent_id"),
        "effective_date",
        references={("benchmark_id",): "benchmarks", ("constituent_id",): "instruments"},
    ),
    LayoutTable(
        "constituent_returns",
        ConstituentReturns,
        ("constituent_id", "return_date"),
        "return_date",
        references={("constituent_id",): "instruments"},
    ),
    LayoutTable(
        "benchmark_assignments",
        BenchmarkAssignments,
        ("portfolio_id", "assignment_id", "version"),
        "effective_from",
        references={**PORTFOLIO, ("benchmark_id",): "benchmarks"},
    ),
    LayoutTable(
        "risk_free_rates",
        RiskFreeRates,
        ("risk_free_currency", "series_mode", "rate_date"),
        "rate_date",
    ),
)
