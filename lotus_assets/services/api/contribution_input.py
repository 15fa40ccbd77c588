"""A portfolio and its positions: a contribution-input payload sent along, or lotus-core's."""

import datetime as dt
from collections.abc import Sequence

from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod, Windows
from lotus_assets.engine.performance.frames.part_names import POSITION
from lotus_assets.engine.performance.frames.portfolio_parts import (
    PortfolioParts,
    listed_metas,
    portfolio_parts,
)
from lotus_assets.inputs.input_tables import CONTRIBUTION_INPUT
from lotus_assets.services.api.envelope import Diagnostic
from lotus_assets.services.api.report_rows import (
    SentPart,
    known_days,
    read_report,
    report_window,
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
from lotus_assets.services.api.upstream import UpstreamInputs, unfit
from lotus_assets.services.api.valuation_points import Point
from lotus_assets.services.lotus_core.contracts.shared import (
    CurrencyContext,
    Identifier,
    Strict,
)
from lotus_assets.services.problems import insufficient, invalid


class SentPosition(Strict):
    """One position's days."""

    position_id: Identifier = Field(description="The position.", examples=["POS-1"])
    meta: dict[str, str] = Field(
        default={},
        description="Its dimensions; a missing one is `Unclassified`.",
        examples=[{"asset_class": "Equity"}],
    )
    valuation_points: list[Point] = Field(
        description="Its days, among those of the portfolio.",
        examples=[[{"perf_date": "2025-01-02", "begin_mv": "600", "end_mv": "612"}]],
    )


class ContributionStatelessInput(ReportStatelessInput):
    """The fields of a contribution-input payload; only the data are required."""

    portfolio_data: SentPortfolio = Field(description="The portfolio's own days.")
    positions_data: list[SentPosition] = Field(
        description="Its positions, each id once.", examples=[[]]
    )
    supported_hierarchy_dimensions: list[Identifier] = Field(
        default=[], description="What lotus-core supports: not used.", examples=[["asset_class"]]
    )
    currency_context: CurrencyContext | None = Field(
        default=None, description="Currencies of the payload: not used."
    )

    @model_validator(mode="after")
    def _each_position_once(self) -> "ContributionStatelessInput":
        ids = [position.position_id for position in self.positions_data]
        if len(set(ids)) < len(ids):
            raise ValueError("positions_data: a position comes twice")
        return self


class ContributionStatefulInput(ReportStatefulInput):
    """Whose contribution-input to read."""


def stateless_as_of(sent: ContributionStatelessInput) -> dt.date:
    """Last day of the periods.

    Raises:
        ServiceProblem: INSUFFICIENT_DATA where the portfolio has no day.
    """
    days = [point.perf_date for point in sent.portfolio_data.valuation_points]
    if not days:
        raise insufficient("portfolio_data.valuation_points is empty: there is nothing to link")
    return sent.as_of_date or sent.report_end_date or max(days)


def stateless_parts(
    sent: ContributionStatelessInput, hierarchy: Sequence[str], as_of: dt.date
) -> PortfolioParts:
    """The portfolio and its positions as they were sent along.

    Raises:
        ServiceProblem: INVALID_REQUEST for days that do not fit together.
    """
    valuations = sent.portfolio_data.valuation_points
    points, metas = sent_parts(sent.portfolio_id, valuations, POSITION, _positions(sent))
    portfolios = sent_portfolio(sent, [point.perf_date for point in valuations], as_of)
    try:
        return portfolio_parts(points, portfolios, metas, hierarchy)
    except ValueError as broken:
        raise invalid(str(broken)) from broken


def unusual_points(sent: ContributionStatelessInput, parts: PortfolioParts) -> list[Diagnostic]:
    """What is unusual about the points that were sent along."""
    contract, valuations = CONTRIBUTION_INPUT.contract.name, sent.portfolio_data.valuation_points
    return sent_diagnostics(contract, POSITION, valuations, _positions(sent), parts.days)


def _positions(sent: ContributionStatelessInput) -> list[SentPart]:
    return [
        (position.position_id, position.meta, position.valuation_points)
        for position in sent.positions_data
    ]


def stateful_parts(
    inputs: UpstreamInputs,
    asked: ContributionStatefulInput,
    hierarchy: Sequence[str],
    periods: Sequence[ReportingPeriod],
) -> tuple[PortfolioParts, Windows]:
    """The portfolio and its positions over the window that the periods need, from lotus-core.

    The windows of the periods go with them, by the portfolio's own days of the year before too.
    Where none has a day no report is read.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    days = known_days(inputs, asked, periods)
    windows = days.windows(tuple(periods))
    rows, listed = CONTRIBUTION_INPUT.table.empty(), []
    portfolios = reported_portfolio(days, days.performance_start_date)
    if windows.has_rows.any():
        window = report_window(days, periods, asked.as_of_date)
        report, portfolios = read_report(
            inputs, CONTRIBUTION_INPUT, asked, days, window, hierarchy=list(hierarchy)
        )
        rows, listed = report.rows, report.header["positions_data"]
    points = rows.rename(columns={"position_id": "part_id"})
    metas = listed_metas({asked.portfolio_id: listed}, "position_id")
    try:
        return portfolio_parts(points, portfolios, metas, hierarchy), windows
    except ValueError as broken:
        raise unfit(CONTRIBUTION_INPUT.contract, asked.portfolio_id) from broken
