"""attribution_level: effects by asset class, sector, …: every level of the hierarchy."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.analytics.portfolios.attribution_inputs import (
    CHUNK,
    GROUP_SAID,
    HASH_SAID,
    VERSION_SAID,
    AttributionModel,
    attribution_rows,
)
from lotus_assets.analytics.portfolios.portfolio_analytic import PortfolioAnalytic, PortfolioInputs
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT, PERFORMANCE_INPUT
from lotus_assets.tables.columns import Integer, Number, Text
from lotus_assets.tables.table import Table


class AttributionLevel(AttributionModel):
    """One row an as-of day, portfolio, model, linking, period and node of the hierarchy."""

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
