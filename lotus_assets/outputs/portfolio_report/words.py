"""Statuses and reasons as sentences: what a dash stands for, and what a marked day is."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

STATUSES: Mapping[str, str] = {
    "CLOSED": "The portfolio was closed before this period began.",
    "WINDOW_TOO_SHORT": "The period begins before the first valuation that was collected, so its "
    "return is not known in full.",
    "NO_OBSERVATIONS": "No day of the period has a valuation.",
    "UNDEFINED_RETURN": "A gain without any capital has no return, and neither has a period that "
    "contains it.",
    "BROKEN_CHAIN": "More than everything was lost on a day: returns cannot be linked across it.",
    "NOT_LINKABLE": "A day lost everything or more: effects and contributions cannot be linked "
    "across it.",
    "OVERFLOW": "The figure is larger than a computer's number can hold.",
    "TOO_FEW_OBSERVATIONS": "Fewer than three returns: too few for a statistic.",
    "MULTIPLE_ROOTS": "Several rates solve the flows; the one nearest to Modified Dietz is shown.",
    "NEGATIVE_CAPITAL": "More was taken out than was in, on average: the return is one on negative "
    "capital.",
    "NO_SOLUTION": "No rate solves the flows.",
    "ZERO_CAPITAL": "No capital was invested on average, or the period is a single day.",
    "NO_INPUT": "lotus-core gave no daily values of it.",
}
"""Status → what it means for the figure that is missing, or what to know about it."""
REASONS: Mapping[str, str] = {
    "PERIOD_SHORTER_THAN_ONE_YEAR": "Not annualised: shorter than a year.",
    "STALE_VALUATIONS": "Not annualised: the valuations end too long before the period does.",
    "OVERFLOW": "Not annualised: the rate a year is larger than a computer's number can hold.",
    "NO_RETURN": "",
    "TOTAL_LOSS": "Everything that was paid in was lost: no rate describes it.",
    "DEGENERATE": "Nothing is left of the flows once those of a day are netted.",
    "NO_SIGN_CHANGE": "All flows go one way: no rate solves them.",
    "NO_ROOT": "No rate solves these flows.",
    "OUT_OF_RANGE": "The return of the period is larger than a computer's number can hold.",
    "LOTS_INCOMPLETE": "Cost is not known: the open lots do not make up the quantity.",
}
"""Reason → why a rate or a cost is not given; empty where the status has said it."""
MARKS: Mapping[str, str] = {
    "SMALL_CAPITAL": "Began with under 1 % of the largest capital of the year before: the return "
    "is large for what little was left.",
    "NO_CAPITAL": "Began without capital and gained nothing: counts as a return of 0.",
    "SHORT_CAPITAL": "Began with short (negative) capital: the gain is divided by its size.",
    "UNDEFINED": "Gained without capital: the return is undefined, and that of every period with "
    "the day.",
    "BROKEN_CHAIN": "Lost more than everything: no period with this day has a return.",
    "TOTAL_LOSS": "Lost everything: the return of a period stays at "
    "\N{MINUS SIGN}100 % from here on.",
    "CONTINUITY_BREAK": "Begins with another value than the day before ended with; no return is "
    "changed.",
    "MISSING_BUSINESS_DAY": "A business day of the portfolio's calendar without a valuation; none "
    "is invented.",
    "OFF_CALENDAR_LINKED": "Returns of days off the calendar are linked into this one.",
    "BENCHMARK_DAY_MISSING": "Valued, but the benchmark has no return of it: it counts as 0.",
    "STALE_VALUATIONS": "The last valuation, long before the end of the periods: nothing but XIRR "
    "is a rate a year.",
    "LATE_VALUATION": "Came, or was corrected, after an answer that should have held it.",
}
"""Code of a marked day → what happened on it."""


def day_text(day: date | pd.Timestamp) -> str:
    """A day as it is read: 2 Nov 2026."""
    return f"{day:%-d %b %Y}"


def status_note(status: str, decided_on: date | None = None) -> str:
    """The sentence of a status, with the day that decided it; empty where all is well."""
    sentence = STATUSES.get(status, "" if status == "OK" else status)
    if status == "OK" and decided_on is not None:
        return f"Everything was lost on {day_text(decided_on)}, and stays so."
    if sentence and decided_on is not None:
        return f"{sentence} It was {day_text(decided_on)}."
    return sentence


def reason_note(reason: str | None) -> str:
    """The sentence of a reason, empty without one."""
    return "" if not reason else REASONS.get(reason, reason)


def notes_of(*sentences: str) -> tuple[str, ...]:
    """Those sentences that say something, each once."""
    return tuple(dict.fromkeys(filter(None, sentences)))
