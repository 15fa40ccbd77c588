"""Both sides of attributions out of the gated attribution inputs, as the measures take them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

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
from lotus_assets.engine.performance.frames.node_keys import group_key
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT
from lotus_assets.sources.lotus_core.wire_format import GROUP, OBSERVATION


def attribution_sides(inputs: PortfolioInputs) -> Iterator[AttributionSides]:
    """Sides of the portfolios, those together whose payloads have the same dimensions."""
    fields = ("group_by_dimensions", "currency_context", "benchmark_groups_data")
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
        benchmark = groups_of_payloads(points[is_group], payloads.loc[subjects], names)
        yield instrument_sides(parts, benchmark, names, currencies)


def groups_of_payloads(
    rows: pd.DataFrame, payloads: pd.DataFrame, names: Sequence[str]
) -> pd.DataFrame:
    """Rows of the groups that each payload (index: its portfolio) lists, under its keys.

    Stored beside them are rows of earlier payloads: of groups that are gone, of other dimensions,
    and of the same ones in another order, which stand where there is no row under the very key.
    """
    listed = pd.MultiIndex.from_tuples(
        [
            (subject, group_key(names, entry["key"]))
            for subject, text in payloads["benchmark_groups_data"].items()
            for entry in json.loads(text)
        ]
    )
    numbers, stored = pd.factorize(rows["part_id"])
    keys = np.array([group_key(names, json.loads(key)) for key in stored], dtype=object)
    named = rows.drop(columns="part_id").assign(key=keys[numbers])
    is_listed = pd.MultiIndex.from_frame(named[["portfolio_id", "key"]]).isin(listed)
    groups = named[is_listed]
    is_other = (keys != np.asarray(stored, dtype=object))[numbers[is_listed]]
    if not is_other.any():
        return groups
    groups = groups.iloc[np.argsort(is_other, kind="stable")]
    return groups.drop_duplicates(["portfolio_id", "key", "perf_date"])
