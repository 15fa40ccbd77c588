"""The template made into one file that loads nothing: style, script and data stand in it."""

import base64
import hashlib
import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lotus_assets.benchmarks.page.units import counted
from lotus_assets.benchmarks.page.view import DashboardPage

FOLDER = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["counted"] = counted
TEMPLATES.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}


def page_html(page: DashboardPage) -> bytes:
    """The page as UTF-8.

    Its content security policy lets exactly this style and this script act, by their hashes, and
    lets nothing be loaded, sent, framed or made from text (CSP level 3, Trusted Types).
    """
    style, script = _text("style.css"), _text("behaviour.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )
    return (
        TEMPLATES.get_template("index.html.jinja")
        .render(
            page=page,
            policy=policy,
            style=Markup(style),  # noqa: S704  (a file of this package)
            script=Markup(script),  # noqa: S704
        )
        .encode()
    )


COLOURS = {"slower": "#b3261e", "faster": "#0b6b57", "same": "#6b7580"}


def badge_svg(page: DashboardPage) -> bytes:
    """A small picture for a README: the verdict, and the day of the newest run where all is well.

    No name stands in it: a picture is XML, which does not hold every character.
    """
    verdict = page.verdict
    tone = verdict.tone if page.newest_at is not None else "same"
    return (
        TEMPLATES.get_template("badge.svg.jinja")
        .render(message=_message(page), colour=COLOURS[tone])
        .encode()
    )


def _message(page: DashboardPage) -> str:
    if page.newest_at is None:
        return "no runs yet"
    heading = page.verdict.heading
    words = (heading[:1].lower() + heading[1:]).replace("confirmed ", "")
    return words if page.verdict.tone != "faster" else f"{words}, {page.newest_at:%Y-%m-%d}"


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def canonical(content: object) -> bytes:
    """`content` as UTF-8 JSON that stays the same while the content does; no NaN."""
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
