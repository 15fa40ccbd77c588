"""What filling did to a table, and the error that says that its gate closed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from lotus_assets.sources.warehouse.staging import Written
from lotus_assets.tables.table import QUARANTINE_COLUMNS, Gated, Table

REASON_ROWS = 20
"""Failing rows that a check shows; all of them are in `quarantine`."""


@dataclass
class TableReport:
    """What a collection did to one table."""

    table: Table
    written: Written = field(default_factory=Written)
    quarantined: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=QUARANTINE_COLUMNS)
    )
    rows: int = 0
    sample: pd.DataFrame = field(default_factory=pd.DataFrame)
    seconds: float = 0.0

    @property
    def bad_share(self) -> float:
        """Bad rows ÷ rows read, 0 when nothing was read."""
        total = self.rows + len(self.quarantined)
        return len(self.quarantined) / total if total else 0.0

    def add(self, gated: Gated) -> None:
        """Count in what the gate made of some more rows."""
        self.rows += len(gated.good)
        if self.sample.empty:
            self.sample = gated.good.head(5)
        if not gated.bad.empty:
            self.quarantined = pd.concat([self.quarantined, gated.bad], ignore_index=True)


class GateClosed(Exception):
    """Too many bad rows: nothing of the collection was committed, everything downstream stops."""

    def __init__(self, reports: Iterable[TableReport], limit: float) -> None:
        """`reports` are those of the tables whose share of bad rows passes `limit`."""
        self.reports = tuple(reports)
        said = "; ".join(
            f"{report.table.name}: {len(report.quarantined)} of "
            f"{report.rows + len(report.quarantined)} rows are bad "
            f"({report.quarantined['reason'].iloc[0]}, for example)"
            for report in self.reports
        )
        super().__init__(
            f"{said}. The limit is {limit:.1%} (TEM_QUARANTINE_LIMIT); nothing was committed. "
            "See the table quarantine for every bad row and its reason."
        )
