"""The pictures of README.md, taken anew of the pages of a run of the sample.

`python -m lotus_assets_tests.readme_pictures exports/pages`, after `make run`.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from lotus_assets_tests.e2e.watched_page import chromium

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = {"overview.png": "index.html", "portfolio_report.png": "portfolios/PF-003.html"}
"""File in docs/ → page below the folder of the pages."""
WIDTH, HEIGHT, COLOURS = 1200, 850, 256
"""Of a picture: flat areas and thin lines take a few colours, and some 60 kB."""


def take(pages: Path) -> None:
    """Write what a reader sees first of every page, once its charts are drawn."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        for name, path in PICTURES.items():
            page.goto((pages / path).resolve().as_uri())
            page.wait_for_function(
                "!document.querySelector('.plotted') || document.querySelector('canvas')"
            )
            seen = Image.open(BytesIO(page.screenshot())).convert("RGB")
            # The median cut would mix the lamp's amber into the red of worse figures.
            few = seen.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.save(DOCS / name, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
