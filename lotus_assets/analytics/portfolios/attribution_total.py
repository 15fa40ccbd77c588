"""attribution_total: active returns that effects sum to, and how they reconcile with twr."""

from pandera.pandas import Field

from lotus_assets.analytics.portfolios.attribution_model import (
    STATUSES,
    AttributionModel,
)
from lotus_assets.tables.columns import (
    Day,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.portfolio_columns import (
    AttributionHash,
    AttributionVersion,
    EndDate,
    IsClamped,
    RequestedStartDate,
    StartDate,
)
from lotus_assets.tables.table import Table


class AttributionTotal(AttributionModel):
    """One row an as-of day, portfolio, model, linking and period."""

    requested_start_date: RequestedStartDate
    start_date: StartDate
    end_date: EndDate
    is_clamped: IsClamped
    portfolio_return: Number = Field(
        nullable=True, description="Linked return of the portfolio's groups, a decimal fraction."
    )
    benchmark_return: Number = Field(
        nullable=True, description="Linked return of the benchmark's groups."
    )
    active_return: Number = Field(
        nullable=True, description="portfolio_return - benchmark_return: what the effects sum to."
    )
    own_return: Number = Field(
        nullable=True,
        description="The portfolio's own time-weighted return: portfolio_return + fees + "
        "difference.",
    )
    fees: Number = Field(
        nullable=True,
        description="What management fees on no instrument take from own_return.",
    )
    difference: Number = Field(
        nullable=True,
        description="What groups and fees do not explain of own_return: gains without capital, "
        "or valuations that do not add up. Never spread over the groups.",
    )
    status: Text = Field(
        isin=STATUSES,
        description="OK, or why there are no effects: as in twr, or a side lost all or more and "
        "the linking has no value for it (NOT_LINKABLE).",
    )
    own_status: Text = Field(
        isin=(*STATUSES, "UNDEFINED_RETURN"), description="Status of own_return, as in twr."
    )
    benchmark_days_linked: Integer = Field(
        ge=0,
        description="Benchmark days on which the portfolio has no valuation, linked into the next.",
    )
    benchmark_days_filled: Integer = Field(
        ge=0,
        description="Valued days that the benchmark has not: it returned 0 on them.",
    )
    data_version: AttributionVersion
    content_hash: AttributionHash
    status_date: Day = Field(
        nullable=True,
        description="First day of the single period that decided the status, where a day did.",
    )
    no_net_capital_days: Integer = Field(
        ge=0,
        description="Days of the period on which a group gained without net capital: its weight is "
        "0, its gain is in its side's return and in selection.",
    )


TABLE = Table(
    name="attribution_total",
    model=AttributionTotal,
    key=("as_of_date", "portfolio_id", "model", "linking", "period"),
    version=None,
    description="Active returns of portfolios, reconciled with their own returns.",
)
