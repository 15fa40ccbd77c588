"""The weekly view: the last complete week for those who lead, on one page that also prints."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import PurePosixPath

from lotus_assets.analytics.delivery.metric import Family, MetricWindow
from lotus_assets.outputs.pages.charts import sparkline
from lotus_assets.outputs.pages.number_forms import personal
from lotus_assets.outputs.pages.page_making import PageMaking
from lotus_assets.outputs.pages.rendering import FOLDER, page_html
from lotus_assets.outputs.pages.weekly_changes import WEEKS, WeeklyFigure


def weekly_page(
    figures: Sequence[WeeklyFigure], sunday: date, restated: Mapping[date, int], making: PageMaking
) -> dict[str, bytes]:
    """`weekly.html` about the week that ends with `sunday`.

    `restated` says how many figures of a week were restated, by its Sunday.
    """
    year, week, _ = sunday.isocalendar()
    name = f"{year}-W{week:02}"
    frame = making.frame(
        PurePosixPath("weekly.html"),
        f"Week {week} of {year}",
        f"{_days(sunday, MetricWindow.WEEK)}: counts by week cover these days, all else the 30 "
        f"days {_days(sunday, MetricWindow.MONTH)}, or how it stood at their end.",
    )
    parts = list(dict.fromkeys(figure.part for figure in figures))
    by_place = {(figure.metric.key, figure.part): figure for figure in figures}
    whole = [figure for figure in figures if figure.part == parts[0]]
    page = page_html(
        FOLDER / "templates",
        "weekly.html.jinja",
        frame,
        parts=parts,
        worse=_widest_first(figures, "worse"),
        better=_widest_first(figures, "better"),
        restated=_restated(restated, sunday),
        missed=[figure for figure in figures if figure.is_met is False],
        has_targets=any(figure.target for figure in figures),
        families=[
            (
                family,
                [
                    (figure, [by_place[figure.metric.key, part] for part in parts])
                    for figure in whole
                    if figure.metric.family is family
                ],
            )
            for family in Family
        ],
        weeks=[(sunday - timedelta(weeks=weeks)).isoformat() for weeks in range(WEEKS - 1, -1, -1)],
        past=[
            (
                figure,
                [personal(float(value), figure.metric.unit) for value in figure.weeks],
                sparkline(figure.weeks, label=f"{figure.metric.name}, {WEEKS} weeks"),
            )
            for figure in whole
        ],
        files=[f"../weekly/{name}/{part}" for part in ("org.json", "org.csv", "teams.csv")],
    )
    return {"weekly.html": page}


def _widest_first(figures: Sequence[WeeklyFigure], news: str) -> list[WeeklyFigure]:
    listed = [figure for figure in figures if figure.news == news]
    return sorted(listed, key=lambda figure: figure.part.level != "org")


def _restated(restated: Mapping[date, int], sunday: date) -> list[str]:
    """What was restated of this week's and the last one's numbers; nothing where none was."""
    weeks = [("last week", sunday - timedelta(weeks=1)), ("this week", sunday)]
    return [
        f"{count} {'number' if count == 1 else 'numbers'} of {name} ({_ended(day)})"
        for name, day in weeks
        if (count := restated.get(day, 0))
    ]


def _ended(sunday: date) -> str:
    return f"to {sunday.strftime('%-d %B')}"


def _days(sunday: date, window: MetricWindow) -> str:
    first = sunday - timedelta(days=int(window) - 1)
    return f"{first.strftime('%-d %B')} to {sunday.strftime('%-d %B %Y')}"
