"""What the codes of diagnostics mean: in the answers and their OpenAPI document.

A diagnostic is never an error: the answer stands, and something about it is worth knowing.
"""

from lotus_assets.analytics.measures import diagnostics

DIAGNOSTICS = {code: entry.meaning for code, entry in diagnostics.DIAGNOSTICS.items()}
"""Code → meaning, by code."""

MEANINGS = "\n".join(f"- `{code}`: {meaning}" for code, meaning in DIAGNOSTICS.items())
"""All of them as a list in Markdown."""


def known_code(code: str) -> str:
    """The code; one that is not explained above may not be told.

    Raises:
        ValueError: it is not explained.
    """
    if code not in DIAGNOSTICS:
        raise ValueError(f"the diagnostic {code} has no explanation in diagnostic_codes")
    return code
