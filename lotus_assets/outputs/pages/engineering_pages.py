"""All engineering pages about a day: frames and what is known of their quality in, files out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePosixPath

import pandas as pd

from lotus_assets.analytics.delivery.history_days import last_sunday
from lotus_assets.outputs.explanations.day_rows import DayFacts
from lotus_assets.outputs.pages.data_quality import DataQuality
from lotus_assets.outputs.pages.day_pieces import day_files, days_of
from lotus_assets.outputs.pages.metric_history import MetricHistory
from lotus_assets.outputs.pages.metric_page import metric_files
from lotus_assets.outputs.pages.moving_charts import library_file
from lotus_assets.outputs.pages.overview import overview_files
from lotus_assets.outputs.pages.page_making import PageMaking
from lotus_assets.outputs.pages.quality_page import quality_files
from lotus_assets.outputs.pages.rendering import FOLDER, PageFrame, page_html
from lotus_assets.outputs.pages.tiles import tiles_of
from lotus_assets.outputs.pages.weekly_changes import weekly_figures
from lotus_assets.outputs.pages.weekly_page import weekly_page
from lotus_assets.sources.rules_file import Rules

NO_FIGURES = {
    "index.html": (
        "Overview",
        "No day has figures yet: the page of data quality says what is wrong.",
    ),
}
NOT_YET = {
    "portfolios/index.html": (
        "Portfolios",
        "No portfolio report was made yet: the job portfolio_full makes them.",
    ),
    "weekly.html": ("Weekly view", "The last complete week has no figures yet."),
    "restatements.html": (
        "Restated numbers",
        "No figure that was exported has changed so far.",
    ),
}
"""Pages that others make, and what stands there until then."""


def engineering_files(
    metric_daily: pd.DataFrame,
    facts: DayFacts,
    quality: DataQuality,
    *,
    restated: Mapping[date, int],
    rules: Rules,
    generated_at: datetime,
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Files by their paths below the folder of the pages; those that hold a place for others.

    Args:
        metric_daily: the day of `facts`, and days before it.
        facts: what the figures of the day are made of.
        quality: what is known of the figures' quality.
        restated: how many figures of a week were restated, by its Sunday; of none: 0.
        rules: have the targets.
        generated_at: is shown; aware.

    Raises:
        ValueError: `metric_daily` has no row of the day.
    """
    history = MetricHistory.of(metric_daily, facts.day)
    making = PageMaking(generated_at, facts.day, quality.light())
    tiles = tiles_of(history, facts.day, rules)
    files = {
        **overview_files(tiles, making, days_of(history)[1:]),
        **day_files(history, rules),
        **metric_files(tiles, history, facts, making),
        **weekly_files(metric_daily, restated, rules, making),
        **quality_files(quality, generated_at),
        **library_file(),
    }
    return files, {name: _not_yet(name, text, making) for name, text in NOT_YET.items()}


def files_without_figures(
    quality: DataQuality, generated_at: datetime
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The same where no day has figures yet: the page of data quality, and what leads there."""
    about = PageMaking(generated_at, quality.expected_day, quality.light())
    overview = {name: _not_yet(name, text, about) for name, text in NO_FIGURES.items()}
    entries = {name: _not_yet(name, text, about) for name, text in NOT_YET.items()}
    return {**overview, **quality_files(quality, generated_at)}, entries


def weekly_files(
    metric_daily: pd.DataFrame, restated: Mapping[date, int], rules: Rules, making: PageMaking
) -> dict[str, bytes]:
    """`weekly.html` about the last complete week; nothing without its Sunday in the table."""
    sunday = last_sunday(making.data_day)
    if not metric_daily["date"].eq(pd.Timestamp(sunday)).any():
        return {}
    figures = weekly_figures(MetricHistory.of(metric_daily, sunday), sunday, rules)
    about = replace(making, data_day=sunday)
    return weekly_page(figures, sunday, restated, about)


def _not_yet(name: str, title_and_sentence: tuple[str, str], making: PageMaking) -> bytes:
    title, sentence = title_and_sentence
    frame = PageFrame(PurePosixPath(name), title, making.generated_at, light=making.light)
    return page_html(FOLDER / "templates", "not_yet.html.jinja", frame, sentence=sentence)
