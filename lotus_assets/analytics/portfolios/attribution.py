"""attribution: which groups made a portfolio's active return, and by which effect."""

import json
from datetime import date

import pandas as pd
from pandera.pandas import Field
from sqlalchemy import Connection, select

from lotus_assets.analytics.portfolios.attribution_inputs import (
    CHUNK,
    EFFECT_SAID,
    LINKINGS,
    AttributionModel,
    attribution_rows,
)
from lotus_assets.analytics.portfolios.charts import bar_chart
from lotus_assets.analytics.portfolios.portfolio_analytic import PortfolioAnalytic, PortfolioInputs
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT, PERFORMANCE_INPUT
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.columns import Number
from lotus_assets.tables.portfolio_columns import AttributionHash, AttributionVersion, GroupKey
from lotus_assets.tables.table import Table


class Attribution(AttributionModel):
    """One row an as-of day, portfolio, model, linking, period and group that either side has."""

    group_key: GroupKey
    portfolio_weight: Number = Field(
        description="Mean of the portfolio's weight over the period's days, a decimal fraction."
    )
    benchmark_weight: Number = Field(description="The same of the benchmark.")
    allocation: Number = Field(nullable=True, description=EFFECT_SAID["allocation"])
    selection: Number = Field(nullable=True, description=EFFECT_SAID["selection"])
    interaction: Number = Field(nullable=True, description=EFFECT_SAID["interaction"])
    total: Number = Field(nullable=True, description=EFFECT_SAID["total"])
    data_version: AttributionVersion
    content_hash: AttributionHash


TABLE = Table(
    name="attribution",
    model=Attribution,
    key=("as_of_date", "portfolio_id", "model", "linking", "period", "group_key"),
    version=None,
    description="Attribution of active returns to groups.",
)


def compute(inputs: PortfolioInputs) -> pd.DataFrame:
    """Rows of the table for some portfolios as of a day."""
    return attribution_rows(
        inputs, TABLE, lambda found: found.groups.rename(columns={"key": "group_key"})
    )


def effects_picture(connection: Connection, as_of: date) -> str | None:
    """Effects of the year to date by outermost dimension: means over the portfolios."""
    stored = database_table(TABLE).c
    effects = ("allocation", "selection", "interaction")
    found = connection.execute(
        select(stored.portfolio_id, stored.group_key, *(stored[name] for name in effects)).where(
            stored.as_of_date == as_of,
            stored.model == Model.BF,
            stored.linking == LINKINGS[0],
            stored.period == "YTD",
            stored.total.is_not(None),
        )
    ).all()
    if not found:
        return None
    rows = pd.DataFrame(found, columns=["portfolio_id", "group_key", *effects])
    outermost = [next(iter(json.loads(key).values())) for key in rows["group_key"]]
    sums = rows.groupby(outermost)[list(effects)].sum() / rows["portfolio_id"].nunique()
    series = {
        name: {str(key): float(sums.loc[key, name]) for key in sums.index} for name in effects
    }
    return bar_chart("Attribution effects, year to date, mean of portfolios", series)


attribution = portfolio_asset(
    PortfolioAnalytic(
        TABLE, reads=(ATTRIBUTION_INPUT, PERFORMANCE_INPUT), compute=compute, chunk=CHUNK
    ),
    picture=effects_picture,
)
