"""Who the sample's portfolios are: currency, calendar, holdings, and which hard case each shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from lotus_assets.standin.sample_book.instruments import (
    BONDS,
    EQUITIES,
    FUTURE,
    IKAROS,
    OTHERS,
    Security,
)
from lotus_assets.standin.sample_book.market import FIRST_DAY, random_of

FeeSchedule = Literal["none", "daily", "monthly", "quarterly"]

CALENDAR_OF = {"EUR": "TARGET", "CHF": "TARGET", "USD": "NYSE", "GBP": "LSE", "JPY": "TARGET"}

Case = Literal[
    "short_positions",
    "transfers_in_kind",
    "total_loss",
    "opened_mid_window",
    "closed",
    "futures",
    "corrections",
    "missing_days",
    "foreign_cash",
    "foreign_benchmark",
]
"""The hard cases of the contracts, each the purpose of at least one portfolio."""


@dataclass(frozen=True)
class Plan:
    """One portfolio: what it may hold, with how much it starts, when it opens and closes."""

    portfolio_id: str
    name: str
    currency: str
    securities: tuple[Security, ...]
    amount: int
    benchmark_id: str
    fees: FeeSchedule = "monthly"
    yearly_fee: float = 0.006
    opened: date = FIRST_DAY
    closed: date | None = None
    cases: frozenset[Case] = field(default_factory=frozenset)

    @property
    def calendar_id(self) -> str:
        """Calendar of the days on which the portfolio is valued."""
        return CALENDAR_OF[self.currency]


STYLES: Sequence[tuple[str, float, str]] = (
    ("Growth", 0.9, "EQUITY"),
    ("Balanced", 0.6, "BALANCED"),
    ("Income", 0.3, "DEFENSIVE"),
    ("Global", 0.75, "BALANCED"),
)
"""Name, share of holdings that are stocks, and benchmark."""
ORDINARY_CURRENCIES = ("EUR", "USD", "EUR", "GBP", "CHF", "EUR", "USD", "JPY", "EUR")
ORDINARY = 36
YEN_AMOUNT = 130
"""Yen for a euro, roughly: a portfolio in yen starts with as much as the others."""

_BY_ID = {security.instrument_id: security for security in (*EQUITIES, *BONDS, *OTHERS)}


def _named(*codes: str) -> tuple[Security, ...]:
    return tuple(_BY_ID[code] for code in codes)


def plans(seed: int) -> tuple[Plan, ...]:
    """All portfolios, by id: the ordinary ones, drawn, then one or more for each hard case."""
    return (*(_ordinary(seed, number) for number in range(1, ORDINARY + 1)), *SPECIAL)


def _ordinary(seed: int, number: int) -> Plan:
    random = random_of(seed, "plan", str(number))
    style, share, benchmark = STYLES[number % len(STYLES)]
    currency = ORDINARY_CURRENCIES[number % len(ORDINARY_CURRENCIES)]
    count = int(random.integers(10, 19))
    stocks = round(count * share)
    funds = [security for security in OTHERS if security.instrument_id not in {IKAROS, FUTURE}]
    pools = ((EQUITIES, stocks), ((*BONDS, *funds), count - stocks))
    chosen = [
        pool[at]
        for pool, wanted in pools
        for at in sorted(random.choice(len(pool), min(wanted, len(pool)), replace=False))
    ]
    amount = int(random.integers(8, 120)) * 250_000 * (YEN_AMOUNT if currency == "JPY" else 1)
    fees: tuple[FeeSchedule, ...] = ("monthly", "quarterly", "daily", "none")
    return Plan(
        portfolio_id=f"PF-{number:03d}",
        name=f"{style} {currency} {number:02d}",
        currency=currency,
        securities=tuple(chosen),
        amount=amount,
        benchmark_id=f"BM-{benchmark}-{currency}",
        fees=fees[int(random.choice(4, p=[0.55, 0.25, 0.1, 0.1]))],
        yearly_fee=float(random.integers(20, 130)) / 10_000,
        cases=frozenset({"foreign_cash"}) if number % 5 == 0 else frozenset(),
    )


SPECIAL = (
    Plan(
        "PF-037",
        "Long Short Europe",
        "EUR",
        _named("EQ-AMSTEL", "EQ-SEINE", "EQ-LIMMAT", "EQ-THAMES", "EQ-ISAR", "EQ-ELBE", "EQ-TYNE"),
        12_000_000,
        "BM-EQUITY-EUR",
        fees="quarterly",
        yearly_fee=0.015,
        cases=frozenset({"short_positions"}),
    ),
    Plan(
        "PF-038",
        "Family Office in Kind",
        "EUR",
        _named("EQ-RIJN", "EQ-DELTA", "EQ-HUDSON", "EQ-AARE", "BD-NL30", "BD-FR29", "FD-PRIV"),
        9_500_000,
        "BM-BALANCED-EUR",
        cases=frozenset({"transfers_in_kind"}),
    ),
    Plan(
        "PF-039",
        "Ikaros Holding",
        "EUR",
        _named(IKAROS),
        2_000_000,
        "BM-EQUITY-EUR",
        fees="none",
        cases=frozenset({"total_loss"}),
    ),
    Plan(
        "PF-040",
        "New Mandate US",
        "USD",
        _named("EQ-HUDSON", "EQ-OHIO", "EQ-WABASH", "EQ-POTOMAC", "BD-US33", "CO-GOLD"),
        6_000_000,
        "BM-BALANCED-USD",
        opened=date(2024, 3, 14),
        cases=frozenset({"opened_mid_window"}),
    ),
    Plan(
        "PF-041",
        "Ended Mandate UK",
        "GBP",
        _named("EQ-THAMES", "EQ-SEVERN", "EQ-MERSEY", "BD-UK31", "BD-THAM32"),
        3_500_000,
        "BM-DEFENSIVE-GBP",
        closed=date(2024, 9, 30),
        cases=frozenset({"closed"}),
    ),
    Plan(
        "PF-042",
        "Futures Overlay",
        "EUR",
        _named(FUTURE, "BD-NL30", "BD-DE34", "BD-RIJN28", "BD-US28"),
        20_000_000,
        "BM-DEFENSIVE-EUR",
        cases=frozenset({"futures"}),
    ),
    Plan(
        "PF-043",
        "Late Prices",
        "EUR",
        _named("EQ-TEJO", "EQ-RHONE", "EQ-KISO", "BD-RIJN28", "FD-PRIV", "FD-EMERG"),
        5_000_000,
        "BM-BALANCED-GBP",
        cases=frozenset({"corrections", "foreign_benchmark"}),
    ),
    Plan(
        "PF-044",
        "Gaps in the Record",
        "CHF",
        _named("EQ-LIMMAT", "EQ-AARE", "EQ-RHONE", "BD-CH35", "BD-DE34"),
        4_000_000,
        "BM-BALANCED-CHF",
        cases=frozenset({"missing_days"}),
    ),
    Plan(
        "PF-045",
        "Sterling Benchmark",
        "EUR",
        _named("EQ-THAMES", "EQ-SEVERN", "EQ-TYNE", "EQ-MERSEY", "EQ-AMSTEL", "BD-UK31"),
        4_000_000,
        "BM-EQUITY-GBP",
        cases=frozenset({"foreign_benchmark"}),
    ),
    Plan(
        "PF-046",
        "Long Ended Mandate",
        "EUR",
        _named("EQ-RIJN", "BD-NL30"),
        1_500_000,
        "BM-BALANCED-EUR",
        closed=date(2023, 6, 30),
        cases=frozenset({"closed"}),
    ),
)
