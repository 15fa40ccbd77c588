"""POST /performance/twr: time-weighted returns by period."""

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, RootModel

from lotus_assets.engine.performance.formulas.annualisation import AnnualisationBasis
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.time_weighted import bucket_count
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.frames.twr import (
    TwrOptions,
    twr,
    twr_buckets,
    twr_days,
)
from lotus_assets.services.api.analyses import Analysis, needed_window, periods_of
from lotus_assets.services.api.answers import AnsweredPeriod, named, records, stale_valuations
from lotus_assets.services.api.bounds import CELLS
from lotus_assets.services.api.envelope import AnalysisRequest, Diagnostic, StatefulInput
from lotus_assets.services.api.late_rows import LateRows
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.performance_input import (
    PerformanceStatelessInput,
    sent_diagnostics,
    stateful_as_of,
    stateful_days,
    stateless_as_of,
    stateless_days,
)
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.lotus_core.contracts.shared import CalendarDay


class TwrRequest(AnalysisRequest[PerformanceStatelessInput, StatefulInput]):
    """Time-weighted returns of one portfolio."""

    as_of_date: CalendarDay | None = Field(
        default=None,
        description="Last day of the named periods; default: the input's.",
        examples=["2025-03-31"],
    )
    analyses: list[Analysis] = Field(
        min_length=1,
        max_length=200,
        description="The periods, each with its breakdowns; their order changes nothing.",
        examples=[[{"period": "YTD", "frequencies": ["MONTHLY"]}, {"period": "1Y"}]],
    )
    metric_basis: Basis = Field(
        default=Basis.NET,
        description="NET: after management fees; GROSS: before.",
        examples=["NET"],
    )
    annualisation_basis: AnnualisationBasis = Field(
        default=AnnualisationBasis.ACT_365,
        description="How years are counted: ACT/365, ACT/ACT (ISDA) or BUS/252.",
        examples=["ACT/365"],
    )


class TwrBucket(BaseModel):
    """One calendar bucket of a period."""

    period: str = Field(
        description="2025-01-31, 2025-W05, 2025-01, 2025-Q1 or 2025.", examples=["2025-01"]
    )
    start_date: dt.date = Field(description="First day with a value.", examples=["2025-01-02"])
    end_date: dt.date = Field(description="Last day with a value.", examples=["2025-01-31"])
    return_: float | None = Field(
        alias="return", description="Linked return of the bucket.", examples=[0.0125]
    )
    cumulative_return: float | None = Field(
        description="Linked return from the period's start.", examples=[0.031]
    )
    status: str = Field(description="Of `return`, as of a period.", examples=["OK"])
    cumulative_status: str = Field(description="Of `cumulative_return`.", examples=["OK"])


class TwrPeriod(AnsweredPeriod):
    """The return of one period."""

    return_: float | None = Field(
        alias="return",
        description="Linked daily returns, a decimal fraction; null where the status says why.",
        examples=[0.0312],
    )
    annualised_return: float | None = Field(
        description="The return a year; null with its reason.", examples=[0.0287]
    )
    annualisation_reason: str | None = Field(
        description="PERIOD_SHORTER_THAN_ONE_YEAR, STALE_VALUATIONS (the last valuation lies too "
        "long before end_date, see the diagnostic), NO_RETURN, NO_BUSINESS_DAYS or OVERFLOW.",
        examples=[None],
    )
    status: str = Field(
        description="OK; CLOSED: the period begins after the portfolio's close; WINDOW_TOO_SHORT: "
        "the input begins after start_date; NO_OBSERVATIONS: no day of the period has a value; "
        "UNDEFINED_RETURN: a gain without capital; BROKEN_CHAIN: a day lost more than all of its "
        "capital; OVERFLOW: the return is past what a float holds.",
        examples=["OK"],
    )
    status_date: dt.date | None = Field(
        description="Day that decided the status, or on which everything was lost.",
        examples=[None],
    )
    breakdowns: dict[Frequency, list[TwrBucket]] = Field(
        description="Buckets with observations, by the frequencies asked for.",
        examples=[
            {
                "MONTHLY": [
                    {
                        "period": "2025-01",
                        "start_date": "2025-01-02",
                        "end_date": "2025-01-31",
                        "return": 0.0125,
                        "cumulative_return": 0.0125,
                        "status": "OK",
                        "cumulative_status": "OK",
                    }
                ]
            }
        ],
    )


class TwrResults(RootModel[dict[str, TwrPeriod]]):
    """Periods by their key: the name, or `EXPLICIT:<from>:<to>`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "YTD": {
                        "return": 0.0125,
                        "annualised_return": None,
                        "annualisation_reason": "PERIOD_SHORTER_THAN_ONE_YEAR",
                        "requested_start_date": "2025-01-01",
                        "start_date": "2025-01-01",
                        "end_date": "2025-01-31",
                        "clamped": False,
                        "status": "OK",
                        "status_date": None,
                        "breakdowns": {},
                    }
                }
            ]
        }
    )


PERIOD_FIELDS = {
    "period_return": "return",
    "annualised_return": "annualised_return",
    "annualisation_reason": "annualisation_reason",
    "requested_start_date": "requested_start_date",
    "start_date": "start_date",
    "end_date": "end_date",
    "is_clamped": "clamped",
    "status": "status",
    "status_date": "status_date",
}
BUCKET_FIELDS = {
    "bucket": "period",
    "start_date": "start_date",
    "end_date": "end_date",
    "bucket_return": "return",
    "cumulative_return": "cumulative_return",
    "status": "status",
    "cumulative_status": "cumulative_status",
}


def calculate(request: TwrRequest, inputs: UpstreamInputs) -> Calculation:
    """Link the daily returns of every period.

    Raises:
        ServiceProblem: INVALID_REQUEST where no period can be resolved, INSUFFICIENT_DATA where
            there is no valuation at all.
    """
    if request.stateful_input is not None:
        as_of = stateful_as_of(request.stateful_input, request.as_of_date)
        periods = periods_of(request.analyses, as_of)
        days = stateful_days(inputs, request.stateful_input, periods, as_of)
    else:
        assert request.stateless_input is not None  # noqa: S101  (the envelope: exactly one)
        as_of = stateless_as_of(request.stateless_input, request.as_of_date)
        periods = periods_of(request.analyses, as_of)
        days = stateless_days(request.stateless_input, as_of)
        inputs.diagnostics += sent_diagnostics(request.stateless_input, days)
    _check_buckets(request, periods, days)
    options = TwrOptions(periods, (request.metric_basis,), request.annualisation_basis)
    measured = twr(days, options)
    results = dict(zip(measured["period"], records(measured, PERIOD_FIELDS), strict=True))
    for analysis, period in zip(request.analyses, periods, strict=True):
        options_of_period = TwrOptions((period,), (request.metric_basis,))
        results[period.key]["breakdowns"] = {
            str(frequency): _buckets(days, options_of_period, frequency)
            for frequency in analysis.frequencies
        }
    detail = twr_days(days, request.metric_basis)
    # The days before are read to judge these by.
    first = np.datetime64(needed_window(periods, as_of)[0])
    detail = detail[detail["perf_date"] >= first].reset_index(drop=True)
    diagnostics = [*stale_valuations(days.windows(periods)), *_unusual(detail)]
    return Calculation(results, diagnostics, {"days": detail})


def _check_buckets(
    request: TwrRequest, periods: Sequence[ReportingPeriod], days: PortfolioDays
) -> None:
    """Raises ServiceProblem, INVALID_REQUEST, for too many buckets in all periods together."""
    CELLS.check(
        sum(
            bucket_count(days.values.dates, days.windows((period,)), frequency)
            for analysis, period in zip(request.analyses, periods, strict=True)
            for frequency in analysis.frequencies
        )
    )


def _buckets(days: PortfolioDays, options: TwrOptions, frequency: Frequency) -> LateRows:
    return LateRows(lambda: twr_buckets(days, options, (frequency,)), BUCKET_FIELDS)


def _unusual(detail: pd.DataFrame) -> Iterator[Diagnostic]:
    """Days whose return is to be read with care, by what marks them."""
    marks = detail.assign(mark=detail["marks"].str.split("|")).explode("mark")
    for mark, days in marks[marks["mark"] != ""].groupby("mark")["perf_date"]:
        yield from named(str(mark), [str(day.date()) for day in days])


SENT = {
    "valuation_points": [
        {"perf_date": "2025-01-02", "begin_mv": "1000", "end_mv": "1010"},
        {"perf_date": "2025-01-03", "begin_mv": "1010", "end_mv": "1030.2"},
    ]
}

OPERATION = Operation(
    name="twr",
    paths=("/performance/twr",),
    summary="Time-weighted returns",
    description="Daily returns linked by period and calendar bucket, net or gross of fees "
    "(definitions: docs/ANALYTICS.md).",
    request=TwrRequest,
    results=TwrResults,
    calculate=calculate,
    sent=SENT,
)
