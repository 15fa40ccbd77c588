"""The page of data quality, and what its tables say."""

from datetime import datetime
from pathlib import PurePosixPath

from lotus_assets.outputs.pages.data_quality import DataQuality
from lotus_assets.outputs.pages.number_forms import percent
from lotus_assets.outputs.pages.rendering import FOLDER, SORTING, PageFrame, page_html


def quality_files(quality: DataQuality, generated_at: datetime) -> dict[str, bytes]:
    """`quality.html`."""
    frame = PageFrame(
        PurePosixPath("quality.html"),
        "Data quality",
        generated_at,
        quality.day,
        "How far the figures can be trusted, and what they lack.",
        quality.light(),
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
