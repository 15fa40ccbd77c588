"""A portfolio's instruments and its benchmark's groups over three weeks, sent along."""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

DAYS = [f"2025-01-{day:02}" for day in range(20, 32)] + [f"2025-02-{day:02}" for day in range(1, 9)]
INSTRUMENTS = {
    "STOCK": {"asset_class": "Equity", "currency": "EUR"},
    "SHARE": {"asset_class": "Equity", "currency": "EUR"},
    "ABROAD": {"asset_class": "Equity", "currency": "USD"},
    "LOAN": {"asset_class": "Bond", "currency": "USD"},
    "ODD": {"currency": "EUR"},
}
Row = dict[str, Any]


def points(chance: random.Random, begin: int) -> list[Row]:
    """Days with flows and fees; each begins with what the one before ended with."""
    rows = []
    value = Decimal(begin)
    for day in DAYS:
        flow = Decimal(chance.choice([0, 0, 0, 25, -10]))
        fee = Decimal(chance.choice([0, 0, -1])) / 10
        end = ((value + flow) * Decimal(chance.randint(9700, 10350)) / 10000 + fee).quantize(
            Decimal("0.01")
        )
        row = {"perf_date": day, "begin_mv": value, "bod_cf": flow, "mgmt_fees": fee, "end_mv": end}
        rows.append({name: str(amount) for name, amount in row.items()})
        value = end
    return rows


def summed(parts: Sequence[Sequence[Row]], more: Decimal) -> list[Row]:
    """The days of all parts together, and `more` that is in none of them."""
    rows = []
    for day, of_day in zip(DAYS, zip(*parts, strict=True), strict=True):
        sums = {
            name: sum((Decimal(row[name]) for row in of_day), Decimal(0)) + kept
            for name, kept in (
                ("begin_mv", more),
                ("bod_cf", Decimal(0)),
                ("mgmt_fees", Decimal(0)),
                ("end_mv", more),
            )
        }
        rows.append({"perf_date": day, **{name: str(amount) for name, amount in sums.items()}})
    return rows


def observed(chance: random.Random, dimensions: Row, weight: str) -> Row:
    """A group of the benchmark; its currency returns are those of the dollar, of all alike."""
    observations = []
    for number, day in enumerate(DAYS):
        local = Decimal(chance.randint(-250, 300)) / 10_000
        rate = Decimal((number * 37) % 41 - 20) / 10_000
        base = (1 + local) * (1 + rate) - 1 if dimensions["currency"] == "USD" else local
        observations.append(
            {
                "date": day,
                "weight_bop": weight,
                "return_base": str(base),
                "return_local": str(local),
            }
        )
    return {"key": dimensions, "observations": observations}


def book() -> Row:
    """Five instruments, something in none of them, and a benchmark with a group of its own."""
    chance = random.Random(12)
    parts = {name: points(chance, 100 * (at + 1)) for at, name in enumerate(INSTRUMENTS)}
    groups = [
        ({"asset_class": "Equity", "currency": "EUR"}, "0.3"),
        ({"asset_class": "Equity", "currency": "USD"}, "0.2"),
        ({"asset_class": "Bond", "currency": "USD"}, "0.4"),
        ({"asset_class": "Gold", "currency": "USD"}, "0.1"),
    ]
    return {
        "portfolio_data": {"valuation_points": summed([*parts.values()], Decimal(80))},
        "instruments_data": [
            {"instrument_id": name, "meta": INSTRUMENTS[name], "valuation_points": rows}
            for name, rows in parts.items()
        ],
        "benchmark_groups_data": [observed(chance, *group) for group in groups],
        "currency_context": {
            "portfolio_currency": "EUR",
            "reporting_currency": "EUR",
        },
    }
