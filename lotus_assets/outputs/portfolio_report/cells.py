"""Cells of tables: the figure rounded as text, and whole, as the tables have it, beside it.

A page has thousands of them; made by macros of templates they took half of its time.
"""

from markupsafe import Markup

from lotus_assets.outputs.pages.number_forms import DASH, signed_percent
from lotus_assets.outputs.pages.number_forms import percent as percent_text
from lotus_assets.outputs.portfolio_report.figure_texts import money as money_text
from lotus_assets.outputs.portfolio_report.figure_texts import points as points_text


def cell(value: float | None, text: str) -> Markup:
    """A cell of any figure; `text` holds digits and signs alone, nothing to be escaped."""
    whole = "" if value is None else repr(value)
    return Markup(f'<td class="number" data-value="{whole}">{text}</td>')  # noqa: S704


def percent(value: float | None) -> Markup:
    """A share: 1.23 %."""
    return cell(value, percent_text(value))


def signed(value: float | None) -> Markup:
    """A return: +1.23 %."""
    return cell(value, signed_percent(value))


def points(value: float | None) -> Markup:
    """An effect in basis points: +12.3."""
    return cell(value, points_text(value))


def money(value: float | None) -> Markup:
    """An amount."""
    return cell(value, money_text(value))


def ratio(value: float | None) -> Markup:
    """A number without unit."""
    return cell(value, DASH if value is None else f"{value:,.2f}")


def count(value: int | None) -> Markup:
    """A whole number."""
    return cell(value, DASH if value is None else f"{value:,}")


def unrounded(value: float | None) -> Markup:
    """A figure as the tables have it."""
    return cell(value, DASH if value is None else repr(value))


FORMS = {"percent": percent, "ratio": ratio, "count": count}
"""By the name under which a column is declared."""
