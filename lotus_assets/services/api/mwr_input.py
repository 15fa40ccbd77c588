"""A window and its external flows: a mwr-input payload that is sent along, or lotus-core's."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.dated_series import Dated
from lotus_assets.engine.performance.formulas.segments import as_days
from lotus_assets.engine.performance.frames.mwr import EXTERNAL, STALE_SINCE, up_to_last_valuation
from lotus_assets.engine.performance.frames.portfolio_days import CLOSE_DATE
from lotus_assets.inputs.core_mwr_input import flows_of
from lotus_assets.inputs.input_tables import MWR_INPUT
from lotus_assets.services.api.answers import named
from lotus_assets.services.api.envelope import Diagnostic, StatefulInput
from lotus_assets.services.api.performance_input import gated_days, read_with_year_before
from lotus_assets.services.api.sent_payload import VersionedPayload
from lotus_assets.services.api.upstream import GatedInput, UpstreamInputs
from lotus_assets.services.api.valuation_points import Amount
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    Currency,
    ExplicitWindow,
    Period,
    Strict,
)
from lotus_assets.services.problems import ErrorCode, ServiceProblem

LOOKED_AT = dt.timedelta(days=8)
"""A last valuation is never stale while no business day of so many days lacks one."""


class Flow(Strict):
    """A flow of the window."""

    date: CalendarDay = Field(description="Its day.", examples=["2025-02-03"])
    amount: Amount = Field(description="Into the portfolio positive.", examples=["50000"])
    type: str = Field(
        default=EXTERNAL,
        max_length=64,
        description="Its kind; only external_flow counts, fees and taxes are the portfolio's own.",
        examples=[EXTERNAL],
    )


class MwrStatelessInput(VersionedPayload):
    """The fields of a mwr-input payload."""

    as_of_date: CalendarDay | None = Field(
        default=None, description="As of which day: not used.", examples=["2025-03-31"]
    )
    start_date: CalendarDay = Field(
        description="First day: begin_mv is the value at its beginning.", examples=["2025-01-01"]
    )
    end_date: CalendarDay = Field(
        description="Last day: end_mv is the value at its end.", examples=["2025-03-31"]
    )
    portfolio_close_date: CalendarDay | None = Field(
        default=None,
        description="Last day on which the portfolio was open; default: it is open.",
        examples=["2025-12-31"],
    )
    begin_mv: Amount = Field(description="Value at the beginning.", examples=["1000000"])
    end_mv: Amount = Field(description="Value at the end.", examples=["1061234.5"])
    cash_flows: list[Flow] = Field(
        default=[],
        description="Flows of the window, in any order; several a day are netted.",
        examples=[[{"date": "2025-02-03", "amount": "50000"}]],
    )
    currency: Currency | None = Field(
        default=None, description="Currency of all amounts.", examples=["EUR"]
    )

    @model_validator(mode="after")
    def _flows_in_window(self) -> "MwrStatelessInput":
        if self.end_date < self.start_date:
            raise ValueError("the window is inverted: end_date is before start_date")
        for flow in self.cash_flows:
            if not self.start_date <= flow.date <= self.end_date:
                raise ValueError(f"the flow of {flow.date} is outside the window")
        return self


class MwrStatefulInput(StatefulInput):
    """Whose mwr-input to read, and of which window."""

    window: ExplicitWindow | None = Field(
        default=None,
        description="The window; exactly one of window and period.",
        examples=[{"start_date": "2025-01-01", "end_date": "2025-03-31"}],
    )
    period: Period | None = Field(
        default=None, description="A named period up to the as-of date.", examples=["YTD"]
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "MwrStatefulInput":
        if (self.window is None) == (self.period is None):
            raise ValueError("give exactly one of window and period")
        return self


def read_window(
    inputs: UpstreamInputs, asked: MwrStatefulInput
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The window and its flows, from lotus-core."""
    body = asked.model_dump(mode="json", include={"as_of_date", "window", "period"})
    body = {name: value for name, value in body.items() if value is not None}
    got = inputs.gated(MWR_INPUT, asked.portfolio_id, body, asked.as_of_date)
    windows = got.rows[["start_date", "end_date", "begin_mv", "end_mv"]]
    flows = flows_of(got.rows["cash_flows"])
    return _settled(inputs, asked, got, windows, flows), flows


def sent_window(sent: MwrStatelessInput) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The window and its flows, as they were sent along."""
    window: dict[str, Any] = {
        "start_date": np.array([sent.start_date], dtype="datetime64[s]"),
        "end_date": np.array([sent.end_date], dtype="datetime64[s]"),
        "begin_mv": [float(sent.begin_mv)],
        "end_mv": [float(sent.end_mv)],
        STALE_SINCE: np.array(["NaT"], dtype="datetime64[s]"),
    }
    flows = {
        "window": np.zeros(len(sent.cash_flows), np.int64),
        "date": np.array([flow.date for flow in sent.cash_flows], dtype="datetime64[s]"),
        "amount": np.array([float(flow.amount) for flow in sent.cash_flows], np.float64),
        "type": [flow.type for flow in sent.cash_flows],
    }
    windows, flow_rows = pd.DataFrame(window), pd.DataFrame(flows)
    closed = as_days(np.array([sent.portfolio_close_date], "datetime64[D]"))
    # No valuations are sent along, by which to tell how old the last one is.
    unknown, nothing = np.full(1, -1), Dated(as_days([]), np.zeros(1, np.int64))
    return up_to_last_valuation(windows, flow_rows, closed, unknown, nothing), flow_rows


def sent_diagnostics(sent: MwrStatelessInput) -> list[Diagnostic]:
    """What was said of the window where it came from: no valuations are sent along."""
    missing = sent.diagnostics.missing_business_days if sent.diagnostics else []
    details = [f"{MWR_INPUT.contract.name}: {day}" for day in missing]
    return [*named("MISSING_BUSINESS_DAY", details)]


def _settled(
    inputs: UpstreamInputs,
    asked: MwrStatefulInput,
    got: GatedInput,
    windows: pd.DataFrame,
    flows: pd.DataFrame,
) -> pd.DataFrame:
    """The window up to the portfolio's closing, with the day since which nothing was valued.

    The days of its valuations are asked for where the last days before its end lack one.
    """
    header = got.header
    closed = as_days(np.array([header.get(CLOSE_DATE)], "datetime64[D]"))
    end = min(day for day in (header["end_date"], header.get(CLOSE_DATE)) if day is not None)
    last = dt.date.fromisoformat(end)
    missing = [dt.date.fromisoformat(day) for day in header["diagnostics"]["missing_business_days"]]
    days = as_days([])
    if any(last - LOOKED_AT < day <= last for day in missing):
        try:
            days = gated_days(
                read_with_year_before(inputs, asked, (last - LOOKED_AT, last)),
                asked.portfolio_id,
                asked.as_of_date,
            ).values.dates
        except ServiceProblem as problem:
            if problem.code is not ErrorCode.INSUFFICIENT_DATA:
                raise
    valuations = Dated(days, np.array([0, len(days)]))
    return up_to_last_valuation(windows, flows, closed, np.zeros(1, np.int64), valuations)
