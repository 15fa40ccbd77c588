"""Both sides of attributions out of the gated attribution inputs, as the measures take them."""

import json
from collections.abc import Iterator
from dataclasses import replace

from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.analytics.portfolios.report_parts import (
    report_parts,
    reported_metas,
    reported_points,
)
from lotus_assets.engine.performance.frames.attribution_sides import (
    AttributionSides,
    instrument_sides,
)
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT
from lotus_assets.sources.lotus_core.contracts import GROUP, OBSERVATION


def attribution_sides(inputs: PortfolioInputs) -> Iterator[AttributionSides]:
    """Sides of the portfolios, those together whose payloads have the same dimensions."""
    fields = ("group_by_dimensions", "currency_context")
    payloads = inputs.payloads_of(ATTRIBUTION_INPUT, *fields).set_index("subject")
    wanted = payloads.loc[inputs.portfolio_ids, "group_by_dimensions"]
    for text, subjects in wanted.groupby(wanted).groups.items():
        some = replace(inputs, payloads=inputs.payloads[inputs.payloads["subject"].isin(subjects)])
        names = tuple(json.loads(str(text)))
        points = reported_points(some, ATTRIBUTION_INPUT, "id", *OBSERVATION)
        is_group = (points["part"] == GROUP).to_numpy(dtype=bool)
        metas = reported_metas(some, ATTRIBUTION_INPUT, "instruments_data", "instrument_id")
        parts = report_parts(some, points[~is_group], metas, names)
        contexts = payloads.loc[list(parts.days.portfolio_id), "currency_context"]
        currencies = [json.loads(context)["reporting_currency"] for context in contexts]
        benchmark = points[is_group].rename(columns={"part_id": "key"})
        yield instrument_sides(parts, benchmark, names, currencies)
