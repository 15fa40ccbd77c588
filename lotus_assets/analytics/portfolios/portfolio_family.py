"""Families of analytics: tables that one computation gives, from the same gated inputs."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.filling.fingerprints import code_fingerprint
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.partitions import shard_of
from lotus_assets.inputs.shared_inputs import SharedInput
from lotus_assets.tables.table import Table

CHUNK = 256
"""Portfolios that are read, computed and gated together."""
RowsOfTables = Mapping[Table, Callable[[], pd.DataFrame]]
"""Rows by table: what only one table needs is worked out when its rows are asked for."""
PACKAGE = Path(__file__).parents[2]
CODE = (PACKAGE / "engine" / "performance", PACKAGE / "inputs", Path(__file__).parent)
"""What decides a row beside inputs and options: formulas, how inputs are read, how rows are made.
The delivery engine is none of it."""


@dataclass(frozen=True)
class PortfolioFamily:
    """Tables that are worked out together: what they read, and how some portfolios' rows are made.

    Each table has portfolio_id, as_of_date, data_version and content_hash. With as_of_date in its
    key it keeps the rows of every as-of day; without, and with as_of_date as the table's version,
    those of each portfolio's newest as-of day: for long series, nearly the same every day.
    `reads`: inputs of portfolios, of which the first decides which portfolios there are. `shared`:
    inputs of other subjects, of which a portfolio may need any shard. `options`: the settings
    (fields of InputSettings) that decide results beside the inputs.
    """

    name: str
    tables: tuple[Table, ...]
    reads: tuple[InputTable, ...]
    compute: Callable[[PortfolioInputs], RowsOfTables]
    shared: tuple[SharedInput, ...] = ()
    options: tuple[str, ...] = ()
    chunk: int = CHUNK

    @property
    def own_inputs(self) -> tuple[InputTable, ...]:
        """Inputs of the portfolios themselves, with those that name what they share."""
        naming = [one.named_by for one in self.shared if one.named_by not in self.reads]
        return (*self.reads, *naming)

    def option_values(self) -> dict[str, Any]:
        """The options as they are set now."""
        return InputSettings().model_dump(include=set(self.options))


def engine_fingerprint() -> str:
    """The code that portfolios' rows are worked out with."""
    return code_fingerprint(CODE)


def options_text(options: Mapping[str, Any]) -> str:
    """Options as they are kept and compared."""
    return json.dumps(options, sort_keys=True)


def keeps_every_day(table: Table) -> bool:
    """Whether rows of several as-of days stand side by side in a table of a family."""
    return "as_of_date" in table.key


@dataclass(frozen=True)
class Wanted:
    """What a run works out: the shards of each as-of day, and perhaps some portfolios alone.

    `only_changed` leaves portfolios alone whose inputs, options and engine are those of their rows.
    """

    shards: Mapping[date, Iterable[str]]
    shard_count: int
    portfolio_ids: frozenset[str] | None = None
    only_changed: bool = False

    def holds(self, as_of: date, portfolio_id: str) -> bool:
        """Whether the run is about the portfolio as of the day."""
        if self.portfolio_ids is not None and portfolio_id not in self.portfolio_ids:
            return False
        return shard_of(portfolio_id, self.shard_count) in self.shards[as_of]
