"""What the contracts of the three contribution tables have in common."""

from pandera.pandas import Field

from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.tables.columns import Text
from lotus_assets.tables.portfolio_columns import AsOfDate, MetricBasis, PortfolioId, StandardPeriod
from lotus_assets.tables.table_model import TableModel

LINKINGS = (Linking.CARINO, Linking.FRONGELLO)
STATUSES = (
    "OK",
    "CLOSED",
    "WINDOW_TOO_SHORT",
    "NO_OBSERVATIONS",
    "UNDEFINED_RETURN",
    "BROKEN_CHAIN",
    "NOT_LINKABLE",
    "OVERFLOW",
)


class ContributionModel(TableModel):
    """Base of the contribution contracts: the columns that each begins with."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    metric_basis: MetricBasis
    linking: Text = Field(
        isin=[str(linking) for linking in LINKINGS],
        description="How single days are linked: CARINO or FRONGELLO.",
    )
    period: StandardPeriod
