"""A portfolio and its parts, sent along or read, as the frames of the engine take them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import DAY
from lotus_assets.engine.performance.formulas.dated_series import Dated, rows_before
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.segments import Days, as_days
from lotus_assets.engine.performance.frames.part_names import PORTFOLIO
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays, portfolios_frame
from lotus_assets.engine.performance.frames.portfolio_parts import listed_metas
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.services.api.analyses import needed_window
from lotus_assets.services.api.envelope import Diagnostic
from lotus_assets.services.api.performance_input import gated_days, read_with_year_before
from lotus_assets.services.api.sent_payload import ReportStatefulInput, ReportStatelessInput
from lotus_assets.services.api.sent_points import continuity_breaks, missing_business_days
from lotus_assets.services.api.upstream import GatedInput, UpstreamInputs
from lotus_assets.services.api.valuation_points import Point, points_frame
from lotus_assets.services.problems import invalid

SentPart = tuple[str, dict[str, str], Sequence[Point]]
"""Identifier, dimensions and days of a part that was sent along."""


def sent_portfolio(
    sent: ReportStatelessInput, days: Sequence[dt.date], as_of: dt.date
) -> pd.DataFrame:
    """The portfolio of a report that was sent along with rows of these days.

    Raises:
        ServiceProblem: INVALID_REQUEST for a day after the close.
    """
    closed = sent.portfolio_close_date
    if closed is not None and max(days) > closed:
        raise invalid(f"the day {max(days)} is after portfolio_close_date {closed}")
    first = sent.report_start_date or min(days)
    opened = sent.portfolio_open_date or first
    return portfolios_frame([sent.portfolio_id], as_of, opened, first, closed)


def sent_parts(
    portfolio_id: str, valuations: Sequence[Point], part: str, parts: Sequence[SentPart]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points of a portfolio and of its parts (`part` says which), and the parts' dimensions."""
    frames = [_part_points(portfolio_id, PORTFOLIO, "", valuations)]
    frames += [_part_points(portfolio_id, part, name, points) for name, _, points in parts]
    entries = [{"part_id": name, "meta": meta} for name, meta, _ in parts]
    return pd.concat(frames, ignore_index=True), listed_metas({portfolio_id: entries}, "part_id")


def _part_points(
    portfolio_id: str, part: str, part_id: str, points: Sequence[Point]
) -> pd.DataFrame:
    frame = points_frame(points).drop(columns="capital_sign")
    return frame.assign(portfolio_id=portfolio_id, part=part, part_id=part_id)


def sent_diagnostics(
    contract: str,
    part: str,
    valuations: Sequence[Point],
    parts: Sequence[SentPart],
    days: PortfolioDays,
) -> list[Diagnostic]:
    """What is unusual about the points of a portfolio and of its parts that were sent along."""
    series = [(f"{PORTFOLIO}/", valuations)]
    series += [(f"{part}/{name}", points) for name, _, points in parts]
    return [
        *missing_business_days(contract, days, days.values.dates),
        *continuity_breaks(contract, series),
    ]


def known_days(
    inputs: UpstreamInputs, asked: ReportStatefulInput, periods: Sequence[ReportingPeriod]
) -> PortfolioDays:
    """The portfolio's own days, by which it is judged what of the periods a report can hold.

    They are those that the periods need up to the as-of day, and the year before.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    start, _ = needed_window(periods, asked.as_of_date)
    got = read_with_year_before(inputs, asked, (start, asked.as_of_date))
    return gated_days(got, asked.portfolio_id, asked.as_of_date)


def report_window(
    days: PortfolioDays, periods: Sequence[ReportingPeriod], as_of: dt.date
) -> tuple[dt.date, dt.date]:
    """First and last day of the report that the periods need, which ends with the closing."""
    start, end = needed_window(periods, as_of)
    last: dt.date = np.fmin(np.datetime64(end, "D"), days.close_dates)[0].astype(object)
    return start, last


def benchmark_window(
    days: PortfolioDays, periods: Sequence[ReportingPeriod], as_of: dt.date
) -> tuple[dt.date, dt.date]:
    """First and last day of a report whose benchmark is the same whatever periods are asked for.

    It begins on the day after the portfolio's last row before the periods, since which the first
    day's benchmark runs, and ends with the as-of day (or the closing before it), by which the
    benchmark is assigned.
    """
    start, _ = needed_window(periods, as_of)
    rows = Dated(days.values.dates, days.values.offsets)
    first = as_days(np.array([start], "datetime64[D]"))
    since = rows_before(rows, np.zeros(1, np.int64), first)
    begin: dt.date = (since + DAY)[0].astype(object)
    last: dt.date = np.fmin(days.as_of_date, days.close_dates)[0].astype(object)
    return begin, last


def read_report(
    inputs: UpstreamInputs,
    kind: InputTable,
    asked: ReportStatefulInput,
    days: PortfolioDays,
    window: tuple[dt.date, dt.date],
    **options: Any,
) -> tuple[GatedInput, pd.DataFrame]:
    """A report of a window, from lotus-core, and its portfolio, whose own days are known.

    `options` are fields of the request beside the window and the currency.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    body = {
        "as_of_date": asked.as_of_date.isoformat(),
        "report_start_date": window[0].isoformat(),
        "report_end_date": window[1].isoformat(),
        **options,
    }
    if asked.reporting_currency is not None:
        body["reporting_currency"] = asked.reporting_currency
    report = inputs.gated(kind, asked.portfolio_id, body, asked.as_of_date)
    first = np.datetime64(report.header["report_start_date"], "D")
    return report, reported_portfolio(days, np.array([first]))


def reported_portfolio(days: PortfolioDays, known: Days) -> pd.DataFrame:
    """The portfolio of a report whose rows are known from a day on."""
    return portfolios_frame(
        days.portfolio_id, days.as_of_date, days.portfolio_open_date, known, days.close_dates
    )
