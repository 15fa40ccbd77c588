"""The dashboard as bytes: the page, the badge, and files for programs."""

import json
from pathlib import Path

from lotus_assets.benchmarks.page.view import DashboardPage
from lotus_assets.outputs.pages import moving_charts
from lotus_assets.outputs.pages.rendering import SHARED_STYLE, THEME, rendered, templates_of

FOLDER = Path(__file__).parent


def page_html(page: DashboardPage) -> bytes:
    """The page as UTF-8; nothing can be loaded by it, and only its own style and scripts act."""
    return rendered(
        FOLDER,
        "index.html.jinja",
        styles=[SHARED_STYLE, *moving_charts.STYLES, FOLDER / "style.css"],
        scripts=[moving_charts.LIBRARY, moving_charts.SCRIPT, FOLDER / "behaviour.js", THEME],
        page=page,
        light=None,
    )


COLOURS = {"slower": "#b3261e", "faster": "#0b6b57", "same": "#6b7580"}


def badge_svg(page: DashboardPage) -> bytes:
    """A small picture for a README: the verdict, and the day of the newest run where all is well.

    No name stands in it: a picture is XML, which does not hold every character.
    """
    verdict = page.verdict
    tone = verdict.tone if page.newest_at is not None else "same"
    return (
        templates_of(FOLDER)
        .get_template("badge.svg.jinja")
        .render(message=_message(page), colour=COLOURS[tone])
        .encode()
    )


def _message(page: DashboardPage) -> str:
    if page.newest_at is None:
        return "no runs yet"
    heading = page.verdict.heading
    words = (heading[:1].lower() + heading[1:]).replace("confirmed ", "")
    return words if page.verdict.tone != "faster" else f"{words}, {page.newest_at:%Y-%m-%d}"


def canonical(content: object) -> bytes:
    """`content` as UTF-8 JSON that stays the same while the content does; no NaN."""
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
