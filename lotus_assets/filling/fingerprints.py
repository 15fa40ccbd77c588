"""Fingerprints: what something was worked out from, in short; equal only if nothing changed."""

import hashlib
import json
from functools import cache
from pathlib import Path


@cache
def code_fingerprint(folders: tuple[Path, ...]) -> str:
    """The code that rows are worked out with: after an upgrade all are worked out anew."""
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return digest([[path.name, path.read_text(encoding="utf-8")] for path in files])


def digest(content: object) -> str:
    """SHA-256 of JSON content."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
