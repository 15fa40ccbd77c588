"""The asset core_risk_free: its contract is in its module, its requests in `requests`."""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import RISK_FREE

collect_core_risk_free = input_asset(RISK_FREE, requests.risk_free)
