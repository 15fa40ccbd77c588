"""What is said to explain a metric's value: the form that the API, the screen and pages share."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ROW_FIELDS = {"merged_at": "2025-03-28T14:05:00+01:00", "is_reworked": True}


class Said(BaseModel):
    """A part of an explanation; what it holds is final."""

    model_config = ConfigDict(frozen=True)


class ExplainedSlice(Said):
    """Whose figure it is; a level that does not apply is null."""

    org: str = Field(description="Organisation.", examples=["Toman"])
    business_line: str | None = Field(description="Business line.", examples=["Exchange"])
    team: str | None = Field(description="Team.", examples=[None])
    repo: str | None = Field(description="path_with_namespace.", examples=[None])


class ExplainedRow(Said):
    """A row of the metric's table."""

    project: str = Field(
        description="path_with_namespace of its project.", examples=["toman/exchange/orderbook"]
    )
    reference: str = Field(description="What GitLab calls it.", examples=["!17"])
    link: str | None = Field(
        description="Where it is in GitLab; null where GITLAB_API_URL is not set.",
        examples=["https://gitlab.example.com/toman/exchange/orderbook/-/merge_requests/17"],
    )
    columns: dict[str, Any] = Field(
        description="Its key and the columns that decide; instants in TIMEZONE.",
        examples=[ROW_FIELDS],
    )
    reason: str = Field(
        description="Why it counts, or by what it misses.",
        examples=["merged_at lies in the window"],
    )


class CountedRow(ExplainedRow):
    """A row that entered the value."""

    value: float = Field(description="What it counts as; true is 1.", examples=[1.0])
    times: int = Field(
        description="How often it counts so; above 1 where one row stands for several commits.",
        examples=[1],
    )


class MetricExplanation(Said):
    """One value of a metric, and what it follows from."""

    metric: str = Field(description="Key in the metric catalogue.", examples=["rework_rate"])
    name: str = Field(description="What people call it.", examples=["Rework rate"])
    unit: str = Field(description="What the value is in.", examples=["ratio"])
    definition: str = Field(
        description="What is measured.",
        examples=["Share of the merge requests merged in the window that took more than one round"],
    )
    over: str = Field(
        description="The rows that the metric is over.",
        examples=["Merge requests merged in the window whose review rounds are known."],
    )
    table: str = Field(description="The table that holds them.", examples=["fact_mr"])
    date: dt.date = Field(
        description="The day D that the window ends with.", examples=["2025-03-31"]
    )
    window: str = Field(
        description="What is looked back over.",
        examples=["the 30 calendar days that end with D: 2025-03-02 to 2025-03-31"],
    )
    slice: ExplainedSlice = Field(description="Whose figure it is.")
    value: int | float | None = Field(
        description="As it is exported; null for none.", examples=[0.25]
    )
    arithmetic: str = Field(
        description="How the value follows from the rows.", examples=["1 of 4 merge requests"]
    )
    value_of_rows: int | float | None = Field(
        description="What the rows below give now; another number than `value` if facts changed "
        "since the day was last computed.",
        examples=[0.25],
    )
    is_current: bool = Field(
        description="Whether `value` is `value_of_rows`; if not, the next run restates it.",
        examples=[True],
    )
    reason: str | None = Field(
        description="Why there is no value though rows may count, as in metric_daily.",
        examples=[None],
    )
    projects_left_out: list[str] = Field(
        description="Projects of the slice whose window was not collected whole.", examples=[[]]
    )
    rows: list[CountedRow] = Field(description="The rows that entered.")
    nearly: list[ExplainedRow] = Field(
        description="Rows that miss by one thing: a day, a condition, a value.",
    )
