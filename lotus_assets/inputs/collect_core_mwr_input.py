"""The asset core_mwr_input: its contract is in its module, its requests in `requests`."""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import MWR_INPUT

collect_core_mwr_input = input_asset(MWR_INPUT, requests.mwr)
