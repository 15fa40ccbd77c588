"""The securities of the sample book, with the dimensions that reports group them by.

All names are made up. A `Security` says how its price moves, not what it is worth on a day: that
is `market`.
"""

from dataclasses import dataclass
from typing import Literal

AssetClass = Literal["Equity", "Bond", "Fund", "Commodity", "Future", "Cash"]

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY")


@dataclass(frozen=True)
class Security:
    """One security: `price` on the first day, yearly `drift` and `volatility`, `beta` to stocks.

    `income` is the yearly income as a share of the price, paid in `payments` parts a year.
    `missing_dimension` names a dimension that its master data lack.
    """

    instrument_id: str
    name: str
    asset_class: AssetClass
    sector: str
    region: str
    currency: str
    price: float
    drift: float
    volatility: float
    beta: float = 1.0
    income: float = 0.0
    payments: int = 0
    fails: bool = False
    missing_dimension: str | None = None


def _equity(
    code: str,
    name: str,
    sector: str,
    region: str,
    currency: str,
    price: float,
    drift: float,
    volatility: float,
    beta: float = 1.0,
    income: float = 0.0,
    payments: int = 0,
) -> Security:
    return Security(
        f"EQ-{code}",
        name,
        "Equity",
        sector,
        region,
        currency,
        price,
        drift,
        volatility,
        beta,
        income,
        payments,
    )


def _bond(
    code: str, name: str, sector: str, region: str, currency: str, price: float, coupon: float
) -> Security:
    return Security(
        f"BD-{code}",
        name,
        "Bond",
        sector,
        region,
        currency,
        price,
        0.005,
        0.045,
        0.05,
        coupon,
        2,
    )


EQUITIES = (
    _equity("AMSTEL", "Amstel Semiconductors", "Technology", "Europe", "EUR", 212, 0.13, 0.24, 1.2),
    _equity(
        "RIJN", "Rijn Logistics", "Industrials", "Europe", "EUR", 38, 0.05, 0.19, 0.9, 0.031, 2
    ),
    _equity(
        "DELTA", "Delta Waterworks", "Utilities", "Europe", "EUR", 24, 0.03, 0.12, 0.5, 0.044, 1
    ),
    _equity("ISAR", "Isar Motors", "Consumer", "Europe", "EUR", 88, 0.02, 0.26, 1.2, 0.05, 1),
    _equity("SEINE", "Seine Luxury", "Consumer", "Europe", "EUR", 540, 0.09, 0.22, 1.1, 0.014, 2),
    _equity("ELBE", "Elbe Chemicals", "Materials", "Europe", "EUR", 61, 0.01, 0.21, 1.0, 0.038, 1),
    _equity("TEJO", "Tejo Energy", "Energy", "Europe", "EUR", 14, 0.06, 0.25, 0.8, 0.055, 4),
    _equity("THAMES", "Thames Assurance", "Financials", "UK", "GBP", 9.4, 0.04, 0.2, 1.0, 0.06, 2),
    _equity("SEVERN", "Severn Pharma", "Health Care", "UK", "GBP", 74, 0.07, 0.17, 0.6, 0.024, 2),
    _equity("TYNE", "Tyne Mining", "Materials", "UK", "GBP", 31, 0.03, 0.28, 1.1, 0.07, 2),
    _equity("MERSEY", "Mersey Retail", "Consumer", "UK", "GBP", 2.7, 0.01, 0.23, 0.9, 0.035, 2),
    _equity("LIMMAT", "Limmat Bank", "Financials", "Europe", "CHF", 17, 0.06, 0.24, 1.2, 0.03, 1),
    _equity("AARE", "Aare Foods", "Consumer", "Europe", "CHF", 104, 0.03, 0.13, 0.5, 0.028, 1),
    _equity("RHONE", "Rhone Diagnostics", "Health Care", "Europe", "CHF", 290, 0.05, 0.16, 0.6),
    _equity("HUDSON", "Hudson Software", "Technology", "US", "USD", 245, 0.15, 0.2, 1.2, 0.008, 4),
    _equity("COLORADO", "Colorado Cloud", "Technology", "US", "USD", 132, 0.17, 0.3, 1.4),
    _equity("OHIO", "Ohio Machines", "Industrials", "US", "USD", 176, 0.08, 0.18, 1.0, 0.02, 4),
    _equity(
        "PLATTE", "Platte Railways", "Industrials", "US", "USD", 214, 0.07, 0.16, 0.9, 0.022, 4
    ),
    _equity("PECOS", "Pecos Oil", "Energy", "US", "USD", 57, 0.08, 0.28, 0.9, 0.041, 4),
    _equity("WABASH", "Wabash Health", "Health Care", "US", "USD", 391, 0.1, 0.18, 0.7, 0.014, 4),
    _equity(
        "POTOMAC", "Potomac Financial", "Financials", "US", "USD", 118, 0.09, 0.2, 1.1, 0.026, 4
    ),
    _equity("SNAKE", "Snake Streaming", "Consumer", "US", "USD", 480, 0.11, 0.34, 1.4),
    _equity("BRAZOS", "Brazos Power", "Utilities", "US", "USD", 72, 0.04, 0.14, 0.4, 0.036, 4),
    _equity(
        "SUMIDA", "Sumida Robotics", "Industrials", "Asia", "JPY", 4200, 0.08, 0.22, 1.1, 0.01, 2
    ),
    _equity("YODO", "Yodo Motors", "Consumer", "Asia", "JPY", 1740, 0.06, 0.2, 1.0, 0.027, 2),
    _equity("KISO", "Kiso Chips", "Technology", "Asia", "JPY", 8900, 0.12, 0.3, 1.3, 0.009, 2),
    _equity("TAMA", "Tama Trading", "Financials", "Asia", "JPY", 2650, 0.1, 0.18, 0.9, 0.03, 2),
)
BONDS = (
    _bond("NL30", "Netherlands 2.5% 2030", "Government", "Europe", "EUR", 101.2, 0.025),
    _bond("DE34", "Germany 2.2% 2034", "Government", "Europe", "EUR", 99.1, 0.022),
    _bond("FR29", "France 2.75% 2029", "Government", "Europe", "EUR", 100.4, 0.0275),
    _bond("RIJN28", "Rijn Logistics 3.9% 2028", "Corporate", "Europe", "EUR", 98.3, 0.039),
    _bond("UK31", "United Kingdom 4% 2031", "Government", "UK", "GBP", 97.8, 0.04),
    _bond("THAM32", "Thames Assurance 5.5% 2032", "Corporate", "UK", "GBP", 95.6, 0.055),
    _bond("US33", "United States 3.5% 2033", "Government", "US", "USD", 96.4, 0.035),
    _bond("US28", "United States 4.1% 2028", "Government", "US", "USD", 100.1, 0.041),
    _bond("OHIO30", "Ohio Machines 4.8% 2030", "Corporate", "US", "USD", 99.5, 0.048),
    _bond("CH35", "Switzerland 1% 2035", "Government", "Europe", "CHF", 102.6, 0.01),
    _bond("JP32", "Japan 0.6% 2032", "Government", "Asia", "JPY", 99.9, 0.006),
)
OTHERS = (
    Security(
        "FD-WORLD", "World Equity Fund", "Fund", "Diversified", "Global", "USD", 84, 0.08, 0.05
    ),
    Security(
        "FD-EMERG",
        "Emerging Markets Fund",
        "Fund",
        "Diversified",
        "Emerging",
        "USD",
        41,
        0.05,
        0.1,
        1.1,
    ),
    # Its master data know no region: reports show it as Unclassified.
    Security(
        "FD-PRIV",
        "Private Credit Fund",
        "Fund",
        "Credit",
        "",
        "EUR",
        100,
        0.06,
        0.02,
        0.1,
        0.05,
        4,
        missing_dimension="region",
    ),
    Security(
        "CO-GOLD", "Gold, allocated", "Commodity", "Metals", "Global", "USD", 1780, 0.09, 0.14, 0.0
    ),
    # Its price falls to nothing within the window (total loss).
    Security(
        "EQ-IKAROS",
        "Ikaros Payments",
        "Equity",
        "Technology",
        "Europe",
        "EUR",
        104,
        0.05,
        0.3,
        1.3,
        fails=True,
    ),
    # Settled every day: gains without capital.
    Security(
        "FU-EUSTX",
        "European index future",
        "Future",
        "Index",
        "Europe",
        "EUR",
        4100,
        0.06,
        0.04,
    ),
)
SECURITIES = EQUITIES + BONDS + OTHERS

IKAROS = "EQ-IKAROS"
FUTURE = "FU-EUSTX"
