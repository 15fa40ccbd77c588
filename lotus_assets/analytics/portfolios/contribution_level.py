"""contribution_level: contributions by asset class, sector, …: every level of the hierarchy."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.contribution_model import (
    ContributionModel,
)
from lotus_assets.tables.columns import Number, Text
from lotus_assets.tables.portfolio_columns import ContributionHash, ContributionVersion, Level
from lotus_assets.tables.table import Table


class ContributionByLevel(ContributionModel):
    """One row an as-of day, portfolio, basis, linking, period and node of the hierarchy."""

    level: Level
    node_key: Text = Field(
        description="The node's dimensions down to its level as JSON, outermost first "
        '(LOTUS_CORE_GROUP_BY); a missing one is "Unclassified".'
    )
    contribution: Number = Field(
        nullable=True,
        description="Sum of the node's children, a decimal fraction; NULL where "
        "contribution_total.status says why.",
    )
    average_weight: Number = Field(nullable=True, description="Sum of the children's.")
    data_version: ContributionVersion
    content_hash: ContributionHash


TABLE = Table(
    name="contribution_level",
    model=ContributionByLevel,
    key=("as_of_date", "portfolio_id", "metric_basis", "linking", "period", "node_key"),
    version=None,
    description="Contributions by the levels of the hierarchy: each the sum of its children.",
)
