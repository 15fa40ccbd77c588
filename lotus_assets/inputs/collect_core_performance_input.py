"""The asset core_performance_input: its contract is in its module, its requests in `requests`."""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT

collect_core_performance_input = input_asset(PERFORMANCE_INPUT, requests.performance)
