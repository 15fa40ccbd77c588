"""attribution_level: effects by asset class, sector, …: every level of the hierarchy."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.attribution_model import (
    AttributionModel,
)
from lotus_assets.tables.columns import Number
from lotus_assets.tables.portfolio_columns import (
    AttributionHash,
    AttributionVersion,
    GroupKey,
    Level,
)
from lotus_assets.tables.table import Table


class AttributionByLevel(AttributionModel):
    """One row an as-of day, portfolio, model, linking, period and node of the hierarchy."""

    level: Level
    node_key: GroupKey
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
    data_version: AttributionVersion
    content_hash: AttributionHash


TABLE = Table(
    name="attribution_level",
    model=AttributionByLevel,
    key=("as_of_date", "portfolio_id", "model", "linking", "period", "node_key"),
    version=None,
    description="Attribution by the levels of the hierarchy; allocation between and within.",
)
