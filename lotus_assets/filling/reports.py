"""What filling did to a table, and the error that says that its gate closed."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import pandas as pd

from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.permanence import PermanentError
from lotus_assets.sources.warehouse.staging import Written
from lotus_assets.tables.table import QUARANTINE_COLUMNS, Gated, Table

REASON_ROWS = 20
"""Failing rows that a check shows; all of them are in `quarantine`."""


@dataclass
class GateReport(ABC):
    """What a gate let through to one table, and what not.

    `unit` is what it judges, `limit_variables` are the settings that bound the bad ones: their
    share, and the number that is admitted whatever the share.
    """

    unit: ClassVar[str]
    limit_variables: ClassVar[tuple[str, str]]

    table: Table
    quarantined: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=QUARANTINE_COLUMNS)
    )
    rows: int = 0
    sample: pd.DataFrame = field(default_factory=pd.DataFrame)
    seconds: float = 0.0

    @property
    @abstractmethod
    def judged(self) -> int:
        """How many came to the gate, the bad ones included."""

    @property
    def bad_share(self) -> float:
        """Bad ones ÷ all that came to the gate, 0 when nothing came."""
        return len(self.quarantined) / self.judged if self.judged else 0.0

    def passes(self, limit: QuarantineLimit) -> bool:
        """Whether the bad ones are too many."""
        return limit.is_passed(len(self.quarantined), self.judged)


@dataclass
class TableReport(GateReport):
    """What was done to one table, in rows."""

    unit = "rows"
    limit_variables = ("TEM_QUARANTINE_LIMIT", "TEM_QUARANTINE_FLOOR")

    written: Written = field(default_factory=Written)

    @property
    def judged(self) -> int:
        """Rows that came to the gate."""
        return self.rows + len(self.quarantined)

    def add(self, gated: Gated) -> None:
        """Count in what the gate made of some more rows."""
        self.rows += len(gated.good)
        if self.sample.empty:
            self.sample = gated.good.head(5)
        if not gated.bad.empty:
            self.quarantined = pd.concat([self.quarantined, gated.bad], ignore_index=True)


class GateClosed(PermanentError):
    """Too many are bad: nothing of the step was committed, everything downstream stops."""

    def __init__(self, reports: Iterable[GateReport], limit: QuarantineLimit) -> None:
        """`reports` are those of the tables whose bad ones pass `limit`."""
        self.reports = tuple(reports)
        self.limit = limit
        tables = "; ".join(
            f"{report.table.name}: {len(report.quarantined)} of {report.judged} {report.unit} "
            f"break their contract ({report.quarantined['reason'].iloc[0]}, for example)"
            for report in self.reports
        )
        share, floor = self.reports[0].limit_variables
        super().__init__(
            f"{tables}. The limit is {limit.share:.1%} ({share}) or {limit.floor} ({floor}), "
            "whichever is more; nothing was committed. See the table quarantine for every one of "
            "them and its reason."
        )
