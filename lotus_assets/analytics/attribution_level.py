"""attribution_level: effects by asset class, sector, …: every level of the hierarchy."""

import pandas as pd
from pandera.pandas import DataFrameModel, Field

from lotus_assets.analytics.attribution_inputs import (
    CHUNK,
    GROUP_SAID,
    HASH_SAID,
    LINKING_SAID,
    LINKINGS,
    MODEL_SAID,
    PERIOD_SAID,
    PERIODS,
    VERSION_SAID,
    attribution_rows,
)
from lotus_assets.analytics.portfolio_analytic import PortfolioAnalytic, PortfolioInputs
from lotus_assets.analytics.portfolio_assets import portfolio_asset
from lotus_assets.columns import Day, Integer, Number, Text
from lotus_assets.engine.performance.attribution_effects import Model
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT, PERFORMANCE_INPUT
from lotus_assets.table import Table


class AttributionLevel(DataFrameModel):
    """One row an as-of day, portfolio, model, linking, period and node of the hierarchy."""

    as_of_date: Day = Field(description="The day as of which the inputs were asked.")
    portfolio_id: Text = Field(description="The portfolio.")
    model: Text = Field(isin=list(Model), description=MODEL_SAID)
    linking: Text = Field(isin=[str(each) for each in LINKINGS], description=LINKING_SAID)
    period: Text = Field(isin=PERIODS, description=PERIOD_SAID)
    level: Integer = Field(ge=1, description="Depth in the hierarchy; 1 is the top.")
    node_key: Text = Field(description=GROUP_SAID)
    allocation: Number = Field(nullable=True, description="Sum of its groups' allocation.")
    between: Number = Field(
        nullable=True,
        description="The part of allocation that the node's own weight and return explain: "
        "holding more or less of the whole node.",
    )
    within: Number = Field(
        nullable=True, description="The rest of allocation: tilts between the node's groups."
    )
    selection: Number = Field(nullable=True, description="Sum of its groups' selection.")
    interaction: Number = Field(nullable=True, description="Sum of its groups' interaction.")
    total: Number = Field(nullable=True, description="Sum of its groups' effects.")
    data_version: Text = Field(description=VERSION_SAID)
    content_hash: Text = Field(str_length=64, description=HASH_SAID)

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True


TABLE = Table(
    name="attribution_level",
    model=AttributionLevel,
    key=("as_of_date", "portfolio_id", "model", "linking", "period", "node_key"),
    version=None,
    description="Attribution by the levels of the hierarchy; allocation between and within.",
)


def compute(inputs: PortfolioInputs) -> pd.DataFrame:
    """Rows of the table for some portfolios as of a day."""
    return attribution_rows(
        inputs, TABLE, lambda found: found.levels.rename(columns={"key": "node_key"})
    )


attribution_level = portfolio_asset(
    PortfolioAnalytic(
        TABLE, reads=(ATTRIBUTION_INPUT, PERFORMANCE_INPUT), compute=compute, chunk=CHUNK
    )
)
