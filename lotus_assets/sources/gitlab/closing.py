"""Which issues a text closes, by GitLab's default closing pattern.

docs.gitlab.com, "Managing issues", section "Default closing pattern": a form of close, fix,
resolve or implement, an optional colon, then one or more references, separated by commas or
"and". A reference is `#12`, `group/project#12` or the address of an issue.
"""

import re
from urllib.parse import urlsplit

_KEYWORD = (
    r"\b(?:[Cc]los(?:e[sd]?|ing)|[Ff]ix(?:e[sd]|ing)?|[Rr]esolv(?:e[sd]?|ing)"
    r"|[Ii]mplement(?:s|ed|ing)?)"
)
_URL = r"https?://[^\s/]{1,255}/[^\s#?]{1,512}?/(?:issues|work_items)/\d{1,10}(?:#\w{0,64})?"
_SHORT = r"(?:[A-Za-z0-9_][\w.-]{0,254}(?:/[A-Za-z0-9_][\w.-]{0,254}){1,20})?#\d{1,10}"
_REFERENCE = rf"(?:{_URL}|{_SHORT})"
_SEPARATOR = r"(?:\s*,?\s+and\s+|\s*,\s*|\s+)"
_STATEMENT = re.compile(
    rf"{_KEYWORD}:?\s+(?:issues?\s+)?"
    rf"({_REFERENCE}(?:{_SEPARATOR}(?:issues?\s+)?{_REFERENCE})*)"
)
_ONE_REFERENCE = re.compile(_REFERENCE)
_ADDRESS = re.compile(r"^/(?P<path>.+?)(?P<dash>/-)?/(?:issues|work_items)/(?P<iid>\d+)")


def closing_references(text: str | None, *, host: str | None = None) -> list[str]:
    """References that `text` closes, in order, each once: `#12` or `group/project#12`.

    An address counts when it is GitLab's own form (with `/-/`) or lies on `host`.
    """
    references: dict[str, None] = {}
    for statement in _STATEMENT.finditer(text or ""):
        for reference in _ONE_REFERENCE.findall(statement.group(1)):
            short = _from_address(reference, host) if "://" in reference else reference
            if short is not None:
                references[short] = None
    return list(references)


def absolute(reference: str, project_path: str) -> tuple[str, int]:
    """(project path, iid) of a reference made in the project at `project_path`."""
    path, _, iid = reference.rpartition("#")
    return path or project_path, int(iid)


def _from_address(address: str, host: str | None) -> str | None:
    parts = urlsplit(address)
    match = _ADDRESS.match(parts.path)
    if match is None or not (match["dash"] or parts.netloc == host):
        return None
    return f"{match['path']}#{match['iid']}"
