"""Statuses of results: why a value is NULL, or what to know about it."""

from enum import IntFlag, StrEnum


class Status(StrEnum):
    """Outcome of one result. Every value but those of the first group is NULL."""

    OK = "OK"
    MULTIPLE_ROOTS = "MULTIPLE_ROOTS"
    NEGATIVE_CAPITAL = "NEGATIVE_CAPITAL"

    CLOSED = "CLOSED"
    WINDOW_TOO_SHORT = "WINDOW_TOO_SHORT"
    NO_OBSERVATIONS = "NO_OBSERVATIONS"
    UNDEFINED_RETURN = "UNDEFINED_RETURN"
    BROKEN_CHAIN = "BROKEN_CHAIN"
    NOT_LINKABLE = "NOT_LINKABLE"
    OVERFLOW = "OVERFLOW"
    NO_SOLUTION = "NO_SOLUTION"
    ZERO_CAPITAL = "ZERO_CAPITAL"


class Reason(StrEnum):
    """Why an annualised rate or a money-weighted rate is NULL; the first that holds."""

    NONE = ""
    PERIOD_SHORTER_THAN_ONE_YEAR = "PERIOD_SHORTER_THAN_ONE_YEAR"
    NO_RETURN = "NO_RETURN"
    STALE_VALUATIONS = "STALE_VALUATIONS"
    NO_BUSINESS_DAYS = "NO_BUSINESS_DAYS"
    OVERFLOW = "OVERFLOW"

    TOTAL_LOSS = "TOTAL_LOSS"
    DEGENERATE = "DEGENERATE"
    NO_SIGN_CHANGE = "NO_SIGN_CHANGE"
    NO_ROOT = "NO_ROOT"


class Mark(IntFlag):
    """What is unusual about a day's return; several may hold."""

    NONE = 0
    SMALL_CAPITAL = 1
    NO_CAPITAL = 2
    SHORT_CAPITAL = 4
    UNDEFINED = 8
