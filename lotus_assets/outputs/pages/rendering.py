"""Templates made into pages that load nothing from elsewhere: style and scripts stand in them."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from lotus_assets.outputs.pages import moving_charts
from lotus_assets.outputs.pages.light import Light
from lotus_assets.outputs.pages.number_forms import counted

FOLDER = Path(__file__).parent
SECTIONS = (
    ("Overview", "index.html"),
    ("Weekly", "weekly.html"),
    ("Portfolios", "portfolios/index.html"),
    ("Restated numbers", "restatements.html"),
    ("Data quality", "quality.html"),
)
"""What every page leads to: name, and address below the folder of the pages."""
SHARED_STYLE = FOLDER / "style.css"
PARTS_STYLE = FOLDER / "parts.css"
"""Of what the benchmark dashboard has none of: light, bars, heat maps, sparklines."""
THEME = FOLDER / "behaviour" / "theme.js"
EXPLAINING = FOLDER / "behaviour" / "explaining.js"
SORTING = FOLDER / "behaviour" / "sorting.js"
"""Sorts tables of class `sortable`."""


@dataclass(frozen=True)
class PageFrame:
    """Where a page stands below the folder of the pages, and what its head and foot say."""

    path: PurePosixPath
    title: str
    generated_at: datetime
    """Aware; shown in UTC."""
    data_day: date | None = None
    subtitle: str = ""
    light: Light | None = None
    crumbs: Sequence[tuple[str, str]] = ()
    """The pages above it: name and address, seen from this page."""


def page_html(
    folder: Path,
    template: str,
    frame: PageFrame,
    *,
    styles: Sequence[Path] = (),
    scripts: Sequence[Path] = (),
    loads_data: bool = False,
    is_moving: bool = False,
    **context: Any,
) -> bytes:
    """A page as UTF-8, made of a template in `folder` that extends `pages/base.html.jinja`.

    `pages/charts.html.jinja` and `pages/text.html.jinja` hold the macros that templates import.
    `styles` and `scripts` come after those that every page has. With `loads_data`, the page may
    load scripts that stand beside it; with `is_moving`, its charts move, by `moving_charts.FILE`.
    """
    root = "../" * (len(frame.path.parts) - 1)
    moving_styles = moving_charts.STYLES if is_moving else ()
    return rendered(
        folder,
        template,
        styles=[SHARED_STYLE, PARTS_STYLE, *moving_styles, *styles],
        scripts=[THEME, *scripts],
        loads_data=loads_data or is_moving,
        library=f"{root}{moving_charts.FILE}" if is_moving else "",
        frame=frame,
        root=root,
        path=str(frame.path),
        sections=SECTIONS,
        light=frame.light,
        crumbs=frame.crumbs,
        **context,
    )


def rendered(
    folder: Path,
    template: str,
    *,
    styles: Sequence[Path],
    scripts: Sequence[Path],
    loads_data: bool = False,
    library: str = "",
    **context: Any,
) -> bytes:
    """A template of `folder` that extends the base, with a policy of exactly these texts."""
    style = "\n".join(_text(path) for path in styles)
    behaviour = [_text(path) for path in scripts]
    page = (
        templates_of(folder)
        .get_template(template)
        .render(
            policy=content_policy(style, behaviour, loads_data=loads_data),
            library=library,
            style=Markup(style),  # noqa: S704  (files of this package)
            scripts=[Markup(script) for script in behaviour],  # noqa: S704
            **context,
        )
    )
    return page.encode()


def content_policy(style: str, scripts: Sequence[str], *, loads_data: bool) -> str:
    """A content security policy that lets exactly this style and these scripts act, by hashes.

    Nothing may be loaded, sent, framed or made from text (CSP level 3, Trusted Types); with
    `loads_data`, scripts that stand beside the page may be loaded.
    """
    hashes = [*(f"'{_hash(script)}'" for script in scripts), *(["'self'"] if loads_data else [])]
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(hashes)}",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )


@cache
def templates_of(folder: Path) -> Environment:
    """The templates of `folder`, and those that all pages share as `pages/…`; all text escaped."""
    shared = PrefixLoader({"pages": FileSystemLoader(FOLDER / "templates")})
    environment = Environment(
        loader=ChoiceLoader([shared, FileSystemLoader(folder)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    environment.policies["json.dumps_kwargs"] = JSON_FORM
    return environment


JSON_FORM: Mapping[str, Any] = {"separators": (",", ":"), "ensure_ascii": False}


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
