"""What an endpoint is: its models, its documentation, and the function that calculates."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pydantic import BaseModel

from lotus_assets.services.api.bounds import ROWS, Bound
from lotus_assets.services.api.envelope import AnalysisRequest, Diagnostic
from lotus_assets.services.api.upstream import UpstreamInputs


@dataclass(frozen=True)
class Calculation:
    """What an operation worked out.

    `results` validates against the operation's result model: a model, or plain JSON (quicker for
    large answers; numbers are floats, never NaN). `details` are the tables behind it by name, for
    the lineage: the daily detail at least.
    """

    results: BaseModel | Mapping[str, Any]
    diagnostics: Sequence[Diagnostic] = ()
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)


KeptTable = Callable[[str], pd.DataFrame]
"""One of a calculation's kept tables, by name."""
Derived = Callable[[Mapping[str, Any], KeptTable], Iterator[pd.DataFrame]]
"""A table that is worked out from a calculation's request and kept tables, some rows at a time."""


@dataclass(frozen=True)
class Operation:
    """One endpoint, at one or more paths.

    `calculate` runs in a worker process and must be a function of a module. `sent` is a small
    stateless input for the documentation: as it stands, it is answered. `rows` bounds what a body
    may hold of them. `derived` are tables behind an answer that are not kept, but worked out once
    they are asked for.
    """

    name: str
    paths: tuple[str, ...]
    summary: str
    description: str
    request: type[AnalysisRequest[Any, Any]]
    results: type[BaseModel]
    calculate: Callable[[Any, UpstreamInputs], Calculation]
    sent: Mapping[str, Any]
    derived: Mapping[str, Derived] = field(default_factory=dict)
    rows: Bound = ROWS
