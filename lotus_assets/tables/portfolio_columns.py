"""Columns that several tables about portfolios share: type, checks and description in one.

A contract says `portfolio_id: PortfolioId`. What only one table has stands in its own file.
"""

from typing import Annotated

from pandera.pandas import Field

from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.periods import PERIOD_NAMES
from lotus_assets.tables.columns import Boolean, Day, Integer, Number, Text

PortfolioId = Annotated[Text, Field(description="The portfolio.")]
PositionId = Annotated[Text, Field(description="The position.")]
AsOfDate = Annotated[Day, Field(description="The day as of which the inputs were asked.")]
NewestAsOfDate = Annotated[
    Day, Field(description="The portfolio's newest as-of day that was worked out.")
]

# The payload that a computed row comes from.
PerformanceVersion = Annotated[
    Text, Field(description="lotus-core's version of the performance-input.")
]
PerformanceHash = Annotated[
    Text, Field(str_length=64, description="Hash of the performance-input: core_payload.")
]
ContributionVersion = Annotated[
    Text, Field(description="lotus-core's version of the contribution-input.")
]
ContributionHash = Annotated[
    Text, Field(str_length=64, description="Hash of the contribution-input: core_payload.")
]
AttributionVersion = Annotated[
    Text, Field(description="lotus-core's version of the attribution-input.")
]
AttributionHash = Annotated[
    Text, Field(str_length=64, description="Hash of the attribution-input: core_payload.")
]
AssignedBenchmark = Annotated[
    Text, Field(nullable=True, description="Benchmark that is assigned on the as-of day.")
]

# The payload that an input's row first came in.
FirstVersion = Annotated[
    Text, Field(description="As-of day and version of the data that the row first came with.")
]
FirstHash = Annotated[
    Text,
    Field(
        str_length=64, description="Hash of the payload that the row first came in: core_payload."
    ),
]
KnownAsOfDate = Annotated[
    Day, Field(description="Earliest as-of day whose answer is known to hold the row.")
]
AnswerAsOfDate = Annotated[Day, Field(description="As-of day of the answer.")]
TheDay = Annotated[Day, Field(description="The day.")]
Currency = Annotated[Text, Field(description="Currency of the amounts.")]
ReportingCurrency = Annotated[
    Text, Field(description="Currency of the amounts: the reporting currency.")
]

# Periods of a report.
StandardPeriod = Annotated[
    Text,
    Field(isin=PERIOD_NAMES, description=f"{', '.join(PERIOD_NAMES[:-1])} or {PERIOD_NAMES[-1]}."),
]
RequestedStartDate = Annotated[
    Day, Field(description="First day by the period's definition, before clamping.")
]
StartDate = Annotated[Day, Field(description="First day, clamped to the open date.")]
EndDate = Annotated[
    Day, Field(description="Last day: the as-of day, or the portfolio's closing day before it.")
]
IsClamped = Annotated[
    Boolean,
    Field(
        description="The portfolio opened after the period's first day, or closed before its last: "
        "start_date is the opening, end_date the closing."
    ),
]
StaleSince = Annotated[
    Day,
    Field(
        nullable=True,
        description="Day of the last valuation where it is stale: more than 7 days, and more than "
        "the longest gap between valuations in the year before it, before end_date. Nothing but "
        "XIRR is a rate a year then.",
    ),
]
StatusDate = Annotated[Day, Field(nullable=True, description="The day that decided the status.")]
MetricBasis = Annotated[
    Text, Field(isin=list(Basis), description="NET: after management fees; GROSS: before.")
]
Level = Annotated[Integer, Field(ge=1, description="Depth in the hierarchy; 1 is the top.")]
GroupKey = Annotated[
    Text,
    Field(
        description="The group's dimensions as JSON, outermost first (LOTUS_CORE_GROUP_BY); a "
        'missing one is "Unclassified", what belongs to no instrument "Unallocated".'
    ),
]

# Amounts.
DayBeginValue = Annotated[Number, Field(description="Market value at the beginning of the day.")]
DayEndValue = Annotated[
    Number, Field(description="Market value at the end of the day, before its fee.")
]
DayFees = Annotated[Number, Field(le=0, description="Management fee of the day, 0 or less.")]
PeriodBeginValue = Annotated[
    Number, Field(description="Value at the beginning of start_date, after fees.")
]
PeriodEndValue = Annotated[Number, Field(description="Value at the end of end_date, after fees.")]
