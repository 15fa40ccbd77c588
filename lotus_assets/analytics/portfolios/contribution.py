"""contribution: what each position contributed to its portfolio's return, period by period."""

from datetime import date

import pandas as pd
from pandera.pandas import Field
from sqlalchemy import Connection, select

from lotus_assets.analytics.portfolios.charts import bar_chart
from lotus_assets.analytics.portfolios.contribution_inputs import (
    CHUNK,
    LINKINGS,
    STATUSES,
    ContributionModel,
    contribution_rows,
)
from lotus_assets.analytics.portfolios.portfolio_analytic import PortfolioAnalytic, PortfolioInputs
from lotus_assets.analytics.portfolios.portfolio_assets import portfolio_asset
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.inputs.input_tables import CONTRIBUTION_INPUT, PERFORMANCE_INPUT
from lotus_assets.sources.warehouse.schema import database_table
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


def compute(inputs: PortfolioInputs) -> pd.DataFrame:
    """Rows of the table for some portfolios as of a day."""
    return contribution_rows(inputs, TABLE, lambda found: found.positions)


def largest_contributors_picture(connection: Connection, as_of: date) -> str | None:
    """The largest contributions of the year to date, and the smallest, of all portfolios."""
    stored = database_table(TABLE).c
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


contribution = portfolio_asset(
    PortfolioAnalytic(
        TABLE, reads=(CONTRIBUTION_INPUT, PERFORMANCE_INPUT), compute=compute, chunk=CHUNK
    ),
    picture=largest_contributors_picture,
)
