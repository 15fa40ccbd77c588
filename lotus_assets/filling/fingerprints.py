"""Fingerprints: what something was worked out from, in short; equal only if nothing changed."""

import hashlib
import json
from functools import cache
from pathlib import Path


@cache
def code_fingerprint(code: tuple[Path, ...]) -> str:
    """The code (files and folders) that rows are worked out with: another, and all are anew."""
    named = sorted(
        (path.relative_to(part.parent).as_posix(), path.read_text(encoding="utf-8"))
        for part in code
        for path in modules_in(part)
    )
    return digest(named)


def modules_in(part: Path) -> list[Path]:
    """The Python files of a folder, or the one file."""
    return [part] if part.is_file() else list(part.rglob("*.py"))


def digest(content: object) -> str:
    """SHA-256 of JSON content."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
