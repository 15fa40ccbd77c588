"""What the codes of diagnostics mean: in the answers, their OpenAPI document, docs/ANALYTICS.md.

A diagnostic is never an error: the answer stands, and something about it is worth knowing.
"""

from collections.abc import Mapping

DIAGNOSTICS: Mapping[str, str] = {
    "BENCHMARK_DAY_LEFT_OUT": "A benchmark day after the portfolio's last valued day: it is in no "
    "period.",
    "BENCHMARK_DAY_LINKED": "A benchmark day on which the portfolio was not valued: its return is "
    "linked into the next valued day.",
    "BENCHMARK_DAY_MISSING": "A valued day without a benchmark day: the benchmark returned 0.",
    "CONTINUITY_BREAK": "A day's begin_mv is not the previous row's end_mv and fee; by how much is "
    "named. No return is changed.",
    "CURRENCY_RETURN_UNKNOWN": "A group whose currency the benchmark does not hold on some day: "
    "its whole return counts as local.",
    "MISSING_BUSINESS_DAY": "A business day of the portfolio's calendar without a row.",
    "NO_CAPITAL": "A day without capital at its beginning and without gain: it returned 0.",
    "NO_COMMON_DATES": "No date has a return of every selected series: there are no statistics.",
    "NO_NET_CAPITAL": "A group that gained without net capital (long and short cancel): its weight "
    "is 0, its gain is in its side's return and in selection.",
    "NOT_EXTERNAL": "Flows of another kind than external ones, which are left out.",
    "OFF_CALENDAR_LINKED": "A return dated on a day off the calendar: it is linked into the next "
    "day of the calendar that has a row in its series.",
    "OUTSIDE_PERIOD": "Returns that were sent along and lie outside of the period: left out.",
    "SERIES_UNAVAILABLE": "A series that lotus-core does not have as asked for; the others are "
    "answered.",
    "SHORT_CAPITAL": "A day that began with short capital: the gain is divided by its size.",
    "SHORT_PERIOD": "Figures a year of a window under twelve months.",
    "SMALL_CAPITAL": "A day that began with under 1 % of the largest capital of the year before: "
    "its return is large for what little is left.",
    "STALE_VALUATIONS": "The last valuation is long before the period's end: nothing is "
    "annualised, XIRR apart.",
    "UNDEFINED": "A day that gained without capital: its return, and that of periods with it, is "
    "undefined.",
}
"""Code → meaning, by code."""

MEANINGS = "\n".join(f"- `{code}`: {meaning}" for code, meaning in DIAGNOSTICS.items())
"""All of them as a list in Markdown."""


def known_code(code: str) -> str:
    """The code; one that is not explained above may not be told.

    Raises:
        ValueError: it is not explained.
    """
    if code not in DIAGNOSTICS:
        raise ValueError(f"the diagnostic {code} has no explanation in diagnostic_codes")
    return code
