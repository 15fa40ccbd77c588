"""A report of round figures, which every part of a page has something of."""

from datetime import date

import pandas as pd

from lotus_assets.outputs.portfolio_report.other_rows import RISK_FIGURES
from lotus_assets.outputs.portfolio_report.report_model import (
    AttributionPeriod,
    AttributionRow,
    BucketRow,
    ContributionPeriod,
    ContributionRow,
    Correction,
    Flow,
    HoldingRow,
    MarkedDays,
    MoneyWeightedRow,
    PeriodRow,
    PortfolioReport,
    RiskColumn,
    Source,
)
from lotus_assets.outputs.portfolio_report.words import status_note

HOSTILE = "</title><img src=x onerror=alert(1)><script>alert(1)</script>"
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 8)
EQUITY = '{"asset_class": "Equity"}'
TOO_SHORT = (status_note("WINDOW_TOO_SHORT"),)


def report(instrument: str = "Amstel") -> PortfolioReport:
    """A portfolio that gained 1.23456789 % in YTD, 12.3456 basis points of it by one position."""
    days = pd.date_range(FIRST, periods=3).repeat(3)
    curve = pd.DataFrame(
        {
            "portfolio_id": "PF-1",
            "series": ["NET", "GROSS", "BENCHMARK"] * 3,
            "date": days,
            "cumulative_return": [0.0, 0.0, 0.0, 0.01, 0.011, 0.02, 0.0123456789, 0.02, 0.02],
            "drawdown": [0.0] * 9,
        }
    )
    return PortfolioReport(
        portfolio_id="PF-1",
        as_of=LAST,
        shard="003",
        currency="EUR",
        opened=FIRST,
        closed=None,
        benchmark_id="BM-1",
        refusal="",
        curve_period="YTD",
        curve=curve,
        periods=(
            _period("YTD", 0.0123456789, "OK", ()),
            _period("1Y", None, "BROKEN_CHAIN", (status_note("BROKEN_CHAIN", date(2026, 3, 4)),)),
        ),
        money_weighted=(
            MoneyWeightedRow(
                *("YTD", FIRST, LAST, 0.0123456789, 0.0125, 0.9, 0.0124, None, 0.0001543211),
                *(1, 1000.0, 100.0, 1112.0, ()),
            ),
        ),
        contributions=(_contribution(instrument),),
        attributions=(
            _attribution("YTD", 0.0123456789, ()),
            _attribution("3Y", None, TOO_SHORT),
            _attribution("5Y", None, TOO_SHORT),
        ),
        risk=(
            RiskColumn(
                "DAILY", "YTD", FIRST, LAST, dict.fromkeys(RISK_FIGURES, 0.5), FIRST, LAST, ()
            ),
        ),
        years=(
            BucketRow(
                "2026", (0.01, None, 0.002, *[None] * 9), 0.0123456789, (-0.01, *[None] * 12)
            ),
        ),
        holdings=(
            HoldingRow(
                *("P-1", instrument, "Equity", "EUR", 1.0, 1112.0, -3.0, FIRST),
                *({"YTD": 0.01, "1Y": None}, ""),
            ),
        ),
        marked_days=(MarkedDays("SHORT_CAPITAL", FIRST, date(2026, 3, 3), 2, "returned 1 %"),),
        flows=(Flow(date(2026, 3, 3), 1000.0, 0.01),),
        corrections=(Correction(date(2026, 3, 4), LAST, 1112.0, 1111.0, 0.0123456789),),
        sources=(
            Source("performance-input", "", "OK", "", "7", "ab" * 32, FIRST, LAST, 3),
            Source("mwr-input", "ITD", "INSUFFICIENT_DATA", "no rate", "", "", None, None, 0),
        ),
        last_valuation=LAST,
        last_value=1112.0,
    )


def _period(name: str, net: float | None, status: str, notes: tuple[str, ...]) -> PeriodRow:
    gross = None if net is None else 0.02
    return PeriodRow(
        *(name, FIRST, FIRST, LAST, net, gross, gross, None, None, None, status, notes)
    )


def _contribution(instrument: str) -> ContributionPeriod:
    position = ContributionRow((instrument,), 0.00123456, 1.0, 0.0123, "", "P-1")
    nodes = (
        ContributionRow(("Equity",), 0.00123456, 1.0),
        ContributionRow(("Equity", instrument), 0.00123456, 1.0),
    )
    return ContributionPeriod("YTD", FIRST, LAST, 0.0123456789, -0.001, 0.0, (position,), nodes, ())


def _attribution(
    name: str, portfolio_return: float | None, notes: tuple[str, ...]
) -> AttributionPeriod:
    if portfolio_return is None:
        return AttributionPeriod(
            *(name, FIRST, LAST, None, None, None, None, None, None, None, (), notes)
        )
    node = AttributionRow(
        ("Equity",), 1.0, 1.0, 0.0, 0.0, 0.0, -0.0071543211, 0.0, -0.0071543211, EQUITY
    )
    return AttributionPeriod(
        *(name, FIRST, LAST, portfolio_return, 0.0195, -0.0071543211, 0.0113456789),
        *(-0.001, 0.0, 0.02, (node,), notes),
    )
