"""The inputs by name: what each is stands in the file of its table."""

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
from lotus_assets.inputs.shared_inputs import SharedInput

PERFORMANCE_INPUT = core_performance_input.INPUT
MWR_INPUT = core_mwr_input.INPUT
ATTRIBUTION_INPUT = core_attribution_input.INPUT
CONTRIBUTION_INPUT = core_contribution_input.INPUT
POSITIONS_INPUT = core_positions_input.INPUT
BENCHMARK_RETURNS = core_benchmark_returns.INPUT
BENCHMARK_ASSIGNMENT = core_benchmark_returns.ASSIGNMENT
RISK_FREE = core_risk_free.INPUT

INPUTS = (
    PERFORMANCE_INPUT,
    MWR_INPUT,
    ATTRIBUTION_INPUT,
    CONTRIBUTION_INPUT,
    POSITIONS_INPUT,
    BENCHMARK_RETURNS,
    RISK_FREE,
)
"""Those that have an asset; benchmark assignments are collected with the returns."""
TABLES = (core_payload.TABLE, *(kind.table for kind in INPUTS))
"""What the warehouse needs for the inputs."""

USED_BENCHMARK = SharedInput(
    BENCHMARK_RETURNS, BENCHMARK_ASSIGNMENT, "benchmark_id", PERFORMANCE_INPUT, "currency"
)
"""Returns of the benchmark that is assigned to a portfolio, in the portfolio's currency."""
USED_RISK_FREE = SharedInput(RISK_FREE, PERFORMANCE_INPUT, "currency")
"""Risk-free series in a portfolio's currency."""
