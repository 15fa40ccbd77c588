"""contribution_total: what the contributions of a portfolio and period sum to, and why not."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.contribution_model import (
    STATUSES,
    ContributionModel,
)
from lotus_assets.tables.columns import (
    Number,
    Text,
)
from lotus_assets.tables.portfolio_columns import (
    ContributionHash,
    ContributionVersion,
    EndDate,
    IsClamped,
    RequestedStartDate,
    StartDate,
    StatusDate,
)
from lotus_assets.tables.table import Table


class ContributionTotal(ContributionModel):
    """One row an as-of day, portfolio, basis, linking and period."""

    requested_start_date: RequestedStartDate
    start_date: StartDate
    end_date: EndDate
    is_clamped: IsClamped
    portfolio_return: Number = Field(
        nullable=True,
        description="Linked return on signed capital, a decimal fraction: where capital was never "
        "short, that of twr.",
    )
    fees: Number = Field(
        nullable=True,
        description="Contribution of the portfolio's management fees, those that positions paid "
        "among them, linked alike; 0 for GROSS.",
    )
    unexplained: Number = Field(
        nullable=True, description="What neither positions nor fees explain, linked alike."
    )
    status: Text = Field(
        isin=STATUSES,
        description="OK, or why there are no contributions: as in twr, or a day lost all or more "
        "and CARINO has no logarithm of it (NOT_LINKABLE).",
    )
    status_date: StatusDate
    data_version: ContributionVersion
    content_hash: ContributionHash


TABLE = Table(
    name="contribution_total",
    model=ContributionTotal,
    key=("as_of_date", "portfolio_id", "metric_basis", "linking", "period"),
    version=None,
    description="Returns that contributions sum to, with fees and what is unexplained.",
)
