"""Both sides of attributions out of the gated attribution inputs, as the frames take them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.analytics.portfolios.report_parts import reported_points, reported_portfolios
from lotus_assets.engine.performance.frames.attribution_sides import AttributionSides
from lotus_assets.engine.performance.frames.report_sides import (
    ReportLists,
    known_from_second_row,
    report_sides,
)
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT
from lotus_assets.sources.lotus_core.wire_format import OBSERVATION

DIMENSIONS = "group_by_dimensions"
LISTS = ("instruments_data", "benchmark_groups_data", "currency_context")


def attribution_sides(inputs: PortfolioInputs) -> Iterator[AttributionSides]:
    """Sides of the portfolios, those together whose payloads have the same dimensions."""
    payloads = inputs.payloads_of(ATTRIBUTION_INPUT, DIMENSIONS, *LISTS)
    usable = payloads[payloads["subject"].isin(inputs.portfolio_ids)]
    for dimensions, alike in usable.groupby(DIMENSIONS):
        of_dimensions = inputs.payloads["subject"].isin(alike["subject"])
        some = replace(inputs, payloads=inputs.payloads[of_dimensions])
        lists = {payload["subject"]: _lists(payload) for payload in alike.to_dict("records")}
        points = reported_points(some, ATTRIBUTION_INPUT, "id", *OBSERVATION)
        portfolios = known_from_second_row(reported_portfolios(some), points)
        yield report_sides(points, portfolios, lists, json.loads(str(dimensions)))


def _lists(payload: dict[Any, Any]) -> ReportLists:
    instruments, groups, currencies = (json.loads(payload[name]) for name in LISTS)
    keys = [group["key"] for group in groups]
    return ReportLists(instruments, keys, currencies["reporting_currency"])
