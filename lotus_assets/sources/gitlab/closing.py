"""Which issues a text closes, by GitLab's default closing pattern, to the letter.

docs.gitlab.com, "Managing issues", section "Default closing pattern": a form of close, fix,
resolve or implement, an optional colon, spaces, then references, with spaces, commas or "and"
between them; a new line ends it. A reference is `#12`, `GL-12`, `project#12` of the same
namespace, `group/project#12` or the address of an issue (`Issue.reference_pattern`,
`Project.reference_pattern`, `Gitlab::ClosingIssueExtractor` of GitLab's source).
"""

import re
from urllib.parse import urlsplit

_SEGMENT = r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}(?<!\.git)(?<!\.atom)"
_PATH = rf"(?<![A-Za-z0-9_.])(?:{_SEGMENT}/){{0,20}}{_SEGMENT}"
_NUMBER = r"\d+(?:\+s?)?(?!\w)"
_SHORT = rf"(?:(?:{_PATH})?#|GL-){_NUMBER}"
_URL = r"https?://[^\s>]{1,300}(?<![?!.,:])"
_REFERENCE = rf"(?:{_URL}|{_SHORT})"
_STATEMENT = re.compile(
    r"\b(?:[Cc]los(?:e[sd]?|ing)|\b[Ff]ix(?:e[sd]|ing)?|\b[Rr]esolv(?:e[sd]?|ing)"
    r"|\b[Ii]mplement(?:s|ed|ing)?):? +"
    rf"(?:(?:issues? +)?{_REFERENCE}(?: *,? +and +| *,? *)?|[A-Z][A-Z0-9_]+-\d+)+"
)
_ONE_REFERENCE = re.compile(_REFERENCE)
_PARTS = re.compile(r"^(?P<path>.*)(?:#|GL-)(?P<iid>\d+)(?:\+s?)?$")
_ADDRESS = re.compile(
    r"^/(?P<path>.+?)(?P<dash>/-)?/(?:issues(?:/incident)?|work_items)/(?P<iid>\d+)(?!\w)"
)
LARGEST_IID = 2**31 - 1
"""GitLab keeps the number in an integer; whatever is larger names no issue."""


def closing_references(text: str | None, *, host: str | None = None) -> list[str]:
    """References that `text` closes, in order, each once: `#12`, `project#12`, `group/project#12`.

    An address counts when it is GitLab's own form (with `/-/`) or lies on `host`. No issue has the
    number 0, which templates write as a placeholder.
    """
    references: dict[str, None] = {}
    for statement in _STATEMENT.finditer(text or ""):
        for reference in _ONE_REFERENCE.findall(statement.group()):
            match = _address(reference, host) if "://" in reference else _PARTS.match(reference)
            if match is not None and 1 <= int(match["iid"]) <= LARGEST_IID:
                references[f"{match['path']}#{int(match['iid'])}"] = None
    return list(references)


def _address(address: str, host: str | None) -> re.Match[str] | None:
    parts = urlsplit(address)
    match = _ADDRESS.match(parts.path)
    is_ours = match is not None and (match["dash"] or parts.netloc == host)
    return match if is_ours else None
