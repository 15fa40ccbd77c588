"""A book small enough to work out by hand; the numbers in the tests follow from these rows.

EUR/USD is 1.25, then 1.6 (6 January), then 2: a dollar is worth 0.8, 0.625 (carried to the 7th,
which has no rate), 0.5 euro. Tuesday 7 January has no valuation: a missing business day.
"""

import csv
from pathlib import Path

CALENDAR = [{"calendar_id": "CAL", "calendar_date": "2025-01-01", "is_business_day": "false"}]
INSTRUMENTS = [
    {
        "instrument_id": name,
        "instrument_name": f'"{name}", a sample',
        "instrument_type": kind,
        "instrument_currency": currency,
    }
    for name, kind, currency in (
        ("EURCASH", "CASH", "EUR"),
        ("AAA", "EQUITY", "USD"),
        ("IDX-EQ", "INDEX", "USD"),
        ("IDX-BD", "INDEX", "EUR"),
    )
]
DIMENSIONS = [
    {"instrument_id": name, "dimension": "asset_class", "dimension_value": value}
    for name, value in (("AAA", "Equity"), ("IDX-EQ", "Equity"), ("IDX-BD", "Bond"))
]
PORTFOLIOS = [
    {
        "portfolio_id": name,
        "portfolio_name": name,
        "portfolio_currency": "EUR",
        "calendar_id": "CAL",
        "open_date": "2025-01-02",
        "close_date": closed,
    }
    for name, closed in (("P1", ""), ("EMPTY", ""), ("CLOSED", "2025-01-03"))
]
POSITIONS = [
    {"portfolio_id": "P1", "position_id": "CASH", "instrument_id": "EURCASH"},
    {"portfolio_id": "P1", "position_id": "AAA", "instrument_id": "AAA"},
    {"portfolio_id": "CLOSED", "position_id": "CASH", "instrument_id": "EURCASH"},
]


def valuation(
    position: str, day: str, market_value: str, *, portfolio: str = "P1", **others: str
) -> dict[str, str]:
    """A row of `position_valuations` of January 2025."""
    return {
        "portfolio_id": portfolio,
        "position_id": position,
        "valuation_date": f"2025-01-{day}",
        "quantity": market_value if position == "CASH" else "5",
        "price": "1",
        "market_value": market_value,
        **others,
    }


VALUATIONS = [
    valuation("CASH", "02", "800", bod_cf="1000", eod_cf="-200"),
    valuation("AAA", "02", "250", eod_cf="250"),
    valuation("CASH", "03", "800"),
    valuation("AAA", "03", "275"),
    valuation("CASH", "06", "890", bod_cf="100", mgmt_fees="-10"),
    valuation("AAA", "06", "320"),
    valuation("CASH", "08", "890"),
    valuation("AAA", "08", "400"),
    valuation("CASH", "09", "890"),
    valuation("AAA", "09", "400"),
    valuation("CASH", "10", "800", eod_cf="-90"),
    valuation("AAA", "10", "500", price="100", accrued_income="8", accrual_date="2025-01-03"),
    valuation("CASH", "02", "50", portfolio="CLOSED", bod_cf="50"),
    valuation("CASH", "03", "0", portfolio="CLOSED", eod_cf="-50"),
]
LOTS = [
    {
        "portfolio_id": "P1",
        "position_id": "AAA",
        "lot_id": "L1",
        "effective_date": "2025-01-02",
        "trade_date": "2025-01-02",
        "quantity": "5",
        "cost": "250",
    }
]
FLOWS = [
    {
        "portfolio_id": portfolio,
        "flow_id": name,
        "flow_date": f"2025-01-{day}",
        "amount": amount,
        "flow_currency": "EUR",
        "timing": timing,
        "flow_type": kind,
    }
    for portfolio, name, day, amount, timing, kind in (
        ("P1", "F1", "02", "1000", "BOD", "subscription"),
        ("P1", "F2", "04", "100", "EOD", "transfer_in_kind"),
        ("P1", "F3", "10", "-90", "EOD", "withdrawal"),
        ("CLOSED", "F1", "02", "50", "BOD", "subscription"),
        ("CLOSED", "F2", "03", "-50", "EOD", "withdrawal"),
    )
]
FEES = [
    {
        "portfolio_id": "P1",
        "fee_id": "M1",
        "fee_date": "2025-01-09",
        "amount": "-5",
        "fee_currency": "EUR",
    }
]
FX = [
    {"base_currency": "EUR", "quote_currency": quote, "rate_date": f"2025-01-{day}", "rate": rate}
    for quote, day, rate in (
        ("USD", "02", "1.25"),
        ("USD", "03", "1.25"),
        ("USD", "06", "1.6"),
        ("USD", "08", "2"),
        ("USD", "09", "2"),
        ("USD", "10", "2"),
        ("GBP", "02", "0.8"),
    )
]
BENCHMARKS = [
    {
        "benchmark_id": "BM",
        "benchmark_name": "Half and half",
        "benchmark_currency": "EUR",
        "calendar_id": "CAL",
    }
]
CONSTITUENTS = [
    {
        "benchmark_id": "BM",
        "effective_date": f"2025-01-{day}",
        "constituent_id": name,
        "weight": weight,
    }
    for day, name, weight in (
        ("03", "IDX-EQ", "0.5"),
        ("03", "IDX-BD", "0.5"),
        ("08", "IDX-EQ", "0.6"),
        ("08", "IDX-BD", "0.4"),
    )
]
RETURNS = [
    {"constituent_id": name, "return_date": f"2025-01-{day}", "return_local": value}
    for day, equity, bond in (
        ("03", "0.1", "-0.1"),
        ("06", "0.28", "0.02"),
        ("07", "0", "0"),
        ("08", "0.25", "0.01"),
        ("09", "0", "0"),
        ("10", "0", "0"),
    )
    for name, value in (("IDX-EQ", equity), ("IDX-BD", bond))
]
ASSIGNMENTS = [
    {
        "portfolio_id": "P1",
        "assignment_id": "A1",
        "benchmark_id": "BM",
        "effective_from": "2025-01-02",
        "effective_to": "",
        "version": "1",
    }
]
RISK_FREE = [
    {
        "risk_free_currency": "EUR",
        "series_mode": "annualized_rate_series",
        "rate_date": f"2025-01-{day}",
        "value": "0.0225",
        "day_count": "ACT/360",
        "compounding": "SIMPLE",
    }
    for day in ("02", "03")
] + [
    {
        "risk_free_currency": "USD",
        "series_mode": "return_series",
        "rate_date": f"2025-01-{day}",
        "value": value,
        "day_count": "",
        "compounding": "",
    }
    for day, value in (("02", "0.1"), ("03", "0.1"), ("06", "0.2"))
]

BOOK: dict[str, list[dict[str, str]]] = {
    "calendars": CALENDAR,
    "instruments": INSTRUMENTS,
    "instrument_dimensions": DIMENSIONS,
    "portfolios": PORTFOLIOS,
    "positions": POSITIONS,
    "position_valuations": VALUATIONS,
    "lots": LOTS,
    "external_flows": FLOWS,
    "fees": FEES,
    "fx_rates": FX,
    "benchmarks": BENCHMARKS,
    "benchmark_constituents": CONSTITUENTS,
    "constituent_returns": RETURNS,
    "benchmark_assignments": ASSIGNMENTS,
    "risk_free_rates": RISK_FREE,
}

CORRECTION = {
    "position_valuations": [valuation("AAA", "08", "420", recorded_at="2025-01-11T10:00:00+01:00")]
}
"""Recorded on Saturday, 11 January: the 8th was worth 20 dollars, 10 euros, more."""


def write_book(folder: Path, book: dict[str, list[dict[str, str]]]) -> Path:
    """Write the tables as CSV files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in book.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder
