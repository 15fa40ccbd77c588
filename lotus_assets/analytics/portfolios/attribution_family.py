"""The attribution family: effects by group, level and currency, and the totals they reconcile."""

import json
from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import product

import pandas as pd
from sqlalchemy import Connection, select

from lotus_assets.analytics.portfolios import (
    attribution,
    attribution_currency,
    attribution_level,
    attribution_total,
)
from lotus_assets.analytics.portfolios.attribution_inputs import attribution_sides
from lotus_assets.analytics.portfolios.attribution_model import LINKINGS
from lotus_assets.analytics.portfolios.charts import bar_chart
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily, RowsOfTables
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.variants import Variant
from lotus_assets.engine.performance.frames.attribution import AttributionOptions, attributed
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT, PERFORMANCE_INPUT
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

VARIANTS = [Variant(model, linking) for model, linking in product(Model, LINKINGS)]


def compute(inputs: PortfolioInputs) -> RowsOfTables:
    """Rows of the four tables for some portfolios: every model and linking, net of fees."""
    results = [
        attributed(sides, AttributionOptions(), VARIANTS) for sides in attribution_sides(inputs)
    ]
    parts = {
        attribution.TABLE: [result.groups for result in results],
        attribution_total.TABLE: [result.totals for result in results],
        attribution_level.TABLE: [result.levels for result in results],
        attribution_currency.TABLE: [result.currency for result in results],
    }
    return {table: partial(_rows, inputs, table, frames) for table, frames in parts.items()}


def _rows(inputs: PortfolioInputs, table: Table, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return table.empty()
    key = "node_key" if "node_key" in table.columns else "group_key"
    rows = pd.concat(filled, ignore_index=True).rename(columns={"key": key})
    return inputs.named(rows)[table.columns]


def effects_picture(connection: Connection, as_of: date) -> str | None:
    """Effects of the year to date by outermost dimension: means over the portfolios."""
    stored = database_table(attribution.TABLE).c
    effects = ("allocation", "selection", "interaction")
    stored_effects = connection.execute(
        select(stored.portfolio_id, stored.group_key, *(stored[name] for name in effects)).where(
            stored.as_of_date == as_of,
            stored.model == Model.BF,
            stored.linking == LINKINGS[0],
            stored.period == "YTD",
            stored.total.is_not(None),
        )
    ).all()
    if not stored_effects:
        return None
    rows = pd.DataFrame(stored_effects, columns=["portfolio_id", "group_key", *effects])
    outermost = [next(iter(json.loads(key).values())) for key in rows["group_key"]]
    sums = rows.groupby(outermost)[list(effects)].sum() / rows["portfolio_id"].nunique()
    series = {
        name: {str(key): float(sums.loc[key, name]) for key in sums.index} for name in effects
    }
    return bar_chart("Attribution effects, year to date, mean of portfolios", series)


FAMILY = PortfolioFamily(
    "attribution",
    tables=(
        attribution.TABLE,
        attribution_total.TABLE,
        attribution_level.TABLE,
        attribution_currency.TABLE,
    ),
    reads=(ATTRIBUTION_INPUT, PERFORMANCE_INPUT),
    compute=compute,
    chunk=32,
)
attribution_family = portfolio_asset(FAMILY, {attribution.TABLE: effects_picture})
