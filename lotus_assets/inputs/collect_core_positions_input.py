"""The asset core_positions_input: its contract is in its module, its requests in `requests`."""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import POSITIONS_INPUT

collect_core_positions_input = input_asset(POSITIONS_INPUT, requests.positions)
