"""What the three contribution tables have in common: their methods, and how they are worked out."""

from collections.abc import Callable

import pandas as pd
from pandera.pandas import DataFrameModel, Field

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
from lotus_assets.tables.columns import Day, Text
from lotus_assets.tables.table import Table

PERIODS = ("MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD")
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

BASIS_SAID = "NET: after management fees; GROSS: before."
PERIOD_SAID = "MTD, QTD, YTD, 1Y, 3Y, 5Y or ITD."
LINKING_SAID = "How single days are linked: CARINO or FRONGELLO."


class ContributionModel(DataFrameModel):
    """Base of the contribution contracts: the columns that each begins with."""

    as_of_date: Day = Field(description="The day as of which the inputs were asked.")
    portfolio_id: Text = Field(description="The portfolio.")
    metric_basis: Text = Field(isin=list(Basis), description=BASIS_SAID)
    linking: Text = Field(isin=[str(each) for each in LINKINGS], description=LINKING_SAID)
    period: Text = Field(isin=PERIODS, description=PERIOD_SAID)

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True


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
