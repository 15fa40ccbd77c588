"""The GraphQL documents: each file of `queries/` with the fragments that it spreads."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"
_SPREAD = re.compile(r"\.\.\.(?!\s*on\b)\s*(\w+)")


@cache
def document(name: str, *, is_enterprise: bool = True) -> str:
    """The text of query `name` with every fragment it needs, ready to be sent.

    `is_enterprise` decides what the fragment `Licensed` holds: GitLab Free refuses a whole query
    that names a licensed field.
    """
    texts = {name: _read(name)}
    waiting = [name]
    while waiting:
        for fragment in _SPREAD.findall(texts[waiting.pop()]):
            file = _fragment_file(fragment, is_enterprise=is_enterprise)
            if file not in texts:
                texts[file] = _read(file)
                waiting.append(file)
    return "\n".join(texts.values())


def operations() -> list[str]:
    """Names of all queries, fragments left out."""
    files = sorted(path.stem for path in FOLDER.glob("*.graphql"))
    return [name for name in files if not name.endswith("_fragment")]


def _fragment_file(fragment: str, *, is_enterprise: bool) -> str:
    if fragment == "Licensed" and not is_enterprise:
        return "unlicensed_fragment"
    return f"{fragment.lower()}_fragment"


def _read(name: str) -> str:
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
