"""The asset core_contribution_input: its contract is in its module, its requests in `requests`."""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import CONTRIBUTION_INPUT

collect_core_contribution_input = input_asset(CONTRIBUTION_INPUT, requests.contribution)
