"""What the codes of diagnostics mean: a diagnostic is never an error, the answer stands."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class DiagnosticDefinition:
    """A code for readers: its name, what it says and does to figures, and what it is told with."""

    name: str
    meaning: str
    example: str


DIAGNOSTICS: Mapping[str, DiagnosticDefinition] = {
    "BENCHMARK_DAY_LEFT_OUT": DiagnosticDefinition(
        "Benchmark day left out",
        "A benchmark day after the portfolio's last valued day: it is in no period.",
        "Valued until 27 March, the benchmark until 31 March: 30 and 31 March.",
    ),
    "BENCHMARK_DAY_LINKED": DiagnosticDefinition(
        "Benchmark day linked into the next",
        "A benchmark day on which the portfolio was not valued: its return is linked into the next "
        "valued day.",
        "Not valued on Tuesday: the benchmark's 0.01 and 0.02 are 0.0302 on Wednesday.",
    ),
    "BENCHMARK_DAY_MISSING": DiagnosticDefinition(
        "Benchmark day missing",
        "A valued day without a benchmark day: the benchmark returned 0.",
        "The portfolio is valued on a holiday of the benchmark.",
    ),
    "CONTINUITY_BREAK": DiagnosticDefinition(
        "Value does not continue",
        "A day's begin_mv is not the previous row's end_mv and fee; by how much is named. No "
        "return is changed.",
        "100 at the end of Monday, 103 as Tuesday begins: 3.",
    ),
    "CURRENCY_RETURN_UNKNOWN": DiagnosticDefinition(
        "Currency's return unknown",
        "A group whose currency the benchmark does not hold on some day: its whole return counts "
        "as local.",
        "Swiss shares, and no benchmark group in CHF.",
    ),
    "MISSING_BUSINESS_DAY": DiagnosticDefinition(
        "Business day without a value",
        "A business day of the portfolio's calendar without a row.",
        "Rows of Monday and Wednesday: Tuesday.",
    ),
    "NO_CAPITAL": DiagnosticDefinition(
        "Day without capital",
        "A day without capital at its beginning and without gain: it returned 0.",
        "Everything was paid out on the day before.",
    ),
    "NO_COMMON_DATES": DiagnosticDefinition(
        "No date in common",
        "No date has a return of every selected series: there are no statistics.",
        "A portfolio that is valued on Saturdays, a benchmark on weekdays.",
    ),
    "NO_NET_CAPITAL": DiagnosticDefinition(
        "Group without net capital",
        "A group that gained without net capital (long and short cancel): its weight is 0, its "
        "gain is in its side's return and in selection.",
        "100 long and 100 short in energy, a gain of 2.",
    ),
    "NOT_EXTERNAL": DiagnosticDefinition(
        "Flows left out",
        "Flows of another kind than external ones, which are left out.",
        "Two fees among the flows that were sent along.",
    ),
    "OFF_CALENDAR_LINKED": DiagnosticDefinition(
        "Return of a day off the calendar",
        "A return dated on a day off the calendar: it is linked into the next day of the calendar "
        "that has a row in its series.",
        "A return of Saturday, linked into Monday's.",
    ),
    "OUTSIDE_PERIOD": DiagnosticDefinition(
        "Returns outside of the period",
        "Returns that were sent along and lie outside of the period: left out.",
        "Returns from 2024 on, sent along for YTD of 2025.",
    ),
    "SERIES_UNAVAILABLE": DiagnosticDefinition(
        "Series not available",
        "A series that lotus-core does not have as asked for; the others are answered.",
        "No risk-free series in the portfolio's currency.",
    ),
    "SHORT_CAPITAL": DiagnosticDefinition(
        "Day with short capital",
        "A day that began with short capital: the gain is divided by its size.",
        "−100 as the day begins, −90 at its end: 10 ÷ 100 = 0.1.",
    ),
    "SHORT_PERIOD": DiagnosticDefinition(
        "Under twelve months",
        "Figures a year of a window under twelve months.",
        "The volatility of YTD as of 31 March.",
    ),
    "SMALL_CAPITAL": DiagnosticDefinition(
        "Day with small capital",
        "A day that began with under 1 % of the largest capital of the year before: its return is "
        "large for what little is left.",
        "1,000,000 in spring, 9,000 as the day begins.",
    ),
    "STALE_VALUATIONS": DiagnosticDefinition(
        "Last valuation too old",
        "The last valuation is long before the period's end: nothing is annualised, XIRR apart.",
        "Valued until 3 March, asked for as of 31 March.",
    ),
    "UNDEFINED": DiagnosticDefinition(
        "Gain without capital",
        "A day that gained without capital: its return, and that of periods with it, is undefined.",
        "0 as the day begins, 5 at its end.",
    ),
}
"""Code → definition, by code."""
