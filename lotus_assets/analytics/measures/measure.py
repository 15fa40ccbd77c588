"""What a measure is: everything that is said of a figure of portfolios, once."""

from dataclasses import dataclass
from enum import StrEnum


class MeasureFamily(StrEnum):
    """What a measure is about; documents and pages group by it."""

    TIME_WEIGHTED = "Time-weighted returns"
    MONEY_WEIGHTED = "Money-weighted returns"
    SERIES = "Returns series"
    RISK = "Risk statistics"
    CONTRIBUTION = "Contribution"
    ATTRIBUTION = "Attribution"
    POSITIONS = "Positions"


class MeasureUnit(StrEnum):
    """What a value is in."""

    RETURN = "a decimal fraction (0.05 is 5 %)"
    ANNUAL_RATE = "a decimal fraction a year (0.05 is 5 % a year)"
    WEIGHT = "a decimal fraction of the capital or value (0.05 is 5 %)"
    NUMBER = "a number without unit"
    COUNT = "a count"
    DAY = "a calendar day"
    PORTFOLIO_MONEY = "money, in the portfolio's currency"
    POSITION_MONEY = "money, in the position's currency"
    MONEY = "money, in the currency that the column's name ends with"
    QUANTITY = "units of the instrument"


@dataclass(frozen=True)
class Measure:
    """One measure, declared once: whoever shows figures of portfolios reads this.

    `columns` are the columns that hold it, as `table.column`. `name`, `definition`, `over` (the
    rows and the window it is worked out from), `empty` (when there is no value) and `example` are
    for readers; `source` is the publication that the definition follows.
    """

    columns: tuple[str, ...]
    name: str
    family: MeasureFamily
    unit: MeasureUnit
    definition: str
    over: str
    empty: str
    example: str
    source: str = ""
