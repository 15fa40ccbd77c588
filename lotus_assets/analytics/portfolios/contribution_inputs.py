"""What the three contribution tables have in common: their methods, and how they are worked out."""

from collections.abc import Callable

import pandas as pd
from pandera.pandas import Field

from lotus_assets.analytics.portfolios.portfolio_analytic import PortfolioInputs
from lotus_assets.analytics.portfolios.report_parts import (
    report_parts,
    reported_metas,
    reported_points,
)
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.frames.contribution import (
    ContributionOptions,
    ContributionResult,
    contribution,
)
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.input_tables import CONTRIBUTION_INPUT
from lotus_assets.tables.columns import Text
from lotus_assets.tables.portfolio_columns import AsOfDate, MetricBasis, PortfolioId, StandardPeriod
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

LINKINGS = (Linking.CARINO, Linking.FRONGELLO)
STATUSES = (
    "OK",
    "WINDOW_TOO_SHORT",
    "NO_OBSERVATIONS",
    "UNDEFINED_RETURN",
    "BROKEN_CHAIN",
    "NOT_LINKABLE",
)
CHUNK = 32
"""Portfolios worked out at a time: days and positions of each are in memory."""


class ContributionModel(TableModel):
    """Base of the contribution contracts: the columns that each begins with."""

    as_of_date: AsOfDate
    portfolio_id: PortfolioId
    metric_basis: MetricBasis
    linking: Text = Field(
        isin=[str(each) for each in LINKINGS],
        description="How single days are linked: CARINO or FRONGELLO.",
    )
    period: StandardPeriod


def contribution_rows(
    inputs: PortfolioInputs, table: Table, chosen: Callable[[ContributionResult], pd.DataFrame]
) -> pd.DataFrame:
    """Rows of one of the tables, for every basis and linking."""
    hierarchy = InputSettings().lotus_core_group_by
    points = reported_points(inputs, CONTRIBUTION_INPUT, "position_id")
    metas = reported_metas(inputs, CONTRIBUTION_INPUT, "positions_data", "position_id")
    parts = report_parts(inputs, points, metas, hierarchy)
    found = [
        chosen(
            contribution(
                parts, ContributionOptions(basis=basis, linking=linking, hierarchy=hierarchy)
            )
        ).assign(metric_basis=str(basis), linking=str(linking))
        for basis in Basis
        for linking in LINKINGS
    ]
    return inputs.named(pd.concat(found, ignore_index=True))[table.columns]
