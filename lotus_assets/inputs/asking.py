"""What the requests of several inputs share: which portfolios are asked for, and which window."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.sources.lotus_core.catalogue import ListedPortfolio
from lotus_assets.sources.lotus_core.client import LotusCoreClient


def open_portfolios(client: LotusCoreClient, as_of: date) -> Iterator[ListedPortfolio]:
    """Portfolios that had opened by the day; closed ones have a past that is asked for too."""
    for entry in client.portfolios(as_of):
        if entry.open_date <= as_of:
            yield entry


def report_window(entry: ListedPortfolio, as_of: date, settings: InputSettings) -> dict[str, Any]:
    """The window of a report, from the portfolio's opening at the earliest, to its closing."""
    start = max(as_of - timedelta(days=settings.lotus_core_report_days - 1), entry.open_date)
    closed = entry.close_date
    is_closed_within = closed is not None and start <= closed < as_of
    return {
        "as_of_date": str(as_of),
        "report_start_date": str(start),
        "report_end_date": str(closed if is_closed_within else as_of),
    }


def series_window(as_of: date, first: date, settings: InputSettings) -> dict[str, Any]:
    """The window of a daily series that begins on `first`."""
    start = max(first, as_of - timedelta(days=settings.lotus_core_lookback_days - 1))
    window = {"start_date": str(start), "end_date": str(as_of)}
    return {"as_of_date": str(as_of), "window": window, "frequency": "DAILY"}
