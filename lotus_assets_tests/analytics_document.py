"""`docs/ANALYTICS.md`, whose definitions follow from the catalogue of measures.

`python -m lotus_assets_tests.analytics_document` writes them anew.
"""

from pathlib import Path

from lotus_assets.analytics.measures.measure_definitions import catalogue_text
from lotus_assets_tests.generated_part import with_generated

DOCUMENT = Path(__file__).parents[1] / "docs" / "ANALYTICS.md"
MARK = "<!-- From here on written by lotus_assets_tests.analytics_document. -->\n"


def document_text(text: str) -> str:
    """`text` up to the mark, and the definitions of the catalogue.

    Raises:
        ValueError: `text` has no mark.
    """
    return with_generated(text, MARK, catalogue_text(), DOCUMENT.name)


if __name__ == "__main__":
    DOCUMENT.write_text(document_text(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
