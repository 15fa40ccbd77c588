"""Data beside a page, which loads them when they are wanted: `fetch` is refused from a file."""

import json
from typing import Any

from lotus_assets.outputs.pages.rendering import FOLDER, JSON_FORM

LOADING = FOLDER / "behaviour" / "pieces.js"
"""Loads pieces; before the script that asks for them."""


def piece(name: str, content: Any) -> bytes:
    """A script that hands `content` over."""
    # A script may not hold the two line separators that JSON may.
    text = json.dumps(content, allow_nan=False, **JSON_FORM)
    text = text.replace("\u2028", " ").replace("\u2029", " ")
    return f"piece({json.dumps(name)},{text})\n".encode()
