"""attribution_currency: effects of local returns and of currencies, group by group."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.attribution_model import (
    AttributionModel,
)
from lotus_assets.tables.columns import Boolean, Number
from lotus_assets.tables.portfolio_columns import AttributionHash, AttributionVersion, GroupKey
from lotus_assets.tables.table import Table


class AttributionByCurrency(AttributionModel):
    """One row an as-of day, portfolio, model, linking, period and group of a known currency."""

    group_key: GroupKey
    is_local_known: Boolean = Field(
        description="Whether the group's currency return is known on every day: the benchmark "
        "has groups of that currency. If not, the days without count as local."
    )
    local_allocation: Number = Field(
        nullable=True, description="Allocation effect of local returns."
    )
    local_selection: Number = Field(nullable=True, description="Selection effect of local returns.")
    local_interaction: Number = Field(
        nullable=True, description="Interaction effect of local returns."
    )
    local_total: Number = Field(
        nullable=True, description="Sum of the three effects of local returns."
    )
    currency_allocation: Number = Field(
        nullable=True, description="Allocation effect of currency returns."
    )
    currency_selection: Number = Field(
        nullable=True, description="Selection effect of currency returns."
    )
    currency_interaction: Number = Field(
        nullable=True, description="Interaction effect of currency returns."
    )
    currency_total: Number = Field(
        nullable=True, description="Sum of the three effects of currency returns."
    )
    data_version: AttributionVersion
    content_hash: AttributionHash


TABLE = Table(
    name="attribution_currency",
    model=AttributionByCurrency,
    key=("as_of_date", "portfolio_id", "model", "linking", "period", "group_key"),
    version=None,
    description="Attribution by local returns and currencies: with `currency` as a dimension.",
)
