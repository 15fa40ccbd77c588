"""Exchange rates as they were known: looked up, inverted, crossed, carried forward."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import RATE, Snapshot, read_columns
from lotus_assets.services.lotus_core.payloads.calendars import Days, as_days
from lotus_assets.services.lotus_core.payloads.decimals import is_zero, multiply, multiply_rates
from lotus_assets.services.problems import ServiceProblem, insufficient
from lotus_assets.sources.lotus_core.canonical import as_array

CARRIED_DAYS = 7
"""A missing rate is carried forward at most so many days."""


@dataclass(frozen=True)
class Leg:
    """Rates of one pair by date, as stored or inverted."""

    dates: Days
    rates: pa.Array


@dataclass
class Rates:
    """The rates of one snapshot; legs are read once."""

    snapshot: Snapshot
    _pairs: set[tuple[str, str]] | None = None
    _legs: dict[tuple[str, str], Leg] = field(default_factory=dict)

    def convert(
        self,
        connection: Connection,
        amounts: pa.Array,
        currencies: pa.Array,
        dates: Days,
        target: str,
        through: str | None = None,
    ) -> pa.Array:
        """`amounts` in `target`, each from its own currency at its own date's rate.

        `through` is the currency that the amounts are booked in: each is converted into it, and
        from it into `target`. What adds up in the books then adds up in any currency, which stored
        rates of every pair, each rounded by itself, would not give: 0.0065 dollars for a yen, to 8
        decimals, is off by 0.8 in a million.

        Raises:
            ServiceProblem: INSUFFICIENT_DATA, see `at`.
        """
        encoded = _encoded(currencies)
        codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False))
        names = encoded.dictionary.to_pylist()
        booked = target if through is None else through
        others = [i for i, name in enumerate(names) if name != target or booked != target]
        foreign = ~is_zero(amounts) & np.isin(codes, others)
        if not foreign.any():
            return amounts
        rates = np.full(len(amounts), -1, np.int64)
        pools, size = [], 0
        for code, name in enumerate(names):
            rows = np.flatnonzero(foreign & (codes == code))
            if len(rows) == 0:
                continue
            unique, places = np.unique(dates[rows], return_inverse=True)
            pools.append(self._through(connection, name, booked, target, unique))
            rates[rows] = places + size
            size += len(unique)
        rows = np.flatnonzero(foreign)
        pool = pa.concat_arrays(pools)
        converted = multiply(amounts.take(pa.array(rows)), pool.take(pa.array(rates[rows])))
        return pc.replace_with_mask(amounts, pa.array(foreign), converted)

    def _through(
        self, connection: Connection, base: str, booked: str, quote: str, dates: Days
    ) -> pa.Array:
        """Units of `quote` for one of `base`, by way of `booked`."""
        there_and_back = {(base, booked), (booked, base)}
        if base == quote and not there_and_back <= self._known_pairs(connection):
            booked = quote
        if booked in (base, quote):
            return self.at(connection, base, quote, dates)
        return multiply_rates(
            self.at(connection, base, booked, dates), self.at(connection, booked, quote, dates)
        )

    def at(self, connection: Connection, base: str, quote: str, dates: Days) -> pa.Array:
        """Units of `quote` for one of `base` on ascending `dates`.

        Raises:
            ServiceProblem: INSUFFICIENT_DATA for a date without a rate in the 7 days up to it, or
                for currencies that no rate leads from and to at all.
        """
        rates = self.known_at(connection, base, quote, dates)
        if rates.null_count:
            raise no_rate(base, quote, dates[np.argmax(rates.is_null().to_numpy(False))])
        return rates

    def known_at(self, connection: Connection, base: str, quote: str, dates: Days) -> pa.Array:
        """The same, null where there is no rate."""
        if base == quote:
            return pa.repeat(pa.scalar(1).cast(pa.decimal128(19, 0)).cast(RATE), len(dates))
        pairs = self._known_pairs(connection)
        if (base, quote) in pairs or (quote, base) in pairs:
            return self._carried(connection, base, quote, dates)
        legs = {a for a, b in pairs if b == base} | {b for a, b in pairs if a == base}
        others = {a for a, b in pairs if b == quote} | {b for a, b in pairs if a == quote}
        if not legs & others:
            return pa.nulls(len(dates), RATE)
        third = min(legs & others)
        return multiply_rates(
            self._carried(connection, base, third, dates),
            self._carried(connection, third, quote, dates),
        )

    def knows(self, connection: Connection, currency: str) -> bool:
        """Whether any rate names `currency`."""
        return any(currency in pair for pair in self._known_pairs(connection))

    def _carried(self, connection: Connection, base: str, quote: str, dates: Days) -> pa.Array:
        """Each date's rate or the last one of the 7 days before it; null where there is none."""
        leg = self._leg(connection, base, quote)
        if not len(leg.dates):
            return pa.nulls(len(dates), RATE)
        last_known = np.searchsorted(leg.dates, dates, side="right") - 1
        age = dates - leg.dates[np.maximum(last_known, 0)]
        is_missing = (last_known < 0) | (age > np.timedelta64(CARRIED_DAYS, "D"))
        return leg.rates.take(pa.array(last_known, mask=is_missing))

    def _leg(self, connection: Connection, base: str, quote: str) -> Leg:
        if (base, quote) not in self._legs:
            is_stored = (base, quote) in self._known_pairs(connection)
            rows = read_columns(
                connection,
                "fx_leg" if is_stored else "fx_leg_inverted",
                {**self.snapshot.parameters, "base": base, "quote": quote},
                {"rate_date": "date", "rate": "rate"},
            )
            self._legs[base, quote] = Leg(as_days(rows["rate_date"]), as_array(rows["rate"]))
        return self._legs[base, quote]

    def _known_pairs(self, connection: Connection) -> set[tuple[str, str]]:
        if self._pairs is None:
            rows = read_columns(
                connection, "fx_pairs", self.snapshot.parameters, {"base": "text", "quote": "text"}
            )
            names = zip(rows["base"].to_pylist(), rows["quote"].to_pylist(), strict=True)
            self._pairs = set(names)
        return self._pairs


def no_rate(base: str, quote: str, day: object) -> ServiceProblem:
    """A refusal for want of a rate, with pair and date."""
    return insufficient(f"{base}/{quote} has no rate in the {CARRIED_DAYS} days up to {day}")


def _encoded(names: pa.Array) -> pa.DictionaryArray:
    return names if pa.types.is_dictionary(names.type) else names.dictionary_encode()
