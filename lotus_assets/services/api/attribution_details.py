"""Tables behind an attribution: days, linking, instruments or members, effects that follow."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.frames.attribution import AttributionResult, attribution_days
from lotus_assets.engine.performance.frames.attribution_effects import (
    KeptAttribution,
    attribution_effects,
)
from lotus_assets.engine.performance.frames.attribution_instruments import attribution_instruments
from lotus_assets.engine.performance.frames.attribution_sides import AttributionSides
from lotus_assets.services.api.operation import KeptTable


def kept_details(result: AttributionResult, sides: AttributionSides) -> dict[str, pd.DataFrame]:
    """The tables that are kept of one portfolio's attribution by one variant."""
    linking = result.linking.drop(columns=["model", "linking", "portfolio_id"])
    details = {"days": attribution_days(sides), "linking": linking}
    if sides.instruments is not None:
        details["instruments"] = attribution_instruments(sides)
    if len(sides.members):
        details["members"] = sides.members
    return details


def effects_detail(request: Mapping[str, Any], table: KeptTable) -> Iterator[pd.DataFrame]:
    """The effects of single periods by group, of the kept tables."""
    model, effect_count = Model(request["model"]), request["effects"]
    return attribution_effects(
        KeptAttribution(table("days"), table("linking"), model, effect_count)
    )
