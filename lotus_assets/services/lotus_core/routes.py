"""The eight endpoints of the input contracts, rfc_063_v1 and rfc_062_v1."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from lotus_assets.services.documentation import documented, request_example
from lotus_assets.services.lotus_core.answering import answer, paged_answer
from lotus_assets.services.lotus_core.contracts.portfolio import (
    MwrInputRequest,
    MwrInputResponse,
    PerformanceInputRequest,
    PerformanceInputResponse,
)
from lotus_assets.services.lotus_core.contracts.positions import (
    PositionsInputRequest,
    PositionsInputResponse,
)
from lotus_assets.services.lotus_core.contracts.reference import (
    BenchmarkAssignmentRequest,
    BenchmarkAssignmentResponse,
    BenchmarkReturnsRequest,
    BenchmarkReturnsResponse,
    RiskFreeRequest,
    RiskFreeResponse,
)
from lotus_assets.services.lotus_core.contracts.report import (
    AttributionInputRequest,
    AttributionInputResponse,
    ContributionInputRequest,
    ContributionInputResponse,
)
from lotus_assets.services.lotus_core.contracts.shared import Identifier
from lotus_assets.services.lotus_core.payloads import (
    portfolio_inputs,
    positions_input,
    reference_inputs,
    report_inputs,
)
from lotus_assets.sources.lotus_core import contracts as wire_contracts

ROUTER = APIRouter(prefix="/integration")
PortfolioId = Annotated[Identifier, Path(description="The portfolio.", examples=["PF-001"])]
BenchmarkId = Annotated[
    Identifier, Path(description="The benchmark.", examples=["BM-BALANCED-EUR"])
]


@ROUTER.post(
    "/portfolios/{portfolio_id}/performance-input",
    **documented(
        PerformanceInputResponse,
        "Daily valuations for time-weighted returns",
        "Begin and end values, external flows and fees of each day, in the portfolio's currency, "
        "from the open date or the window's start on.",
        wire_contracts.PERFORMANCE_INPUT,
    ),
)
def performance_input(
    request: Request,
    portfolio_id: PortfolioId,
    body: Annotated[PerformanceInputRequest, request_example(PerformanceInputRequest)],
) -> Response:
    """Daily valuations of a portfolio."""
    return answer(
        request,
        "performance-input",
        {"portfolio_id": portfolio_id},
        body,
        lambda connection: portfolio_inputs.performance_input(connection, portfolio_id, body),
    )


@ROUTER.post(
    "/portfolios/{portfolio_id}/mwr-input",
    **documented(
        MwrInputResponse,
        "Values and flows for money-weighted returns",
        "Market values after fees at both ends of a window or period, and the external flows "
        "between them, in the portfolio's currency.",
        wire_contracts.MWR_INPUT,
    ),
)
def mwr_input(
    request: Request,
    portfolio_id: PortfolioId,
    body: Annotated[MwrInputRequest, request_example(MwrInputRequest)],
) -> Response:
    """Values and flows of a portfolio."""
    return answer(
        request,
        "mwr-input",
        {"portfolio_id": portfolio_id},
        body,
        lambda connection: portfolio_inputs.mwr_input(connection, portfolio_id, body),
    )


@ROUTER.post(
    "/portfolios/{portfolio_id}/attribution-input",
    **documented(
        AttributionInputResponse,
        "Portfolio, instruments and benchmark groups for attribution",
        "Daily valuations of the portfolio and its instruments with the requested dimensions, and "
        "daily weights and returns of the assigned benchmark's groups. Paged.",
        wire_contracts.ATTRIBUTION_INPUT,
    ),
)
def attribution_input(
    request: Request,
    portfolio_id: PortfolioId,
    body: Annotated[AttributionInputRequest, request_example(AttributionInputRequest)],
) -> Response:
    """What attribution needs."""
    return paged_answer(
        request,
        "attribution-input",
        {"portfolio_id": portfolio_id},
        body,
        lambda connection, page: report_inputs.attribution_input(
            connection, portfolio_id, body, page
        ),
    )


@ROUTER.post(
    "/portfolios/{portfolio_id}/contribution-input",
    **documented(
        ContributionInputResponse,
        "Portfolio and positions for contribution",
        "Daily valuations of the portfolio and its positions with the dimensions that hierarchies "
        "are made of. Paged.",
        wire_contracts.CONTRIBUTION_INPUT,
    ),
)
def contribution_input(
    request: Request,
    portfolio_id: PortfolioId,
    body: Annotated[ContributionInputRequest, request_example(ContributionInputRequest)],
) -> Response:
    """What contribution needs."""
    return paged_answer(
        request,
        "contribution-input",
        {"portfolio_id": portfolio_id},
        body,
        lambda connection, page: report_inputs.contribution_input(
            connection, portfolio_id, body, page
        ),
    )


@ROUTER.post(
    "/portfolios/{portfolio_id}/positions-analytics-input",
    **documented(
        PositionsInputResponse,
        "Positions on a day",
        "What the portfolio holds, in the requested sections. A portfolio without "
        "positions has an empty list and a total of 0. Paged.",
        wire_contracts.POSITIONS_INPUT,
    ),
)
def positions_analytics_input(
    request: Request,
    portfolio_id: PortfolioId,
    body: Annotated[PositionsInputRequest, request_example(PositionsInputRequest)],
) -> Response:
    """Positions of a portfolio."""
    return paged_answer(
        request,
        "positions-analytics-input",
        {"portfolio_id": portfolio_id},
        body,
        lambda connection, page: positions_input.positions_input(
            connection, portfolio_id, body, page
        ),
    )


@ROUTER.post(
    "/portfolios/{portfolio_id}/benchmark-assignment",
    **documented(
        BenchmarkAssignmentResponse,
        "The benchmark of a portfolio",
        "The assignment in effect on the as-of day.",
        wire_contracts.BENCHMARK_ASSIGNMENT,
    ),
)
def benchmark_assignment(
    request: Request,
    portfolio_id: PortfolioId,
    body: Annotated[BenchmarkAssignmentRequest, request_example(BenchmarkAssignmentRequest)],
) -> Response:
    """The benchmark of a portfolio."""
    return answer(
        request,
        "benchmark-assignment",
        {"portfolio_id": portfolio_id},
        body,
        lambda connection: reference_inputs.benchmark_assignment(connection, portfolio_id, body),
    )


@ROUTER.post(
    "/benchmarks/{benchmark_id}/return-series",
    **documented(
        BenchmarkReturnsResponse,
        "Returns of a benchmark",
        "Daily returns in the benchmark's currency, or linked to longer observations.",
        wire_contracts.BENCHMARK_RETURNS,
    ),
)
def benchmark_return_series(
    request: Request,
    benchmark_id: BenchmarkId,
    body: Annotated[BenchmarkReturnsRequest, request_example(BenchmarkReturnsRequest)],
) -> Response:
    """Returns of a benchmark."""
    return answer(
        request,
        "benchmark-return-series",
        {"benchmark_id": benchmark_id},
        body,
        lambda connection: reference_inputs.benchmark_returns(connection, benchmark_id, body),
    )


@ROUTER.post(
    "/reference/risk-free-series",
    **documented(
        RiskFreeResponse,
        "Risk-free returns or rates",
        "A currency's series in the mode in which it is stored, with its conventions.",
        wire_contracts.RISK_FREE,
    ),
)
def risk_free_series(
    request: Request,
    body: Annotated[RiskFreeRequest, request_example(RiskFreeRequest)],
) -> Response:
    """Risk-free returns or rates of a currency."""
    return answer(
        request,
        "risk-free-series",
        {},
        body,
        lambda connection: reference_inputs.risk_free_series(connection, body),
    )
