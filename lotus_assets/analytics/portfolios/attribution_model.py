"""What the contracts of the four attribution tables have in common."""

from pandera.pandas import Field

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.tables.columns import Text
from lotus_assets.tables.portfolio_columns import AsOfDate, PortfolioId, StandardPeriod
from lotus_assets.tables.table_model import TableModel

LINKINGS = (Linking.CARINO, Linking.MENCHERO, Linking.FRONGELLO)
"""GRAP's linked effects are Frongello's: kept once."""
STATUSES = (
    "OK",
    "CLOSED",
    "WINDOW_TOO_SHORT",
    "NO_OBSERVATIONS",
    "BROKEN_CHAIN",
    "NOT_LINKABLE",
    "OVERFLOW",
)

EFFECT_DESCRIPTIONS = {
    "allocation": "Effect of holding more or less of it than the benchmark, linked.",
    "selection": "Effect of its return being other than the benchmark's, linked.",
    "interaction": "Effect of both together, linked.",
    "total": "Sum of the three effects.",
}


class AttributionModel(TableModel):
    """Base of the attribution contracts: the columns that each begins with."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    model: Text = Field(
        isin=list(Model),
        description="BF: allocation against the benchmark's return (Brinson and Fachler); BHB: "
        "against 0.",
    )
    linking: Text = Field(
        isin=[str(linking) for linking in LINKINGS],
        description="How single days are linked: CARINO, MENCHERO or FRONGELLO (GRAP gives the "
        "same).",
    )
    period: StandardPeriod
