"""Sides of an attribution: an attribution-input payload or groups sent along, or lotus-core's."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod, Windows, resolve
from lotus_assets.engine.performance.frames.attribution_sides import (
    AttributionSides,
    group_sides,
    instrument_sides,
)
from lotus_assets.engine.performance.frames.node_keys import group_key
from lotus_assets.engine.performance.frames.part_names import INSTRUMENT
from lotus_assets.engine.performance.frames.portfolio_days import portfolio_days
from lotus_assets.engine.performance.frames.portfolio_parts import portfolio_parts
from lotus_assets.engine.performance.frames.report_sides import ReportLists, report_sides
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT
from lotus_assets.inputs.nearest_floats import nearest_floats
from lotus_assets.services.api.envelope import Diagnostic
from lotus_assets.services.api.report_rows import (
    SentPart,
    benchmark_window,
    known_days,
    read_report,
    reported_portfolio,
    sent_diagnostics,
    sent_parts,
    sent_portfolio,
)
from lotus_assets.services.api.sent_payload import (
    ReportStatefulInput,
    ReportStatelessInput,
    SentPortfolio,
)
from lotus_assets.services.api.sent_points import missing_business_days
from lotus_assets.services.api.upstream import GatedInput, UpstreamInputs, unfit
from lotus_assets.services.api.valuation_points import Amount, Point
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    CurrencyContext,
    Identifier,
    Strict,
)
from lotus_assets.services.problems import insufficient, invalid
from lotus_assets.sources.lotus_core.wire_format import DECIMAL, OBSERVATION

STATEFUL_DIMENSIONS = ["asset_class"]


class SentInstrument(Strict):
    """One instrument's days."""

    instrument_id: Identifier = Field(description="The instrument.", examples=["INS-1"])
    meta: dict[str, str] = Field(
        default={},
        description="Its dimensions; a missing one is `Unclassified`.",
        examples=[{"asset_class": "Equity"}],
    )
    valuation_points: list[Point] = Field(
        description="Its days, among those of the portfolio.",
        examples=[[{"perf_date": "2025-01-02", "begin_mv": "600", "end_mv": "612"}]],
    )


class SentObservation(Strict):
    """A group's day."""

    date: CalendarDay = Field(description="The day.", examples=["2025-01-02"])
    weight_bop: Amount = Field(description="Weight at the start of the day.", examples=["0.6"])
    return_base: Amount | None = Field(
        default=None,
        description="Return in the reporting currency; may lack where the weight is 0.",
        examples=["0.0125"],
    )
    return_local: Amount | None = Field(
        default=None,
        description="Return in local currencies, for the currency effects.",
        examples=["0.01"],
    )
    return_fx: Amount | None = Field(
        default=None,
        description="Currency return, only checked: (1 + local)(1 + fx) = 1 + base, to 1e-9.",
        examples=["0.0024752475"],
    )


class SentGroup(Strict):
    """A group of one side."""

    key: dict[str, str] = Field(
        description="Its place in each dimension; a missing one is `Unclassified`.",
        examples=[{"asset_class": "Equity"}],
    )
    observations: list[SentObservation] = Field(
        description="Its days, in any order; over the groups of a day the weights sum to 1.",
        examples=[[{"date": "2025-01-02", "weight_bop": "1", "return_base": "0.0125"}]],
    )


class AttributionStatelessInput(ReportStatelessInput):
    """The fields of an attribution-input payload, or both sides as groups."""

    group_by_dimensions: list[Identifier] = Field(
        default=[],
        max_length=10,
        description="Dimensions of the groups, where the request names none.",
        examples=[["asset_class"]],
    )
    benchmark_id: Identifier | None = Field(
        default=None, description="Name of the benchmark.", examples=["BM-BALANCED-EUR"]
    )
    portfolio_data: SentPortfolio | None = Field(
        default=None, description="The portfolio's own days, beside instruments_data."
    )
    instruments_data: list[SentInstrument] | None = Field(
        default=None, description="Instruments, each id once.", examples=[[]]
    )
    portfolio_groups_data: list[SentGroup] | None = Field(
        default=None,
        description="The portfolio as groups, in place of portfolio_data and instruments_data.",
        examples=[[]],
    )
    benchmark_groups_data: list[SentGroup] = Field(
        min_length=1,
        description="The benchmark's groups, each key once.",
        examples=[
            [
                {
                    "key": {"asset_class": "Equity"},
                    "observations": [
                        {"date": "2025-01-02", "weight_bop": "1", "return_base": "0.0125"}
                    ],
                }
            ]
        ],
    )
    currency_context: CurrencyContext | None = Field(
        default=None, description="Currencies of the payload; the reporting currency is used."
    )

    @model_validator(mode="after")
    def _one_portfolio(self) -> "AttributionStatelessInput":
        given = [self.portfolio_data is not None, self.instruments_data is not None]
        if given not in ([True, True], [False, False]) or (
            (self.portfolio_groups_data is not None) == given[0]
        ):
            raise ValueError(
                "give portfolio_data and instruments_data, or portfolio_groups_data in their place"
            )
        return self


class AttributionStatefulInput(ReportStatefulInput):
    """Whose attribution-input to read."""


def dimensions_of(sent: AttributionStatelessInput) -> list[str]:
    """Dimensions of an input that was sent along: as it says, else those of its first group."""
    return sent.group_by_dimensions or list(sent.benchmark_groups_data[0].key)


def stateless_as_of(sent: AttributionStatelessInput) -> dt.date:
    """Last day of the periods.

    Raises:
        ServiceProblem: INSUFFICIENT_DATA where there is no day at all.
    """
    return sent.as_of_date or sent.report_end_date or max(_days(sent))


def stateless_sides(
    sent: AttributionStatelessInput, group_by: Sequence[str], as_of: dt.date
) -> AttributionSides:
    """Both sides as they were sent along.

    Raises:
        ServiceProblem: INVALID_REQUEST for what does not fit together.
    """
    portfolios = sent_portfolio(sent, _days(sent), as_of)
    benchmark = _observations(sent.portfolio_id, sent.benchmark_groups_data, group_by)
    try:
        points, metas = _instruments(sent)
        if sent.portfolio_groups_data is not None:
            observations = _observations(sent.portfolio_id, sent.portfolio_groups_data, group_by)
            return group_sides(
                portfolio_days(points, portfolios), observations, benchmark, group_by
            )
        parts = portfolio_parts(points, portfolios, metas, group_by)
        context = sent.currency_context
        currency = "" if context is None else context.reporting_currency
        return instrument_sides(parts, benchmark, group_by, [currency])
    except ValueError as broken:
        raise invalid(str(broken)) from broken


def stateful_sides(
    inputs: UpstreamInputs,
    asked: AttributionStatefulInput,
    group_by: Sequence[str],
    periods: Sequence[ReportingPeriod],
) -> tuple[AttributionSides, Windows]:
    """Both sides of the window that the periods need, read from lotus-core.

    The windows of the periods go with them, by the portfolio's own days of the year before too.
    Where none has a day no report is read.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    days = known_days(inputs, asked, periods)
    windows = days.windows(tuple(periods))
    rows, lists = ATTRIBUTION_INPUT.table.empty(), ReportLists([], [], "")
    portfolios = reported_portfolio(days, days.performance_start_date)
    if windows.has_rows.any():
        report, portfolios = read_report(
            inputs,
            ATTRIBUTION_INPUT,
            asked,
            days,
            benchmark_window(days, periods, asked.as_of_date),
            group_by_dimensions=list(group_by),
        )
        rows, lists = report.rows, _lists(report)
    points = rows.rename(columns={"id": "part_id"})
    try:
        return report_sides(points, portfolios, {asked.portfolio_id: lists}, group_by), windows
    except ValueError as broken:
        raise unfit(ATTRIBUTION_INPUT.contract, asked.portfolio_id) from broken


def _lists(report: GatedInput) -> ReportLists:
    return ReportLists(
        report.header["instruments_data"],
        [group["key"] for group in report.header["benchmark_groups_data"]],
        report.header["currency_context"]["reporting_currency"],
    )


def unusual_points(sent: AttributionStatelessInput, sides: AttributionSides) -> list[Diagnostic]:
    """What is unusual about the points that were sent along; groups only can lack days."""
    contract = ATTRIBUTION_INPUT.contract.name
    if sent.portfolio_data is None:
        return [*missing_business_days(contract, sides.days, sides.portfolio.dates)]
    valuations = sent.portfolio_data.valuation_points
    return sent_diagnostics(contract, INSTRUMENT, valuations, _listed(sent), sides.days)


def sent_windows(sides: AttributionSides, periods: Sequence[ReportingPeriod]) -> Windows:
    """The periods of a portfolio that was sent along, also where it was sent as groups."""
    dates = np.unique(sides.portfolio.dates)
    return resolve(
        tuple(periods),
        sides.days.as_of_date,
        sides.days.portfolio_open_date,
        sides.days.performance_start_date,
        dates,
        np.array([0, len(dates)]),
        sides.days.close_dates,
    )


def _days(sent: AttributionStatelessInput) -> list[dt.date]:
    if sent.portfolio_data is not None:
        days = [point.perf_date for point in sent.portfolio_data.valuation_points]
    else:
        groups = sent.portfolio_groups_data or []
        days = [one.date for group in groups for one in group.observations]
    if not days:
        raise insufficient("the portfolio has no day: there is nothing to attribute")
    return days


def _instruments(sent: AttributionStatelessInput) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points of the portfolio and its instruments, and the instruments' dimensions."""
    instruments = _listed(sent)
    if len({name for name, _, _ in instruments}) < len(instruments):
        raise ValueError("instruments_data: an instrument comes twice")
    valuations = sent.portfolio_data.valuation_points if sent.portfolio_data else []
    return sent_parts(sent.portfolio_id, valuations, INSTRUMENT, instruments)


def _listed(sent: AttributionStatelessInput) -> list[SentPart]:
    return [
        (instrument.instrument_id, instrument.meta, instrument.valuation_points)
        for instrument in sent.instruments_data or []
    ]


def _observations(
    portfolio_id: str, groups: Sequence[SentGroup], group_by: Sequence[str]
) -> pd.DataFrame:
    """Rows of groups as the measure takes them."""
    rows = [(group_key(group_by, group.key), one) for group in groups for one in group.observations]
    columns = {name: _numbers([getattr(one, name) for _, one in rows]) for name in OBSERVATION}
    return pd.DataFrame(
        {
            "portfolio_id": portfolio_id,
            "key": np.array([key for key, _ in rows], dtype=object),
            "perf_date": np.array([one.date for _, one in rows], dtype="datetime64[s]"),
            **columns,
        }
    )


def _numbers(values: Sequence[Decimal | None]) -> np.ndarray:
    column = pa.chunked_array([pa.array(values, DECIMAL)])
    missing = column.is_null().to_numpy()
    return np.where(missing, np.nan, nearest_floats(column.fill_null(Decimal(0))))
