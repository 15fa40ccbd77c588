"""`docs/METRICS.md`, whose definitions follow from the metric catalogue.

`python -m lotus_assets_tests.metrics_document` writes them anew.
"""

from pathlib import Path

from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.analytics.delivery.metric_definitions import definitions_text
from lotus_assets_tests.generated_part import with_generated

DOCUMENT = Path(__file__).parents[1] / "docs" / "METRICS.md"
MARK = "<!-- From here on written by lotus_assets_tests.metrics_document. -->\n"


def document_text(text: str) -> str:
    """`text` up to the mark, and the definitions of the catalogue.

    Raises:
        ValueError: `text` has no mark.
    """
    return with_generated(text, MARK, definitions_text(CATALOGUE), DOCUMENT.name)


if __name__ == "__main__":
    DOCUMENT.write_text(document_text(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
