"""The measures of positions: what they are worth, what they cost, and what they returned."""

from lotus_assets.analytics.measures.measure import Measure, MeasureFamily, MeasureUnit

ON_THE_DAY = "The position as of the day, as lotus-core reports it (core_positions_input)."
OPEN_LOTS = "The lots of the position that are open on the day."
IN_WORDS = "position, portfolio or reporting currency, by the column's name"
PERIODS = ("mtd", "qtd", "ytd", "1y", "3y", "5y", "itd")


def _in_currencies(what: str) -> tuple[str, ...]:
    return tuple(f"positions.{what}_{whose}" for whose in ("position", "portfolio", "reporting"))


def _measure(
    columns: tuple[str, ...],
    name: str,
    unit: MeasureUnit,
    definition: str,
    example: str,
    over: str = ON_THE_DAY,
    empty: str = "Never.",
) -> Measure:
    return Measure(columns, name, MeasureFamily.POSITIONS, unit, definition, over, empty, example)


MEASURES = (
    _measure(
        ("positions.quantity",),
        "Quantity",
        MeasureUnit.QUANTITY,
        "Units that are held; negative where the position is short.",
        "100 shares bought, 40 sold: 60.",
    ),
    _measure(
        ("positions.price",),
        "Price",
        MeasureUnit.POSITION_MONEY,
        "Price of one unit on valuation_date.",
        "25.",
    ),
    _measure(
        _in_currencies("market_value"),
        "Market value",
        MeasureUnit.MONEY,
        f"Value after fees, accrued income contained, in {IN_WORDS}.",
        "60 shares at 25 USD, without fees and income: 1,500 USD; at 0.9 EUR: 1,350 EUR.",
    ),
    _measure(
        ("positions.weight",),
        "Weight",
        MeasureUnit.WEIGHT,
        "Market value ÷ that of the portfolio.",
        "1,350 of 13,500: 0.1.",
        empty="Where the portfolio's value is 0.",
    ),
    _measure(
        _in_currencies("cost"),
        "Cost",
        MeasureUnit.MONEY,
        f"What the open lots cost, in {IN_WORDS}, each at the rate of its trade date.",
        "60 shares bought at 20 USD, at 0.95 EUR then: 1,200 USD, 1,140 EUR.",
        over=OPEN_LOTS,
        empty="Where the open lots do not make up the quantity (cost_reason).",
    ),
    _measure(
        _in_currencies("unrealised_gain"),
        "Unrealised gain",
        MeasureUnit.MONEY,
        f"Market value less cost, in {IN_WORDS}.",
        "1,500 − 1,200 = 300 USD; 1,350 − 1,140 = 210 EUR.",
        over=OPEN_LOTS,
        empty="Where the open lots do not make up the quantity (cost_reason).",
    ),
    _measure(
        _in_currencies("accrued_income"),
        "Accrued income",
        MeasureUnit.MONEY,
        f"Income that has accrued and is not paid, in {IN_WORDS}, at the rate of accrual_date; it "
        "is contained in the market value.",
        "A bond of 1,000 USD with 4 % a year, 91 of 364 days after its coupon: 10 USD.",
    ),
    _measure(
        tuple(f"positions.return_{period}" for period in PERIODS),
        "Return of the position in a period",
        MeasureUnit.RETURN,
        "Daily returns of the position net of its fees, linked over the days on which it was held.",
        "Bought on 10 March, 0.02 up to 31 March: 0.02 for MTD, QTD and YTD alike.",
        over="The position's days in the portfolio's MTD, QTD, YTD, 1Y, 3Y, 5Y or ITD "
        "(core_contribution_input).",
        empty="Where return_status is not OK for the period.",
    ),
)
