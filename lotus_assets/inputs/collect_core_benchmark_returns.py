"""The asset core_benchmark_returns, and with it the assignments of benchmarks to portfolios.

An assignment has no rows: all that it says is kept in core_payload.
"""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import BENCHMARK_ASSIGNMENT, BENCHMARK_RETURNS

collect_core_benchmark_returns = input_asset(
    BENCHMARK_RETURNS,
    requests.benchmark_returns,
    also=((BENCHMARK_ASSIGNMENT, requests.assignments),),
)
