"""What is said to explain a figure of a portfolio: the form of the API, the screen and pages."""

import datetime as dt
from typing import Any

from pydantic import Field

from lotus_assets.outputs.explanations.metric_answer import Said

DAY = {
    "perf_date": "2025-03-31",
    "begin_mv": 1000.0,
    "bod_cf": 0.0,
    "eod_cf": 0.0,
    "mgmt_fees": 0.0,
    "end_mv": 1010.0,
    "capital": 1000.0,
    "gain": 10.0,
    "daily_return": 0.01,
    "marks": "",
}


class UsedPayload(Said):
    """An answer of lotus-core that the figure follows from."""

    contract: str = Field(description="Its contract.", examples=["performance-input"])
    subject: str = Field(description="Portfolio, benchmark or currency.", examples=["PF-003"])
    variant: str | None = Field(
        description="What tells several of one subject apart.", examples=[None]
    )
    status: str = Field(description="Status in core_payload.", examples=["OK"])
    data_version: str | None = Field(
        description="lotus-core's version of the data.", examples=["v1"]
    )
    content_hash: str | None = Field(description="Hash of the payload.", examples=["0" * 64])


class PortfolioExplanation(Said):
    """One figure of a portfolio and period, and what it follows from."""

    portfolio_id: str = Field(description="The portfolio.", examples=["PF-003"])
    measure: str = Field(description="What is explained.", examples=["twr"])
    as_of: dt.date = Field(description="The as-of day.", examples=["2025-03-31"])
    period: str = Field(description="The period.", examples=["YTD"])
    group: str | None = Field(description="Position or group.", examples=[None])
    choices: dict[str, str] = Field(
        description="What tells the measure's variants apart.", examples=[{"metric_basis": "NET"}]
    )
    table: str = Field(description="The table that holds the figure.", examples=["twr"])
    values: dict[str, Any] = Field(
        description="The row of that table.",
        examples=[{"start_date": "2025-01-01", "period_return": 0.01, "status": "OK"}],
    )
    arithmetic: str = Field(
        description="How the values follow from the details.",
        examples=["period_return: the product of (1 + daily_return) over 62 days, less 1"],
    )
    is_current: bool = Field(
        description="Whether the row was worked out from the payloads below; if not, the next run "
        "restates it.",
        examples=[True],
    )
    details: dict[str, list[dict[str, Any]]] = Field(
        description="The rows that entered, by what they are: days, flows, linking, effects, "
        "instruments, returns.",
        examples=[{"days": [DAY]}],
    )
    inputs: list[UsedPayload] = Field(description="The payloads that they were read from.")
