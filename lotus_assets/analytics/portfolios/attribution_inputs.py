"""What the four attribution tables have in common: their methods, and how they are worked out."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
from pandera.pandas import Field

from lotus_assets.analytics.portfolios.portfolio_analytic import PortfolioInputs
from lotus_assets.analytics.portfolios.report_parts import (
    report_parts,
    reported_metas,
    reported_points,
)
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.variants import Variant
from lotus_assets.engine.performance.frames.attribution import (
    AttributionOptions,
    AttributionResult,
    attributed,
)
from lotus_assets.engine.performance.frames.attribution_sides import (
    AttributionSides,
    instrument_sides,
)
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT
from lotus_assets.sources.lotus_core.contracts import GROUP
from lotus_assets.tables.columns import Text
from lotus_assets.tables.portfolio_columns import AsOfDate, PortfolioId, StandardPeriod
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

LINKINGS = (Linking.CARINO, Linking.MENCHERO, Linking.FRONGELLO)
"""GRAP's linked effects are Frongello's: kept once."""
VARIANTS = [Variant(model, linking) for model, linking in product(Model, LINKINGS)]
STATUSES = ("OK", "WINDOW_TOO_SHORT", "NO_OBSERVATIONS", "BROKEN_CHAIN", "NOT_LINKABLE")
CHUNK = 32
"""Portfolios worked out at a time: days and instruments of each are in memory."""

EFFECT_SAID = {
    "allocation": "Effect of holding more or less of it than the benchmark, linked.",
    "selection": "Effect of its return being other than the benchmark's, linked.",
    "interaction": "Effect of both together, linked.",
    "total": "Sum of the three effects.",
}


class AttributionModel(TableModel):
    """Base of the attribution contracts: the columns that each begins with."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    model: Text = Field(
        isin=list(Model),
        description="BF: allocation against the benchmark's return (Brinson and Fachler); BHB: "
        "against 0.",
    )
    linking: Text = Field(
        isin=[str(each) for each in LINKINGS],
        description="How single days are linked: CARINO, MENCHERO or FRONGELLO (GRAP gives the "
        "same).",
    )
    period: StandardPeriod


def attribution_rows(
    inputs: PortfolioInputs, table: Table, chosen: Callable[[AttributionResult], pd.DataFrame]
) -> pd.DataFrame:
    """Rows of one of the tables, for every model and linking, net of fees."""
    found = [
        chosen(attributed(sides, AttributionOptions(), VARIANTS))
        for sides in attribution_sides(inputs)
    ]
    rows = pd.concat([each for each in found if len(each)] or found[:1], ignore_index=True)
    return inputs.named(rows)[table.columns] if len(rows) else table.empty()


def attribution_sides(inputs: PortfolioInputs) -> Iterator[AttributionSides]:
    """Sides of the portfolios, those together whose payloads have the same dimensions."""
    fields = ("group_by_dimensions", "currency_context")
    payloads = inputs.payloads_of(ATTRIBUTION_INPUT, *fields).set_index("subject")
    wanted = payloads.loc[inputs.portfolio_ids, "group_by_dimensions"]
    for text, subjects in wanted.groupby(wanted).groups.items():
        some = replace(inputs, payloads=inputs.payloads[inputs.payloads["subject"].isin(subjects)])
        names = tuple(json.loads(str(text)))
        points = reported_points(some, ATTRIBUTION_INPUT, "id")
        is_group = (points["part"] == GROUP).to_numpy(dtype=bool)
        metas = reported_metas(some, ATTRIBUTION_INPUT, "instruments_data", "instrument_id")
        parts = report_parts(some, points[~is_group], metas, names)
        contexts = payloads.loc[list(parts.days.portfolio_id), "currency_context"]
        currencies = [json.loads(context)["reporting_currency"] for context in contexts]
        benchmark = points[is_group].rename(columns={"part_id": "key"})
        numbers = ["weight_bop", "return_base", "return_local", "return_fx"]
        benchmark[numbers] = benchmark[numbers].astype("Float64").astype(np.float64)
        yield instrument_sides(parts, benchmark, names, currencies)
