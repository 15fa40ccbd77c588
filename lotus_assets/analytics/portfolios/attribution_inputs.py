"""Both sides of attributions out of the gated attribution inputs, as the measures take them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    numbers, stored = pd.factorize(rows["part_id"])
    spelled = [group_key(names, json.loads(key)) for key in stored]
    codes = {key: code for code, key in enumerate(dict.fromkeys(spelled))}
    code = np.array([codes[key] for key in spelled], np.int64)[numbers]
    portfolio = payloads.index.get_indexer(pd.Index(rows["portfolio_id"]))
    is_listed = _is_listed(payloads["benchmark_groups_data"], names, codes)[portfolio, code]
    keys = pd.Categorical.from_codes(code, pd.Index(list(codes)))
    groups = rows.drop(columns="part_id").assign(key=keys)[is_listed]
    is_other = np.array([key != former for key, former in zip(spelled, stored, strict=True)], bool)
    of_rows = is_other[numbers[is_listed]]
    if not of_rows.any():
        return groups
    groups = groups.iloc[np.argsort(of_rows, kind="stable")]
    return groups.drop_duplicates(["portfolio_id", "key", "perf_date"])


def _is_listed(
    listed: Iterable[str], names: Sequence[str], codes: Mapping[str, int]
) -> NDArray[np.bool_]:
    """Whether a payload lists a group, [payload, code of the group's key]."""
    texts = list(listed)
    is_listed = np.zeros((len(texts), len(codes)), bool)
    for number, text in enumerate(texts):
        keys = [group_key(names, entry["key"]) for entry in json.loads(text)]
        is_listed[number, [codes[key] for key in keys if key in codes]] = True
    return is_listed
