"""Prices, exchange rates, income and money-market rates on every weekday of the sample's years."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.standin.sample_book.calendars import weekdays
from lotus_assets.standin.sample_book.instruments import CURRENCIES, SECURITIES, Security

Floats = NDArray[np.float64]

DAYS_A_YEAR = 261
"""Weekdays of a year, to turn yearly drifts and volatilities into daily ones."""
MARKET_VOLATILITY = 0.15
FIRST_DAY = date(2021, 1, 4)
"""The book's first day, fixed: a later end day only adds rows, as lotus-core's loader demands."""
FAILURE = np.datetime64("2023-10-16")
"""Day on which the failing security starts to fall."""
FAILURE_DAYS = 12
"""Weekdays that it takes to fall to nothing."""
UNQUOTED_SHARE = 0.004
"""Share of the days on which no exchange rates were recorded."""

REGION_FACTORS = ("Europe", "UK", "US", "Asia", "Global", "Emerging", "")
FX_START = {"EUR": 1.0, "USD": 0.846, "GBP": 1.162, "CHF": 0.921, "JPY": 0.00768}
"""Euros for one unit of a currency on the first day."""
FX_VOLATILITY = {"EUR": 0.0, "USD": 0.075, "GBP": 0.065, "CHF": 0.055, "JPY": 0.09}
RATES = {"EUR": 0.024, "USD": 0.043, "GBP": 0.041, "CHF": 0.008, "JPY": 0.004}
"""Yearly money-market rate that each currency's rate swings around."""
RATE_CYCLE_DAYS = 1_150


def random_of(seed: int, *topic: str) -> np.random.Generator:
    """A generator of its own for each topic, so that no topic's draws move another's."""
    words = [int.from_bytes(text.encode(), "big") for text in topic]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


@dataclass(frozen=True)
class Market:
    """What everything is worth.

    `days` has T weekdays. `prices` (T by securities, in the security's currency, 4 decimals),
    `incomes` (T by securities, per unit held at the start of the day), `accrued` (T by
    securities, per unit, bonds only, 4 decimals), `euros` (T by currencies,
    euros for one unit, 8 decimals), `rates` (T by currencies, yearly, 6 decimals). On a day that
    is not `is_quoted` the exchange rates are those of the day before.
    """

    days: pd.DatetimeIndex
    securities: Sequence[Security]
    prices: Floats
    incomes: Floats
    accrued: Floats
    euros: Floats
    is_quoted: NDArray[np.bool_]
    rates: Floats

    @cached_property
    def column(self) -> dict[str, int]:
        """Security id → column of `prices` and `incomes`."""
        return {security.instrument_id: at for at, security in enumerate(self.securities)}

    def exchange(self, base: str, quote: str) -> Floats:
        """Units of `quote` for one of `base` on each day, 8 decimals."""
        between = self.euros[:, CURRENCIES.index(base)] / self.euros[:, CURRENCIES.index(quote)]
        return np.round(between, 8)


def build_market(seed: int, end: date) -> Market:
    """The market of every weekday until `end`: a pure function of its arguments."""
    days = weekdays(FIRST_DAY, end)
    is_quoted = random_of(seed, "quoted").random(len(days)) >= UNQUOTED_SHARE
    is_quoted[0] = True
    incomes = _incomes(days)
    return Market(
        days=days,
        securities=SECURITIES,
        prices=_prices(seed, days),
        incomes=incomes,
        accrued=_accrued(incomes),
        euros=_euros(seed, is_quoted),
        is_quoted=is_quoted,
        rates=_rates(seed, len(days)),
    )


def _prices(seed: int, days: pd.DatetimeIndex) -> Floats:
    """Geometric Brownian motion on a world, a regional, and an own factor."""
    count = len(days)
    step = 1 / DAYS_A_YEAR
    world = random_of(seed, "world").standard_normal(count)
    regions = {
        name: random_of(seed, "region", name).standard_normal(count) for name in REGION_FACTORS
    }
    prices = np.empty((count, len(SECURITIES)))
    for at, security in enumerate(SECURITIES):
        shocks = random_of(seed, "price", security.instrument_id).standard_normal(count)
        market = security.beta * MARKET_VOLATILITY * (0.8 * world + 0.6 * regions[security.region])
        moved = (market + security.volatility * shocks) * np.sqrt(step)
        variance = (security.beta * MARKET_VOLATILITY) ** 2 + security.volatility**2
        drift = (security.drift - variance / 2) * step
        logs = np.cumsum(np.concatenate([[0.0], (drift + moved)[1:]]))
        prices[:, at] = np.round(security.price * np.exp(logs), 4)
        if security.fails:
            prices[:, at] = _failing(days, prices[:, at])
    return prices


def _failing(days: pd.DatetimeIndex, prices: Floats) -> Floats:
    """The same prices, fallen to nothing over a few days, for good."""
    fallen = np.arange(len(days)) - days.searchsorted(FAILURE) + 1
    left = np.clip(1 - fallen / FAILURE_DAYS, 0, 1) ** 2
    return np.round(prices * left, 4)


def _incomes(days: pd.DatetimeIndex) -> Floats:
    """Dividends and coupons per unit: equal parts of a year's income, on fixed weekdays."""
    incomes = np.zeros((len(days), len(SECURITIES)))
    months = days.month.to_numpy()
    firsts = np.flatnonzero(np.diff(months, prepend=months[0]) != 0)
    for at, security in enumerate(SECURITIES):
        if not security.payments:
            continue
        every = 12 // security.payments
        due = firsts[(months[firsts] - 1 - at % every) % every == 0] + 8
        amount = round(security.price * security.income / security.payments, 4)
        incomes[due[due < len(days)], at] = amount
    return incomes


def _accrued(incomes: Floats) -> Floats:
    """Income of bonds since the last coupon, growing evenly, at most to one coupon."""
    rows = np.arange(len(incomes))
    accrued = np.zeros_like(incomes)
    for at, security in enumerate(SECURITIES):
        if security.asset_class != "Bond":
            continue
        last_paid = np.maximum.accumulate(np.where(incomes[:, at] > 0, rows, 0))
        coupon = security.price * security.income / security.payments
        share = np.minimum((rows - last_paid) / (DAYS_A_YEAR / security.payments), 1)
        accrued[:, at] = np.round(coupon * share, 4)
    return accrued


def _euros(seed: int, is_quoted: NDArray[np.bool_]) -> Floats:
    count = len(is_quoted)
    step = np.sqrt(1 / DAYS_A_YEAR)
    euros = np.empty((count, len(CURRENCIES)))
    for at, currency in enumerate(CURRENCIES):
        draws = random_of(seed, "exchange", currency).standard_normal(count) * step
        draws[0] = 0.0
        logs = np.cumsum(FX_VOLATILITY[currency] * draws)
        euros[:, at] = np.round(FX_START[currency] * np.exp(logs), 8)
    last_quoted = np.maximum.accumulate(np.where(is_quoted, np.arange(count), 0))
    carried: Floats = euros[last_quoted]
    return carried


def _rates(seed: int, count: int) -> Floats:
    """Yearly money-market rates: a slow wave around each currency's level, and a little noise."""
    wave = 0.006 * np.sin(2 * np.pi * np.arange(count) / RATE_CYCLE_DAYS)
    noise = [
        random_of(seed, "rate", currency).standard_normal(count) * 0.00004
        for currency in CURRENCIES
    ]
    levels = np.array([RATES[currency] for currency in CURRENCIES])
    return np.round(levels + wave[:, None] + np.column_stack(noise), 6)
