"""contribution: what each position contributed to its portfolio's return, period by period."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.contribution_model import (
    STATUSES,
    ContributionModel,
)
from lotus_assets.tables.columns import Number, Text
from lotus_assets.tables.portfolio_columns import ContributionHash, ContributionVersion, PositionId
from lotus_assets.tables.table import Table

LARGEST = 5
"""Contributors at either end that the picture shows."""


class Contribution(ContributionModel):
    """One row an as-of day, portfolio, basis, linking, period and position that had a day in it."""

    position_id: PositionId
    contribution: Number = Field(
        nullable=True,
        description="Linked contribution, a decimal fraction: over the positions, with the fees "
        "and what is unexplained (contribution_total), it sums to the portfolio's return. NULL "
        "where contribution_total.status says why.",
    )
    average_weight: Number = Field(
        nullable=True,
        description="Mean over the portfolio's days of the position's capital ÷ the portfolio's; "
        "0 on days without it.",
    )
    position_return: Number = Field(
        nullable=True, description="The position's own linked return; NULL where its status says."
    )
    return_status: Text = Field(isin=STATUSES, description="Status of position_return, as in twr.")
    data_version: ContributionVersion
    content_hash: ContributionHash


TABLE = Table(
    name="contribution",
    model=Contribution,
    key=("as_of_date", "portfolio_id", "metric_basis", "linking", "period", "position_id"),
    version=None,
    description="Contributions of positions to their portfolios' returns.",
)
