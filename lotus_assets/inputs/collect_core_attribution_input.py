"""The asset core_attribution_input: its contract is in its module, its requests in `requests`."""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT

collect_core_attribution_input = input_asset(ATTRIBUTION_INPUT, requests.attribution)
