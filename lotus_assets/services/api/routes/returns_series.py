"""POST /integration/returns/series: returns side by side, and their risk."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, Field

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.returns_series import (
    EXCESS,
    PORTFOLIO,
    AlignedSeries,
    Fill,
    MissingData,
)
from lotus_assets.engine.performance.formulas.risk_statistics import PERIODS_PER_YEAR
from lotus_assets.engine.performance.formulas.statuses import Reason, Status
from lotus_assets.engine.performance.frames.returns_series import (
    INSUFFICIENT_DATA,
    OFF_CALENDAR_LINKED,
    SELECTABLE,
    ReturnsSeriesOptions,
    returns_series,
)
from lotus_assets.engine.performance.frames.risk_statistics import (
    CoveredWindows,
    statistics_of_rows,
    without_rates_a_year,
)
from lotus_assets.services.api.answers import named, plain, records, stale_valuation
from lotus_assets.services.api.envelope import AnalysisRequest, Diagnostic
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.returns_input import (
    ReturnsInput,
    ReturnsStatefulInput,
    ReturnsStatelessInput,
    read_series,
    sent_series,
)
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.lotus_core.contracts.shared import written_plainly
from lotus_assets.services.problems import insufficient, invalid, unsupported

SeriesName = Literal["portfolio", "benchmark", "risk_free"]


class ReturnsSeriesRequest(AnalysisRequest[ReturnsStatelessInput, ReturnsStatefulInput]):
    """Returns of a portfolio, its benchmark and risk-free on the portfolio's calendar."""

    frequency: Frequency = Field(
        default=Frequency.DAILY,
        description="Length of a return: daily returns are linked by calendar bucket, dated by "
        "its last date.",
        examples=["DAILY"],
    )
    series_selection: list[SeriesName] | None = Field(
        default=None,
        min_length=1,
        max_length=3,
        description="The series; default: all three, stateless: those that are sent.",
        examples=[["portfolio", "benchmark"]],
    )
    missing_data_policy: MissingData = Field(
        default=MissingData.FAIL_FAST,
        description="FAIL_FAST: any missing date is an error; ALLOW_PARTIAL: each series as it "
        "is, gaps listed; STRICT_INTERSECTION: dates that all series have, the others left out.",
        examples=["FAIL_FAST"],
    )
    fill_policy: Fill = Field(
        default=Fill.NONE,
        description="ZERO_FILL: 0 stands for a missing return, before the policy looks.",
        examples=["NONE"],
    )
    risk_statistics: bool = Field(
        default=False,
        description="Whether to add statistics: the portfolio's own over its own dates, relative "
        "ones over the dates that all selected series have.",
        examples=[True],
    )
    minimum_acceptable_return: Annotated[float, BeforeValidator(written_plainly)] = Field(
        default=0.0,
        gt=-1,
        lt=1,
        description="Return of a single period below which it counts as a loss, for downside "
        "deviation and Sortino.",
        examples=[0.0],
    )


class DatedReturn(BaseModel):
    """The return of one date or bucket."""

    date: dt.date = Field(description="The date.", examples=["2025-03-31"])
    return_: float | None = Field(
        alias="return",
        description="The return, a decimal fraction; null where status says why.",
        examples=[0.0125],
    )
    status: Literal["OVERFLOW"] | None = Field(
        default=None,
        description="OVERFLOW: the return is past what a float holds; else absent.",
        examples=["OVERFLOW"],
    )


class Coverage(BaseModel):
    """How much of the calendar a series has."""

    expected: int = Field(description="Dates of the calendar.", examples=[62])
    missing: int = Field(description="Of them without a return, filled or not.", examples=[1])
    missing_dates: list[dt.date] = Field(description="Those dates.", examples=[["2025-02-14"]])
    off_calendar_dates: list[dt.date] = Field(
        description="Dates with a return that the calendar has not: linked into the next of its "
        "dates on which the series has one; after the last, days of their own. Returns of longer "
        "frequencies take them by their own dates.",
        examples=[[]],
    )


def _figure(text: str, example: float) -> Any:
    return Field(description=text + "; null where it is undefined.", examples=[example])


class RiskFigures(BaseModel):
    """Risk statistics of the window."""

    observations: int = Field(
        description="Single returns of the portfolio, which its own figures are of.", examples=[62]
    )
    excess_observations: int = Field(
        description="Of them those on dates of the risk-free series, which sharpe_ratio is of.",
        examples=[62],
    )
    relative_observations: int | None = Field(
        description="Of them those on dates that every series has, which the figures beside the "
        "benchmark are of; null without a benchmark.",
        examples=[62],
    )
    status: str = Field(
        description="OK; TOO_FEW_OBSERVATIONS: fewer than three; BROKEN_CHAIN: a return is below "
        "-1; UNDEFINED_RETURN: the portfolio gained without capital; OVERFLOW: a figure is past "
        "what a float holds: it is null, and so are those that are made of it.",
        examples=["OK"],
    )
    annualisation_reason: Literal["STALE_VALUATIONS"] | None = Field(
        description="Why no figure a year is given: the portfolio's last return lies too long "
        "before the window's end, see the diagnostic.",
        examples=[None],
    )
    has_benchmark: bool = Field(description="Whether a benchmark was compared.", examples=[True])
    has_risk_free: bool = Field(
        description="Whether risk-free returns were there; else 0 stands for them.",
        examples=[True],
    )
    is_short_period: bool = Field(
        description="Under 12 months: annualised figures are to be read with care.",
        examples=[True],
    )
    linked_return: float | None = _figure("Linked return", 0.031)
    annualised_return: float | None = _figure("Its annualised return", 0.125)
    volatility: float | None = _figure("Standard deviation a year", 0.11)
    downside_deviation: float | None = _figure("Deviation below the minimum, a year", 0.07)
    sharpe_ratio: float | None = _figure("Excess over risk-free by its deviation", 0.9)
    sortino_ratio: float | None = _figure("Excess over the minimum by downside deviation", 1.4)
    tracking_error: float | None = _figure("Deviation of the active return, a year", 0.04)
    information_ratio: float | None = _figure("Annualised active return by tracking error", 0.5)
    beta: float | None = _figure("Beta of excess returns", 0.95)
    correlation: float | None = _figure("Correlation of excess returns", 0.9)
    r_squared: float | None = _figure("Its square", 0.81)
    alpha: float | None = _figure("Jensen's alpha of annualised returns", 0.01)
    alpha_per_period: float | None = _figure("Jensen's alpha of mean single returns", 0.0001)
    up_capture: float | None = _figure("Share of the benchmark's gains", 1.02)
    down_capture: float | None = _figure("Share of the benchmark's losses", 0.93)
    maximum_drawdown: float | None = _figure("Deepest fall from a peak, 0 or less", -0.08)
    drawdown_peak_date: dt.date | None = Field(
        description="Day of the peak; null: the window's start.", examples=["2025-02-03"]
    )
    drawdown_trough_date: dt.date | None = Field(
        description="Day of the trough; null: nothing fell.", examples=["2025-03-10"]
    )


class ReturnsSeriesResults(BaseModel):
    """The series, their statistics, and how complete they are."""

    series: dict[str, list[DatedReturn]] = Field(
        description="Returns by series: those selected, and `excess` (portfolio less benchmark). "
        "A date without a return is left out.",
        examples=[{"portfolio": [{"date": "2025-03-31", "return": 0.0125}]}],
    )
    statistics: RiskFigures | None = Field(
        description="Risk statistics, where they were asked for."
    )
    coverage: dict[str, Coverage] = Field(
        description="By series.",
        examples=[
            {
                "portfolio": {
                    "expected": 62,
                    "missing": 0,
                    "missing_dates": [],
                    "off_calendar_dates": [],
                }
            }
        ],
    )


FIGURES = {name: name for name in RiskFigures.model_fields}


def calculate(request: ReturnsSeriesRequest, inputs: UpstreamInputs) -> Calculation:
    """Put the selected series side by side.

    Raises:
        ServiceProblem: INSUFFICIENT_DATA as the policy for missing dates says.
    """
    returns_input, options = _input(request, inputs)
    _check_statistics(request, options)
    names = np.array(["portfolio"], dtype=object)
    aligned = returns_series(names, returns_input.calendar, returns_input.series, options)
    [status] = aligned.statuses.to_dict("records")
    if status["status"] == INSUFFICIENT_DATA:
        raise insufficient(str(status["reason"]))
    rows = aligned.rows.drop(columns=["portfolio_id", "off_calendar_returns"])
    selected = [*options.series_selection, *([EXCESS] if EXCESS in rows else [])]
    statistics = None
    if request.risk_statistics:
        statistics = _statistics(request, returns_input, aligned.aligned)
    results = {
        "series": {name: _points(rows, name) for name in selected},
        "statistics": statistics,
        "coverage": _coverage(aligned.coverage, aligned.gaps),
    }
    diagnostics = [*_said(returns_input, request, statistics), *_off_calendar(aligned.gaps)]
    return Calculation(results, diagnostics, {"returns": rows})


def _input(
    request: ReturnsSeriesRequest, inputs: UpstreamInputs
) -> tuple[ReturnsInput, ReturnsSeriesOptions]:
    chosen = request.series_selection
    sent = request.stateless_input
    if sent is not None and chosen is None:
        chosen = [name for name in SELECTABLE if getattr(sent, name) is not None]  # type: ignore[misc]
        if not chosen:
            raise insufficient("stateless_input holds no series")
    selected = tuple(name for name in SELECTABLE if chosen is None or name in chosen)
    policy = request.missing_data_policy
    if sent is not None:
        returns_input = sent_series(sent, selected, request.frequency)
    else:
        assert request.stateful_input is not None  # noqa: S101  (the envelope: exactly one)
        returns_input = read_series(inputs, request.stateful_input, selected, policy)
    return returns_input, ReturnsSeriesOptions(
        request.frequency, selected, policy, request.fill_policy
    )


def _check_statistics(request: ReturnsSeriesRequest, options: ReturnsSeriesOptions) -> None:
    if not request.risk_statistics:
        return
    if PORTFOLIO not in options.series_selection:
        raise invalid("risk_statistics are the portfolio's: select its series too")
    if request.frequency not in PERIODS_PER_YEAR:
        known = ", ".join(PERIODS_PER_YEAR)
        raise unsupported(f"risk_statistics are of {known} returns, not {request.frequency}")


def _statistics(
    request: ReturnsSeriesRequest, returns_input: ReturnsInput, aligned: AlignedSeries
) -> dict[str, Any] | None:
    """Figures of the portfolio, beside the series that have a return; None where it has none."""
    held = [name for name, one in aligned.pieces.items() if len(one.dates)]
    if PORTFOLIO not in held:
        return None
    whole = aligned.chosen(np.ones(len(aligned.rows.dates), bool), held)
    windows = None
    if request.stateful_input is not None:
        windows = CoveredWindows(returns_input.calendar, *returns_input.window)
    figures = statistics_of_rows(
        whole, request.frequency, request.minimum_acceptable_return, windows
    )
    is_stale = ~np.isnat(returns_input.stale_since)
    figures = without_rates_a_year(figures, is_stale)
    reason = Reason.STALE_VALUATIONS if is_stale.any() else None
    [row] = records(figures.assign(annualisation_reason=reason), FIGURES)
    return row


def _off_calendar(gaps: pd.DataFrame) -> Iterator[Diagnostic]:
    """Returns off the calendar that went into a later date."""
    linked = gaps[gaps["kind"] == OFF_CALENDAR_LINKED]
    days = zip(linked["series"], linked["date"], strict=True)
    yield from named(OFF_CALENDAR_LINKED, [f"{name}: {day:%Y-%m-%d}" for name, day in days])


def _points(rows: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    points = records(rows[["date", name]].dropna(), {"date": "date", name: "return"})
    for point in points:
        if point["return"] is None:
            point["status"] = str(Status.OVERFLOW)
    return points


def _coverage(coverage: pd.DataFrame, gaps: pd.DataFrame) -> dict[str, Any]:
    answer = {}
    for row in coverage.to_dict("records"):
        gaps_of_series = gaps[gaps["series"] == row["series"]]
        dates = {
            kind: [plain(day) for day in gaps_of_series.loc[gaps_of_series["kind"] == kind, "date"]]
            for kind in ("MISSING", "OFF_CALENDAR")
        }
        answer[str(row["series"])] = {
            "expected": int(row["expected"]),
            "missing": int(row["missing"]),
            "missing_dates": dates["MISSING"],
            "off_calendar_dates": dates["OFF_CALENDAR"],
        }
    return answer


def _said(
    returns_input: ReturnsInput, request: ReturnsSeriesRequest, statistics: dict[str, Any] | None
) -> list[Diagnostic]:
    diagnostics = [*returns_input.diagnostics]
    if not np.isnat(returns_input.stale_since).all():
        [last], [end] = returns_input.stale_since, returns_input.window[1]
        diagnostics.append(stale_valuation("", last, end))
    if statistics is not None and statistics["is_short_period"]:
        detail = "under 12 months: annualised figures are to be read with care"
        diagnostics.append(Diagnostic(code="SHORT_PERIOD", detail=detail))
    if request.risk_statistics and statistics is None:
        detail = "the portfolio has no return: no statistics"
        diagnostics.append(Diagnostic(code="NO_COMMON_DATES", detail=detail))
    if statistics is not None and statistics["relative_observations"] == 0:
        detail = "no date has a return of every series: no figures beside the benchmark"
        diagnostics.append(Diagnostic(code="NO_COMMON_DATES", detail=detail))
    return diagnostics


SENT = {
    "portfolio": [
        {"date": "2025-01-02", "return": "0.01"},
        {"date": "2025-01-03", "return": "-0.004"},
    ],
    "benchmark": [
        {"date": "2025-01-02", "return": "0.008"},
        {"date": "2025-01-03", "return": "-0.005"},
    ],
}

OPERATION = Operation(
    name="returns_series",
    paths=("/integration/returns/series",),
    summary="Returns series",
    description="Portfolio, benchmark, risk-free and excess returns on one calendar, gaps as the "
    "policy says, with risk statistics (definitions: docs/ANALYTICS.md).",
    request=ReturnsSeriesRequest,
    results=ReturnsSeriesResults,
    calculate=calculate,
    sent=SENT,
)
