"""The seven inputs: each table with its contract, header, rules and diagnostics."""

import pandas as pd

from lotus_assets.inputs import (
    core_attribution_input,
    core_benchmark_returns,
    core_contribution_input,
    core_mwr_input,
    core_payload,
    core_performance_input,
    core_positions_input,
    core_risk_free,
)
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.headers import (
    AssignmentHeader,
    AttributionHeader,
    BenchmarkReturnsHeader,
    ContributionHeader,
    MwrHeader,
    PerformanceHeader,
    PositionsHeader,
    RiskFreeHeader,
)
from lotus_assets.inputs.payload_chunk import Chunk
from lotus_assets.inputs.rules import Violation
from lotus_assets.inputs.shared_inputs import SharedInput
from lotus_assets.sources.lotus_core import contracts

PERFORMANCE_INPUT = InputTable(
    core_performance_input.TABLE,
    contracts.PERFORMANCE_INPUT,
    PerformanceHeader,
    tuple(contracts.POINT),
    core_performance_input.rows,
    core_performance_input.violations,
    core_performance_input.breaks,
)
MWR_INPUT = InputTable(
    core_mwr_input.TABLE,
    contracts.MWR_INPUT,
    MwrHeader,
    ("date", "amount"),
    core_mwr_input.rows,
    core_mwr_input.violations,
)
ATTRIBUTION_INPUT = InputTable(
    core_attribution_input.TABLE,
    contracts.ATTRIBUTION_INPUT,
    AttributionHeader,
    ("part", "perf_date"),
    core_attribution_input.rows,
    core_attribution_input.violations,
    core_attribution_input.breaks,
)
CONTRIBUTION_INPUT = InputTable(
    core_contribution_input.TABLE,
    contracts.CONTRIBUTION_INPUT,
    ContributionHeader,
    ("part", "perf_date"),
    core_contribution_input.rows,
    core_contribution_input.violations,
    core_contribution_input.breaks,
)
POSITIONS_INPUT = InputTable(
    core_positions_input.TABLE,
    contracts.POSITIONS_INPUT,
    PositionsHeader,
    (),
    core_positions_input.rows,
    core_positions_input.violations,
)
BENCHMARK_RETURNS = InputTable(
    core_benchmark_returns.TABLE,
    contracts.BENCHMARK_RETURNS,
    BenchmarkReturnsHeader,
    ("series_date",),
    core_benchmark_returns.rows,
    core_benchmark_returns.violations,
)
RISK_FREE = InputTable(
    core_risk_free.TABLE,
    contracts.RISK_FREE,
    RiskFreeHeader,
    ("series_date",),
    core_risk_free.rows,
    core_risk_free.violations,
)


def _no_rows(_chunk: Chunk) -> pd.DataFrame:
    return core_benchmark_returns.TABLE.empty()


def _no_violations(_chunk: Chunk) -> tuple[Violation, ...]:
    return ()


BENCHMARK_ASSIGNMENT = InputTable(
    core_benchmark_returns.TABLE,
    contracts.BENCHMARK_ASSIGNMENT,
    AssignmentHeader,
    (),
    _no_rows,
    _no_violations,
)
"""Keeps nothing but its payload; what it breaks counts at core_benchmark_returns."""

INPUTS = (
    PERFORMANCE_INPUT,
    MWR_INPUT,
    ATTRIBUTION_INPUT,
    CONTRIBUTION_INPUT,
    POSITIONS_INPUT,
    BENCHMARK_RETURNS,
    RISK_FREE,
)
TABLES = (core_payload.TABLE, *(kind.table for kind in INPUTS))
"""What the warehouse needs for the inputs."""

USED_BENCHMARK = SharedInput(BENCHMARK_RETURNS, BENCHMARK_ASSIGNMENT, "benchmark_id")
"""Returns of the benchmark that is assigned to a portfolio."""
USED_RISK_FREE = SharedInput(RISK_FREE, PERFORMANCE_INPUT, "currency")
"""Risk-free series in a portfolio's currency."""
