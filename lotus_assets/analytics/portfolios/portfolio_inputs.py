"""What the computation of a family may look at: gated inputs of some portfolios as of one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.inputs.column_reading import read_input_arrow, read_input_columns
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.inputs.reading import read_input
from lotus_assets.inputs.shared_inputs import SharedInput, read_used_payloads
from lotus_assets.sources.warehouse.copying import Columns


class UndeclaredInput(Exception):
    """A computation reads what its family does not declare: its rows would go stale in silence."""


@dataclass(frozen=True)
class PortfolioInputs:
    """Some portfolios as of one day, whose main input is OK, and what may be read of them.

    `payloads` are their rows of `read_payloads`, of the first input that the family reads.
    `reads` and `shared` are the family's, `options` the settings that it declares.
    """

    connection: Connection
    as_of: date
    payloads: pd.DataFrame
    reads: tuple[InputTable, ...]
    shared: tuple[SharedInput, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def portfolio_ids(self) -> list[str]:
        """The portfolios, ascending."""
        return [str(name) for name in self.payloads["subject"].unique()]

    def read(self, kind: InputTable, *where: ColumnElement[bool]) -> pd.DataFrame:
        """Rows of an input of these portfolios, through its model, by key."""
        self._check(kind, self.reads)
        return read_input(self.connection, kind, self.as_of, self.portfolio_ids, *where)

    def columns(self, kind: InputTable, payloads: pd.DataFrame, *names: str) -> Columns:
        """Columns of an input's rows as arrays: see `read_input_columns`."""
        self._check(kind, (*self.reads, *(one.kind for one in self.shared)))
        return read_input_columns(self.connection, kind, self.as_of, payloads, names)

    def arrow(self, kind: InputTable, *names: str) -> pa.Table:
        """Columns of a main input's rows from the payloads' windows: see `read_input_arrow`."""
        self._check(kind, self.reads)
        return read_input_arrow(self.connection, kind, self.as_of, self.payloads, names)

    def payloads_of(self, kind: InputTable, *header_fields: str) -> pd.DataFrame:
        """Payloads of an input of these portfolios, OK or not, with fields of their headers."""
        self._check(kind, self.reads)
        return read_payloads(
            self.connection, kind, self.as_of, self.portfolio_ids, header_fields=header_fields
        )

    def used_payloads(self, shared: SharedInput) -> pd.DataFrame:
        """Payloads of a shared input that these portfolios use: see `read_used_payloads`."""
        self._check(shared.kind, [one.kind for one in self.shared])
        return read_used_payloads(self.connection, shared, self.as_of, self.portfolio_ids)

    def read_shared(self, shared: SharedInput, subjects: Sequence[str]) -> pd.DataFrame:
        """Rows of a shared input of these subjects, through its model, by key."""
        self._check(shared.kind, [one.kind for one in self.shared])
        return read_input(self.connection, shared.kind, self.as_of, subjects)

    def named(self, rows: pd.DataFrame, variant: str | None = None) -> pd.DataFrame:
        """`rows` (with portfolio_id) and the columns by which each names its main input.

        Adds as_of_date, data_version and content_hash. `variant` is the column that tells the
        payloads of one portfolio apart (of mwr: the period).
        """
        number = _index(self.payloads, "subject", variant and "variant").get_indexer(
            _index(rows, "portfolio_id", variant)
        )
        payloads = self.payloads.iloc[number]
        return rows.assign(
            as_of_date=pd.Timestamp(self.as_of),
            data_version=payloads["data_version"].to_numpy(),
            content_hash=payloads["content_hash"].to_numpy(),
        )

    def _check(self, kind: InputTable, declared: Sequence[InputTable]) -> None:
        if kind not in declared:
            raise UndeclaredInput(f"{kind.contract.name} is read, but the family declares it not")


def _index(frame: pd.DataFrame, identifier: str, variant: str | None) -> pd.Index:
    if variant is None:
        alone: pd.Index = pd.Index(frame[identifier].to_numpy(dtype=object))
        return alone
    both: pd.Index = pd.MultiIndex.from_frame(frame[[identifier, variant]].astype(object))
    return both
