"""POST /performance/mwr: money-weighted returns of one window."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from lotus_assets.engine.performance.formulas.internal_rate import SHORT_PERIOD_DAYS
from lotus_assets.engine.performance.formulas.modified_dietz import FlowTiming
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.returns_series import Dated
from lotus_assets.engine.performance.formulas.segments import as_days
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.frames.mwr import (
    EXTERNAL,
    STALE_SINCE,
    Method,
    MwrOptions,
    mwr,
    mwr_flows,
    up_to_last_valuation,
)
from lotus_assets.engine.performance.frames.portfolio_days import CLOSE_DATE
from lotus_assets.inputs.core_mwr_input import flows_of
from lotus_assets.inputs.input_tables import MWR_INPUT
from lotus_assets.services.api.analyses import EARLIEST
from lotus_assets.services.api.answers import records, stale_valuation
from lotus_assets.services.api.envelope import AnalysisRequest, Diagnostic, StatefulInput
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.performance_input import (
    gated_days,
    read_performance,
    read_with_year_before,
)
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
from lotus_assets.services.problems import ErrorCode, ServiceProblem, invalid

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
    """The fields of a mwr-input payload (RFC 063 §5.2)."""

    as_of_date: CalendarDay | None = Field(
        default=None, description="As of which day: not used.", examples=["2025-03-31"]
    )
    start_date: CalendarDay = Field(
        description="First day: begin_mv is the value at its beginning.", examples=["2025-01-01"]
    )
    end_date: CalendarDay = Field(
        description="Last day: end_mv is the value at its end.", examples=["2025-03-31"]
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


class MwrRequest(AnalysisRequest[MwrStatelessInput, MwrStatefulInput]):
    """Money-weighted returns of one window of one portfolio."""

    methods: list[Method] = Field(
        default=[Method.XIRR, Method.MODIFIED_DIETZ],
        min_length=1,
        max_length=2,
        description="XIRR, MODIFIED_DIETZ, or both.",
        examples=[["XIRR", "MODIFIED_DIETZ"]],
    )
    flow_timing: FlowTiming = Field(
        default=FlowTiming.END,
        description="When in its day a flow comes, for Modified Dietz; XIRR does not ask.",
        examples=["END"],
    )


class MwrMethod(BaseModel):
    """The result of one method."""

    annual_rate: float | None = Field(
        description="Rate a year, a decimal fraction; of Modified Dietz only from 365 days on.",
        examples=[0.0925],
    )
    period_return: float | None = Field(
        description="Return of the window, a decimal fraction.", examples=[0.0221]
    )
    status: str = Field(
        description="OK; MULTIPLE_ROOTS: annual_rate is the one nearest to Modified Dietz; "
        "NO_SOLUTION with its reason; NEGATIVE_CAPITAL: the value is of negative average capital; "
        "ZERO_CAPITAL: no average capital, or a window of one day; CLOSED: the window begins after "
        "the portfolio's close.",
        examples=["OK"],
    )
    reason: str | None = Field(
        description="Why there is no rate: TOTAL_LOSS, DEGENERATE, NO_SIGN_CHANGE, NO_ROOT; "
        "OUT_OF_RANGE: the window's return is past what a float holds; STALE_VALUATIONS: Modified "
        "Dietz is not annualised, the last valuation lies too long before end_date.",
        examples=[None],
    )
    roots: list[float] = Field(
        description="Every annual rate that solves XIRR, ascending.", examples=[[0.0925]]
    )
    residual: float | None = Field(
        description="What the rate leaves of XIRR's discounted flows, as a share.",
        examples=[1.2e-16],
    )
    iterations: int | None = Field(description="Evaluations that XIRR took.", examples=[5])
    average_capital: float | None = Field(
        description="Modified Dietz's denominator.", examples=[1031000.0]
    )
    is_short_period: bool = Field(
        description="Under 365 days: a rate a year is to be read with care.", examples=[True]
    )
    start_date: dt.date = Field(description="First day of the window.", examples=["2025-01-01"])
    end_date: dt.date = Field(
        description="Last day of the window; of a portfolio that closed before it, the closing.",
        examples=["2025-03-31"],
    )
    stale_since: dt.date | None = Field(
        default=None,
        description="Day of the last valuation, where it is stale: more than 7 days, and more than "
        "the longest gap between valuations in the year before it, before end_date. The rate of "
        "XIRR is to be read with care then.",
        examples=[None],
    )
    flow_count: int = Field(description="External flows.", examples=[1])
    net_flow: float = Field(description="Their sum.", examples=[50000.0])


class MwrResults(RootModel[dict[Method, MwrMethod]]):
    """Results by method."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "XIRR": {
                        "annual_rate": 0.0925,
                        "period_return": 0.0221,
                        "status": "OK",
                        "reason": None,
                        "roots": [0.0925],
                        "residual": 1.2e-16,
                        "iterations": 5,
                        "average_capital": None,
                        "is_short_period": True,
                        "start_date": "2025-01-01",
                        "end_date": "2025-03-31",
                        "flow_count": 1,
                        "net_flow": 50000.0,
                    }
                }
            ]
        }
    )


FIELDS = {name: name for name in MwrMethod.model_fields}


def calculate(request: MwrRequest, inputs: UpstreamInputs) -> Calculation:
    """Solve and average the flows of the window.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    if request.stateful_input is not None:
        try:
            windows, flows = _read(inputs, request.stateful_input)
        except ServiceProblem as problem:
            if problem.code is not ErrorCode.INSUFFICIENT_DATA:
                raise
            return _closed(inputs, request.stateful_input, request.methods, problem)
    else:
        assert request.stateless_input is not None  # noqa: S101  (the envelope: exactly one)
        windows, flows = _sent(request.stateless_input)
    options = MwrOptions(tuple(dict.fromkeys(request.methods)), request.flow_timing)
    try:
        rates_by_method = mwr(windows, flows, options)
    except ValueError as broken:
        raise invalid(str(broken)) from broken
    rates = rates_by_method.loc[rates_by_method["method"] == Method.XIRR, "annual_rate"].to_numpy(
        np.float64
    )
    detail = mwr_flows(windows, flows, options, rates if len(rates) else np.full(1, np.nan))
    results = dict(zip(rates_by_method["method"], records(rates_by_method, FIELDS), strict=True))
    for result in results.values():
        if result["iterations"] is not None:
            result["iterations"] = int(result["iterations"])
    return Calculation(results, _said(rates_by_method, flows), {"flows": detail})


def _read(inputs: UpstreamInputs, asked: MwrStatefulInput) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The window and its flows, from lotus-core."""
    body = asked.model_dump(mode="json", include={"as_of_date", "window", "period"})
    body = {name: value for name, value in body.items() if value is not None}
    got = inputs.gated(MWR_INPUT, asked.portfolio_id, body, asked.as_of_date)
    windows = got.rows[["start_date", "end_date", "begin_mv", "end_mv"]]
    flows = flows_of(got.rows["cash_flows"])
    return _settled(inputs, asked, got, windows, flows), flows


def _sent(sent: MwrStatelessInput) -> tuple[pd.DataFrame, pd.DataFrame]:
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
    return pd.DataFrame(window), pd.DataFrame(flows)


def _closed(
    inputs: UpstreamInputs,
    asked: MwrStatefulInput,
    methods: Sequence[Method],
    refusal: ServiceProblem,
) -> Calculation:
    """The answer for a window after the portfolio's closing.

    Raises:
        ServiceProblem: the refusal, where the portfolio had not closed before the window.
    """
    window = asked.window
    period = ReportingPeriod(
        "EXPLICIT" if window else str(asked.period),
        window and window.start_date,
        window and window.end_date,
    )
    got = read_performance(inputs, asked, (EARLIEST, asked.as_of_date))
    windows = gated_days(got, asked.portfolio_id, asked.as_of_date).windows((period,))
    if windows.status[0] != Status.CLOSED:
        raise refusal
    nothing = dict.fromkeys(MwrMethod.model_fields) | {
        "status": str(Status.CLOSED),
        "roots": [],
        "start_date": str(windows.start_date[0]),
        "end_date": str(windows.end_date[0]),
        "is_short_period": bool(windows.end_date[0] - windows.start_date[0] < SHORT_PERIOD_DAYS),
        "flow_count": 0,
        "net_flow": 0.0,
    }
    return Calculation({str(method): nothing for method in methods})


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


def _said(rates_by_method: pd.DataFrame, flows: pd.DataFrame) -> list[Diagnostic]:
    left_out = flows["type"].nunique() and int((flows["type"] != EXTERNAL).sum())
    stale = rates_by_method.dropna(subset=STALE_SINCE).drop_duplicates(STALE_SINCE)
    days = zip(as_days(stale[STALE_SINCE]), as_days(stale["end_date"]), strict=True)
    diagnostics = [stale_valuation("", last, end) for last, end in days]
    if rates_by_method["is_short_period"].any():
        diagnostics.append(
            Diagnostic(code="SHORT_PERIOD", detail="the window is under 365 days long")
        )
    if left_out:
        diagnostics.append(Diagnostic(code="NOT_EXTERNAL", detail=f"{left_out} flows are left out"))
    return diagnostics


SENT = {
    "start_date": "2025-01-01",
    "end_date": "2025-12-31",
    "begin_mv": "1000000",
    "end_mv": "1151234.5",
    "cash_flows": [{"date": "2025-02-03", "amount": "50000"}],
}

OPERATION = Operation(
    name="mwr",
    paths=("/performance/mwr",),
    summary="Money-weighted returns",
    description="XIRR with all its roots, and Modified Dietz, of one window (definitions: "
    "docs/ANALYTICS.md).",
    request=MwrRequest,
    results=MwrResults,
    calculate=calculate,
    sent=SENT,
)
