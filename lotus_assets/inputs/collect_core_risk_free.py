"""The asset core_risk_free; its contract stands in the module of that name, what it asks in `requests`."""

from lotus_assets.inputs import requests
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import RISK_FREE

collect_core_risk_free = input_asset(RISK_FREE, requests.risk_free)
