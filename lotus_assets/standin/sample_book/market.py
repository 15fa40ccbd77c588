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
FAILURE_SHARE = 0.55
"""Share of the years after which the failing security starts to fall."""
FAILURE_DAYS = 12
"""Weekdays that it takes to fall to nothing."""

REGION_FACTORS = ("Europe", "UK", "US", "Asia", "Global", "Emerging", "")
FX_START = {"EUR": 1.0, "USD": 0.846, "GBP": 1.162, "CHF": 0.921, "JPY": 0.00768}
"""Euros for one unit of a currency on the first day."""
FX_VOLATILITY = {"EUR": 0.0, "USD": 0.075, "GBP": 0.065, "CHF": 0.055, "JPY": 0.09}
RATES = {"EUR": 0.024, "USD": 0.043, "GBP": 0.041, "CHF": 0.008, "JPY": 0.004}
"""Yearly money-market rate that each currency's rate wanders around."""


def random_of(seed: int, *topic: str) -> np.random.Generator:
    """A generator of its own for each topic, so that no topic's draws move another's."""
    words = [int.from_bytes(text.encode(), "big") for text in topic]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


@dataclass(frozen=True)
class Market:
    """What everything is worth.

    `days` has T weekdays. `prices` (T by securities, in the security's currency, 4 decimals),
    `incomes` (T by securities, per unit held at the start of the day), `euros` (T by currencies,
    euros for one unit, 8 decimals), `rates` (T by currencies, yearly, 6 decimals).
    """

    days: pd.DatetimeIndex
    securities: Sequence[Security]
    prices: Floats
    incomes: Floats
    euros: Floats
    rates: Floats

    @cached_property
    def column(self) -> dict[str, int]:
        """Security id → column of `prices` and `incomes`."""
        return {security.instrument_id: at for at, security in enumerate(self.securities)}

    def exchange(self, base: str, quote: str) -> Floats:
        """Units of `quote` for one of `base` on each day, 8 decimals."""
        between = self.euros[:, CURRENCIES.index(base)] / self.euros[:, CURRENCIES.index(quote)]
        return np.round(between, 8)


def build_market(seed: int, start: date, end: date) -> Market:
    """The market of every weekday in [start, end]: a pure function of its arguments."""
    days = weekdays(start, end)
    return Market(
        days=days,
        securities=SECURITIES,
        prices=_prices(seed, len(days)),
        incomes=_incomes(days),
        euros=_euros(seed, len(days)),
        rates=_rates(seed, len(days)),
    )


def _prices(seed: int, count: int) -> Floats:
    """Geometric Brownian motion on a world, a regional, and an own factor."""
    step = 1 / DAYS_A_YEAR
    world = random_of(seed, "world").standard_normal(count)
    regions = {
        name: random_of(seed, "region", name).standard_normal(count) for name in REGION_FACTORS
    }
    prices = np.empty((count, len(SECURITIES)))
    for at, security in enumerate(SECURITIES):
        own = random_of(seed, "price", security.instrument_id).standard_normal(count)
        market = security.beta * MARKET_VOLATILITY * (0.8 * world + 0.6 * regions[security.region])
        moved = (market + security.volatility * own) * np.sqrt(step)
        variance = (security.beta * MARKET_VOLATILITY) ** 2 + security.volatility**2
        drift = (security.drift - variance / 2) * step
        logs = np.cumsum(np.concatenate([[0.0], (drift + moved)[1:]]))
        prices[:, at] = np.round(security.price * np.exp(logs), 4)
        if security.fails:
            prices[:, at] = _failing(prices[:, at])
    return prices


def _failing(prices: Floats) -> Floats:
    """The same prices, fallen to nothing over a few days, for good."""
    begin = int(len(prices) * FAILURE_SHARE)
    left = np.ones(len(prices))
    left[begin : begin + FAILURE_DAYS] = np.linspace(1, 0, FAILURE_DAYS + 1)[1:] ** 2
    left[begin + FAILURE_DAYS :] = 0.0
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


def _euros(seed: int, count: int) -> Floats:
    step = np.sqrt(1 / DAYS_A_YEAR)
    euros = np.empty((count, len(CURRENCIES)))
    for at, currency in enumerate(CURRENCIES):
        draws = random_of(seed, "exchange", currency).standard_normal(count) * step
        draws[0] = 0.0
        logs = np.cumsum(FX_VOLATILITY[currency] * draws)
        euros[:, at] = np.round(FX_START[currency] * np.exp(logs), 8)
    return euros


def _rates(seed: int, count: int) -> Floats:
    """Yearly money-market rates that move slowly around their level."""
    rates = np.empty((count, len(CURRENCIES)))
    for at, currency in enumerate(CURRENCIES):
        draws = random_of(seed, "rate", currency).standard_normal(count)
        wander = np.cumsum(draws) * 0.0001
        rates[:, at] = np.round(RATES[currency] + wander - np.linspace(0, wander[-1], count), 6)
    return rates
