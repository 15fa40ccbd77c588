"""The page of data quality, and what its tables say."""

from pathlib import PurePosixPath

from lotus_assets.outputs.pages.data_quality import DataQuality
from lotus_assets.outputs.pages.number_forms import percent
from lotus_assets.outputs.pages.page_making import PageMaking
from lotus_assets.outputs.pages.rendering import FOLDER, SORTING, page_html


def quality_files(quality: DataQuality, making: PageMaking) -> dict[str, bytes]:
    """`quality.html`."""
    frame = making.frame(
        PurePosixPath("quality.html"),
        "Data quality",
        "How far the figures can be trusted, and what they lack.",
    )
    page = page_html(
        FOLDER / "templates",
        "quality.html.jinja",
        frame,
        scripts=[SORTING],
        quality=quality,
        troubles=quality.troubles(),
        kept=[check for check in quality.checks if check.is_kept],
        coverage=percent(quality.coverage, 1),
        parity=percent(quality.parity, 2),
        asked=(percent(quality.required_coverage, 0), percent(quality.required_parity, 0)),
    )
    return {"quality.html": page}
