"""The API over real HTTP on the loopback address, and operations that fail on purpose."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from lotus_assets.services.api.application import create_application
from lotus_assets.services.api.envelope import AnalysisRequest, StatefulInput
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.operations import OPERATIONS
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.lotus_core.contracts.shared import Strict
from lotus_assets_tests.integration.services.in_thread import served_in_thread


class Numbers(Strict):
    """The stateless input of the operations here."""

    numbers: list[float] = Field(default=[], description="Numbers.", examples=[[1.0]])
    behaviour: str = Field(default="sum", description="What to do.", examples=["sum"])
    analyses: list[dict[str, str]] = Field(default=[], description="Not used.", examples=[[]])


class NumbersRequest(AnalysisRequest[Numbers, StatefulInput]):
    """Asks for a sum, or for trouble."""


class NumbersResults(BaseModel):
    """A sum."""

    total: float = Field(description="The sum.", examples=[1.0])


def calculate(request: NumbersRequest, _inputs: UpstreamInputs) -> Calculation:
    sent = request.stateless_input
    assert sent is not None
    if sent.behaviour == "fail":
        raise RuntimeError("the engine's secret reason")
    if sent.behaviour == "teapot":
        raise HTTPException(418, "raised on purpose")
    if sent.behaviour == "work":
        deadline = time.process_time() + 2
        while time.process_time() < deadline:
            pass
    if sent.behaviour == "allocate":
        pd.Series(1.0, index=range(1 << 28))
    _, _, begun = sent.behaviour.partition("never end, ")
    if begun:
        with Path(begun).open("a") as file:
            file.write("begun ")
        while True:
            pass
    if sent.behaviour == "die":
        os._exit(9)  # as if it had been killed
    _, _, died = sent.behaviour.partition("die once, ")
    if died and not Path(died).exists():
        Path(died).touch()
        os._exit(9)
    rows = pd.DataFrame(
        {
            "day": pd.date_range("2025-03-28", periods=len(sent.numbers)),
            "number": sent.numbers,
        }
    )
    return Calculation({"total": sum(sent.numbers)}, details={"days": rows})


NUMBERS = Operation(
    "numbers",
    ("/numbers",),
    "Sum of numbers",
    "Adds numbers.",
    NumbersRequest,
    NumbersResults,
    calculate,
    {"numbers": [1.0]},
)


@contextmanager
def served_api(settings: ApiSettings, *more: Operation) -> Iterator[httpx.Client]:
    """The API with its own operations and `more`, until the context is left."""
    application = create_application(settings, [*OPERATIONS, *more])
    with (
        served_in_thread(application) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        client.get("/readyz").raise_for_status()
        yield client


def stateless(numbers: list[float], behaviour: str = "sum") -> dict[str, Any]:
    """A request of `NUMBERS`."""
    return {
        "input_mode": "stateless",
        "stateless_input": {"numbers": numbers, "behaviour": behaviour},
    }
