"""POST /performance/mwr: money-weighted returns of one window."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, RootModel

from lotus_assets.engine.performance.formulas.internal_rate import SHORT_PERIOD_DAYS
from lotus_assets.engine.performance.formulas.modified_dietz import FlowTiming
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.segments import as_days
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.frames.mwr import (
    EXTERNAL,
    STALE_SINCE,
    Method,
    MwrOptions,
    mwr,
    mwr_flows,
)
from lotus_assets.services.api.analyses import EARLIEST
from lotus_assets.services.api.answers import records, stale_valuation
from lotus_assets.services.api.bounds import FLOWS
from lotus_assets.services.api.envelope import AnalysisRequest, Diagnostic
from lotus_assets.services.api.mwr_input import (
    MwrStatefulInput,
    MwrStatelessInput,
    read_window,
    sent_diagnostics,
    sent_window,
)
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.performance_input import (
    gated_days,
    read_performance,
)
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.problems import ErrorCode, ServiceProblem, invalid


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
        "ZERO_CAPITAL: no average capital, or a window of one day; OVERFLOW: period_return is past "
        "what a float holds; CLOSED: the window begins after the portfolio's close.",
        examples=["OK"],
    )
    reason: str | None = Field(
        description="Why there is no rate: TOTAL_LOSS, DEGENERATE, NO_SIGN_CHANGE, NO_ROOT; "
        "STALE_VALUATIONS: Modified Dietz is not annualised, the last valuation lies too long "
        "before end_date.",
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
        ServiceProblem: INVALID_REQUEST for too many flows; see `UpstreamInputs.gated`.
    """
    if request.stateful_input is not None:
        try:
            windows, flows = read_window(inputs, request.stateful_input)
        except ServiceProblem as problem:
            if problem.code is not ErrorCode.INSUFFICIENT_DATA:
                raise
            return _closed(inputs, request.stateful_input, request.methods, problem)
    else:
        assert request.stateless_input is not None  # noqa: S101  (the envelope: exactly one)
        sent = request.stateless_input
        closed = sent.portfolio_close_date
        if closed is not None and closed < sent.start_date:
            return _after_close(request.methods, sent.start_date, sent.end_date)
        windows, flows = sent_window(sent)
        inputs.diagnostics += sent_diagnostics(sent)
    FLOWS.check(len(flows))
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
    start, end = (days[0].astype(object) for days in (windows.start_date, windows.end_date))
    return _after_close(methods, start, end)


def _after_close(methods: Sequence[Method], start: dt.date, end: dt.date) -> Calculation:
    nothing = dict.fromkeys(MwrMethod.model_fields) | {
        "status": str(Status.CLOSED),
        "roots": [],
        "start_date": str(start),
        "end_date": str(end),
        "is_short_period": (end - start).days < SHORT_PERIOD_DAYS,
        "flow_count": 0,
        "net_flow": 0.0,
    }
    return Calculation({str(method): nothing for method in methods})


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
    rows=FLOWS,
)
