"""What a report says, as plain values: decimal fractions, dates, and sentences; no layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd


@dataclass(frozen=True)
class PeriodRow:
    """The time-weighted returns of a period beside its benchmark's; None with its reason in notes.

    `requested_start_date` differs from `start_date` where the portfolio opened later.
    """

    period: str
    requested_start_date: date
    start_date: date
    end_date: date
    net: float | None
    gross: float | None
    benchmark: float | None
    active: float | None
    annualised_net: float | None
    annualised_gross: float | None
    status: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MoneyWeightedRow:
    """XIRR and Modified Dietz of a period beside its time-weighted return, all net of fees.

    `timing` is what the money-weighted return of the period (XIRR's) has over the time-weighted.
    """

    period: str
    start_date: date
    end_date: date
    time_weighted: float | None
    xirr_period: float | None
    xirr_annual: float | None
    dietz_period: float | None
    dietz_annual: float | None
    timing: float | None
    flow_count: int
    net_flow: float
    begin_mv: float | None
    end_mv: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ContributionRow:
    """A position, or a node of the hierarchy, whose parts are `path`, outermost first."""

    path: tuple[str, ...]
    contribution: float | None
    average_weight: float | None
    position_return: float | None = None
    note: str = ""
    position_id: str = ""
    """Of a position alone."""

    @property
    def name(self) -> str:
        """What it is called in a list of its siblings."""
        return self.path[-1]


@dataclass(frozen=True)
class ContributionPeriod:
    """What positions, fees and the unexplained rest add to a period's return."""

    period: str
    start_date: date
    end_date: date
    portfolio_return: float | None
    fees: float | None
    unexplained: float | None
    positions: tuple[ContributionRow, ...]
    """The largest contribution first."""
    nodes: tuple[ContributionRow, ...]
    """A parent before its children."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class AttributionRow:
    """A node of the hierarchy; weights are those of its groups together."""

    path: tuple[str, ...]
    portfolio_weight: float | None
    benchmark_weight: float | None
    allocation: float | None
    between: float | None
    within: float | None
    selection: float | None
    interaction: float | None
    total: float | None
    group: str = ""
    """Its key, where it is a group and not the sum of some."""


@dataclass(frozen=True)
class AttributionPeriod:
    """Which groups made a period's active return, and how that reconciles with the returns above.

    `series_return` is the benchmark's own return; `benchmark_return` the one that its groups give.
    """

    period: str
    start_date: date
    end_date: date
    portfolio_return: float | None
    benchmark_return: float | None
    active_return: float | None
    own_return: float | None
    fees: float | None
    difference: float | None
    series_return: float | None
    nodes: tuple[AttributionRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RiskColumn:
    """The risk statistics of a period and frequency; `figures` by column of `risk_statistics`."""

    frequency: str
    period: str
    start_date: date
    end_date: date
    figures: Mapping[str, float | int | None]
    drawdown_peak_date: date | None
    drawdown_trough_date: date | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class BucketRow:
    """A calendar year: the returns of its months, and its own, net of fees.

    `active` are those of the months, and then of the year, less the benchmark's.
    """

    year: str
    months: tuple[float | None, ...]
    whole: float | None
    active: tuple[float | None, ...]


@dataclass(frozen=True)
class HoldingRow:
    """A position that is held on the as-of day."""

    position_id: str
    name: str
    group: str
    currency: str
    weight: float | None
    value: float
    unrealised_gain: float | None
    held_since: date
    returns: Mapping[str, float | None]
    note: str


@dataclass(frozen=True)
class MarkedDays:
    """Days about which something is to be known, one after the other in their series."""

    code: str
    first: date
    last: date
    count: int
    figure: str
    """What the days returned, or by how much they are off, in words."""


@dataclass(frozen=True)
class Flow:
    """External flows of a day, into the portfolio positive."""

    day: date
    amount: float
    level: float | None
    """The cumulative net return on it."""


@dataclass(frozen=True)
class Correction:
    """A valuation that came after an answer which should have held it."""

    day: date
    known_since: date
    end_mv: float
    previous_end_mv: float | None
    level: float | None


@dataclass(frozen=True)
class Source:
    """The payload that figures come from, or why there is none."""

    contract: str
    variant: str
    status: str
    reason: str
    data_version: str
    content_hash: str
    start_date: date | None
    end_date: date | None
    row_count: int


@dataclass(frozen=True)
class PortfolioReport:
    """Everything that the page of a portfolio says."""

    portfolio_id: str
    as_of: date
    shard: str
    currency: str
    opened: date | None
    closed: date | None
    benchmark_id: str | None
    refusal: str
    """Why there are no figures at all; empty where there are."""
    curve_period: str
    curve: pd.DataFrame
    """See `cumulative_returns`."""
    periods: tuple[PeriodRow, ...] = ()
    money_weighted: tuple[MoneyWeightedRow, ...] = ()
    contributions: tuple[ContributionPeriod, ...] = ()
    attributions: tuple[AttributionPeriod, ...] = ()
    risk: tuple[RiskColumn, ...] = ()
    years: tuple[BucketRow, ...] = ()
    holdings: tuple[HoldingRow, ...] = ()
    marked_days: tuple[MarkedDays, ...] = ()
    flows: tuple[Flow, ...] = ()
    corrections: tuple[Correction, ...] = ()
    sources: tuple[Source, ...] = ()
    last_valuation: date | None = None
    last_value: float | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Content hashes of the series that portfolios share: benchmark, risk-free."""


@dataclass(frozen=True)
class IndexRow:
    """A line of the index: what leads a reader to one portfolio before another."""

    portfolio_id: str
    as_of: date
    shard: str
    benchmark_id: str | None
    ytd: float | None
    one_year: float | None
    volatility: float | None
    maximum_drawdown: float | None
    tracking_error: float | None
    notes: tuple[str, ...]
    refusal: str
