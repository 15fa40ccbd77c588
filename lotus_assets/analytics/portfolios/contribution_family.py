"""The contribution family: contributions by position and level, and the totals they sum to."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import product

import pandas as pd
from sqlalchemy import Connection, select

from lotus_assets.analytics.portfolios import contribution, contribution_level, contribution_total
from lotus_assets.analytics.portfolios.charts import bar_chart
from lotus_assets.analytics.portfolios.contribution_model import LINKINGS
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily, RowsOfTables
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.analytics.portfolios.report_parts import (
    report_parts,
    reported_metas,
    reported_points,
)
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets.engine.performance.frames.contribution import (
    ContributionOptions,
    contributed,
)
from lotus_assets.engine.performance.frames.portfolio_parts import PortfolioParts
from lotus_assets.inputs.input_tables import CONTRIBUTION_INPUT, PERFORMANCE_INPUT
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

HIERARCHY = "lotus_core_group_by"
VARIANTS = [ContributionVariant(*pair) for pair in product(Basis, LINKINGS)]
LARGEST = 5
"""Contributors at either end that the picture shows."""


def compute(inputs: PortfolioInputs) -> RowsOfTables:
    """Rows of the three tables for some portfolios: every basis and linking."""
    hierarchy = inputs.options[HIERARCHY]
    positions = read_parts(inputs, hierarchy)
    result = contributed(positions, ContributionOptions(hierarchy=hierarchy), VARIANTS)
    frames = {
        contribution.TABLE: result.positions,
        contribution_total.TABLE: result.totals,
        contribution_level.TABLE: result.levels.rename(columns={"key": "node_key"}),
    }

    def rows(table: Table) -> pd.DataFrame:
        return inputs.named(frames[table])[table.columns]

    return {table: partial(rows, table) for table in frames}


def read_parts(inputs: PortfolioInputs, hierarchy: Sequence[str]) -> PortfolioParts:
    """The positions of these portfolios, with the dimensions of the hierarchy."""
    points = reported_points(inputs, CONTRIBUTION_INPUT, "position_id")
    metas = reported_metas(inputs, CONTRIBUTION_INPUT, "positions_data", "position_id")
    return report_parts(inputs, points, metas, hierarchy)


def largest_contributors_picture(connection: Connection, as_of: date) -> str | None:
    """The largest contributions of the year to date, and the smallest, of all portfolios."""
    stored = database_table(contribution.TABLE).c
    rows = connection.execute(
        select(stored.portfolio_id, stored.position_id, stored.contribution)
        .where(
            stored.as_of_date == as_of,
            stored.metric_basis == Basis.NET,
            stored.linking == LINKINGS[0],
            stored.period == "YTD",
            stored.contribution.is_not(None),
        )
        .order_by(stored.contribution.desc(), stored.portfolio_id, stored.position_id)
    ).all()
    if not rows:
        return None
    ends = rows if len(rows) <= 2 * LARGEST else [*rows[:LARGEST], *rows[-LARGEST:]]
    bars = {f"{row.portfolio_id} {row.position_id}": row.contribution for row in ends}
    return bar_chart("Largest and smallest contributions, year to date", {"contribution": bars})


FAMILY = PortfolioFamily(
    "contribution",
    tables=(contribution.TABLE, contribution_total.TABLE, contribution_level.TABLE),
    reads=(CONTRIBUTION_INPUT, PERFORMANCE_INPUT),
    compute=compute,
    options=(HIERARCHY,),
    chunk=32,
)
contribution_family = portfolio_asset(FAMILY, {contribution.TABLE: largest_contributors_picture})
