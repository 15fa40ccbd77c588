"""Blended benchmarks: indices by region and sector, weights at each rebalance, returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.standin.sample_book.calendars import business_days
from lotus_assets.standin.sample_book.instruments import BONDS, EQUITIES, Security
from lotus_assets.standin.sample_book.market import FIRST_DAY, Market, random_of
from lotus_assets.standin.sample_book.plans import CALENDAR_OF

STOCK_SHARES: Mapping[str, float] = {"EQUITY": 1.0, "BALANCED": 0.6, "DEFENSIVE": 0.25}
"""Kind of benchmark → share of stocks; the rest is bonds."""
BENCHMARK_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY")
HOME_REGION = {"EUR": "Europe", "USD": "US", "GBP": "UK", "CHF": "Europe", "JPY": "Asia"}
HOME_FACTOR = 2.5
"""How much heavier a benchmark's own region weighs."""
QUARTERS = 200
WEIGHT_UNITS = 10_000
RETURN_DECIMALS = 10


@dataclass(frozen=True)
class Index:
    """A constituent: the average of the securities of one class, region and sector."""

    index_id: str
    name: str
    asset_class: str
    region: str
    sector: str
    currency: str
    members: tuple[Security, ...]


@dataclass(frozen=True)
class Benchmark:
    """A blend of indices."""

    benchmark_id: str
    name: str
    currency: str
    calendar_id: str
    stock_share: float


def indices() -> tuple[Index, ...]:
    """An index for each class, region and sector that has a security, by id."""
    groups: dict[tuple[str, str, str, str], list[Security]] = {}
    for security in (*EQUITIES, *BONDS):
        key = (security.asset_class, security.region, security.sector, security.currency)
        groups.setdefault(key, []).append(security)
    by_group = [
        Index(
            index_id=f"IX-{asset_class}-{region}-{sector}-{currency}".replace(" ", "").upper(),
            name=f"{region} {sector} {asset_class} ({currency})",
            asset_class=asset_class,
            region=region,
            sector=sector,
            currency=currency,
            members=tuple(members),
        )
        for (asset_class, region, sector, currency), members in groups.items()
    ]
    return tuple(sorted(by_group, key=lambda index: index.index_id))


def benchmarks() -> tuple[Benchmark, ...]:
    """A benchmark for each kind and currency, by id."""
    blends = [
        Benchmark(
            benchmark_id=f"BM-{kind}-{currency}",
            name=f"{kind.title()} blend in {currency}",
            currency=currency,
            calendar_id=CALENDAR_OF[currency],
            stock_share=share,
        )
        for kind, share in STOCK_SHARES.items()
        for currency in BENCHMARK_CURRENCIES
    ]
    return tuple(sorted(blends, key=lambda benchmark: benchmark.benchmark_id))


def index_returns(market: Market, chosen: Sequence[Index]) -> NDArray[np.float64]:
    """Daily returns in each index's currency, income included, 10 decimals: T by indices."""
    columns = []
    for index in chosen:
        members = [market.column[security.instrument_id] for security in index.members]
        prices = market.prices[:, members] + market.accrued[:, members]
        gains = prices[1:] + market.incomes[1:, members] - prices[:-1]
        daily = (gains / prices[:-1]).mean(axis=1)
        columns.append(np.concatenate([[0.0], daily]))
    return np.round(np.column_stack(columns), RETURN_DECIMALS)


def rebalances(
    seed: int, benchmark: Benchmark, chosen: Sequence[Index], end: pd.Timestamp
) -> tuple[pd.DatetimeIndex, NDArray[np.int64]]:
    """Days of rebalancing and weights in ten-thousandths: the first business day of a quarter.

    Weights wander from quarter to quarter; those of a day add up to exactly 10,000.
    """
    days = business_days(benchmark.calendar_id, FIRST_DAY, end.date())
    quarters = days.year * 4 + days.quarter
    firsts = days[np.diff(quarters, prepend=-1) != 0]
    is_stock = np.array([index.asset_class == "Equity" for index in chosen])
    is_home = np.array([index.region == HOME_REGION[benchmark.currency] for index in chosen])
    random = random_of(seed, "benchmark", benchmark.benchmark_id)
    base = random.uniform(0.5, 1.5, len(chosen)) * np.where(is_home, HOME_FACTOR, 1.0)
    wander = random.uniform(0.85, 1.15, (QUARTERS, len(chosen)))[: len(firsts)]
    raw = base * wander
    stocks, bonds = raw * is_stock, raw * ~is_stock
    share = benchmark.stock_share
    weights = share * stocks / stocks.sum(axis=1, keepdims=True) + (1 - share) * bonds / bonds.sum(
        axis=1, keepdims=True
    )
    units = np.floor(weights * WEIGHT_UNITS).astype(np.int64)
    rest = WEIGHT_UNITS - units.sum(axis=1)
    units[np.arange(len(units)), units.argmax(axis=1)] += rest
    return firsts, units
