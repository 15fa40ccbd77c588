"""What cannot be explained, told before anything heavy is imported or read."""

from collections.abc import Collection
from datetime import date, timedelta
from difflib import get_close_matches

from lotus_assets.engine.delivery.metric_keys import EXPORT_ORDER

NAMED = 30
"""So many names a reader still looks through."""


class NotExplained(Exception):
    """There is no such number; the text says which there are."""


def check_metric(key: str) -> None:
    """Refuse a key that is not in the metric catalogue.

    Raises:
        NotExplained: it is not.
    """
    if key not in EXPORT_ORDER:
        raise NotExplained(
            f"There is no metric {key}. {existing('The metrics', EXPORT_ORDER, key)}"
        )


def check_over(day: date, today: date) -> None:
    """Refuse a day that is not over: it has no figures.

    Raises:
        NotExplained: it is not.
    """
    if day >= today:
        last = today - timedelta(days=1)
        raise NotExplained(f"{day} has no figures: the last day that is over is {last}.")


def existing(what: str, names: Collection[str], asked: str = "") -> str:
    """A sentence with the names that there are: the nearest first, and only some of very many."""
    near = get_close_matches(asked, names, n=5, cutoff=0.5)
    ordered = [*near, *(name for name in names if name not in near)]
    if not ordered:
        return f"{what}: none yet."
    more = f", and {len(ordered) - NAMED} more" if len(ordered) > NAMED else ""
    return f"{what}: {', '.join(ordered[:NAMED])}{more}."
