"""Statuses, reasons and marked days as sentences, out of the catalogue of measures."""

from datetime import date

import pandas as pd

from lotus_assets.analytics.measures.diagnostics import DIAGNOSTICS, DiagnosticDefinition
from lotus_assets.analytics.measures.statuses import REASONS, STATUSES
from lotus_assets.engine.performance.formulas.statuses import Reason, Status

OK = str(Status.OK)
LOST_MORE, LOST_ALL = str(Status.BROKEN_CHAIN), "TOTAL_LOSS"
"""Codes of days that returned less than -1, and -1."""
OF_LOSSES = {
    LOST_MORE: DiagnosticDefinition(
        STATUSES[Status.BROKEN_CHAIN].name,
        "A day that lost more than everything: no period with it has a return.",
        STATUSES[Status.BROKEN_CHAIN].example,
    ),
    LOST_ALL: DiagnosticDefinition(
        "Everything lost",
        "A day that lost everything: the return of a period stays at -100 % from here on.",
        "100 become 0.",
    ),
}


def day_text(day: date | pd.Timestamp) -> str:
    """A day as it is read: 2 Nov 2026."""
    return f"{day:%-d %b %Y}"


def day_meaning(code: str) -> DiagnosticDefinition:
    """What a marked day is, by its code."""
    return OF_LOSSES.get(code) or DIAGNOSTICS[code]


def status_note(status: str, decided_on: date | None = None) -> str:
    """What a status says, with the day that decided it; empty where all is well."""
    on = "" if decided_on is None else f" on {day_text(decided_on)}"
    if status == OK:
        return f"{OF_LOSSES[LOST_ALL].name}{on}, and stays so." if on else ""
    definition = STATUSES[status]
    return f"{definition.name}{on}. {definition.meaning}"


def reason_note(reason: str | None) -> str:
    """What a reason says; empty without one, and where the status has said it."""
    if not reason or reason == Reason.NO_RETURN:
        return ""
    return f"{REASONS[reason].name}. {REASONS[reason].meaning}"


def notes_of(*sentences: str) -> tuple[str, ...]:
    """Those sentences that say something, each once."""
    return tuple(dict.fromkeys(filter(None, sentences)))
