"""Rows of `restatement` as a page for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.filling.restatement import CAUSES
from lotus_assets.outputs.pages.number_forms import DASH, counted, personal, significant
from lotus_assets.outputs.pages.rendering import SORTING, PageFrame, page_html
from lotus_assets.sources.warehouse.copying import records

FOLDER = Path(__file__).parent
NAME = "restatements.html"
GONE = "gone"


@dataclass(frozen=True)
class RestatedRow:
    """One restated number as the page says it."""

    restated_at: datetime
    day: date
    subject: str
    figure: str
    before: str
    since: str
    cause: str
    what: str


def restated_page(
    latest: pd.DataFrame, counts: Mapping[str, int], generated_at: datetime
) -> dict[str, bytes]:
    """The page by its path below the folder of the pages.

    `latest` are rows of `restatement`, `counts` how many there are of all by their cause.
    """
    number = sum(counts.values())
    rows = [_row(row) for row in records(latest)]
    summary = f"{counted(number, 'number')} restated so far."
    if number > len(rows):
        summary += f" The latest {len(rows):,} are below; the table restatement holds all."
    frame = PageFrame(PurePosixPath(NAME), "Restated numbers", generated_at)
    causes = [(_words(cause), f"{count:,}", _meaning(cause)) for cause, count in counts.items()]
    return {
        NAME: page_html(
            FOLDER,
            "restatements.html.jinja",
            frame,
            scripts=[SORTING],
            summary=summary,
            causes=causes,
            rows=rows,
        )
    }


def _row(row: Mapping[str, Any]) -> RestatedRow:
    metric, reasons = BY_KEY.get(row["figure"]), json.loads(row["reasons"])
    since = GONE if row["is_vanished"] else _number(row["new_value"], metric)
    return RestatedRow(
        restated_at=row["restated_at"],
        day=row["figure_date"].date(),
        subject=row["subject"],
        figure=metric.name if metric else f"{row['table_name']}: {row['figure']}",
        before=_number(row["old_value"], metric),
        since=since,
        cause=_words(row["cause"]),
        what=_what(reasons["named"], reasons["more"]),
    )


def _number(value: float | None, metric: Any) -> str:
    if value is None:
        return DASH
    return significant(value, 6) if metric is None else personal(value, str(metric.unit))


def _what(names: Sequence[str], more: int) -> str:
    listed = ", ".join(names[:3])
    beside = len(names[3:]) + more
    return f"{listed} and {beside:,} more" if beside else listed


def _words(cause: str) -> str:
    return cause.replace("_", " ")


def _meaning(cause: str) -> str:
    return "; ".join(CAUSES[name] for name in cause.split("; "))
