"""attribution: which groups made a portfolio's active return, and by which effect."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.attribution_model import (
    EFFECT_DESCRIPTIONS,
    AttributionModel,
)
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
    allocation: Number = Field(nullable=True, description=EFFECT_DESCRIPTIONS["allocation"])
    selection: Number = Field(nullable=True, description=EFFECT_DESCRIPTIONS["selection"])
    interaction: Number = Field(nullable=True, description=EFFECT_DESCRIPTIONS["interaction"])
    total: Number = Field(nullable=True, description=EFFECT_DESCRIPTIONS["total"])
    data_version: AttributionVersion
    content_hash: AttributionHash


TABLE = Table(
    name="attribution",
    model=Attribution,
    key=("as_of_date", "portfolio_id", "model", "linking", "period", "group_key"),
    version=None,
    description="Attribution of active returns to groups.",
)
