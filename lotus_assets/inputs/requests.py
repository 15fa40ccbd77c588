"""What each input asks of lotus-core as of a day: one request a portfolio, benchmark or series."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from lotus_assets.inputs.core_positions_input import SECTIONS
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked
from lotus_assets.sources.lotus_core.catalogue import ListedPortfolio
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.tables.portfolio_columns import PERIODS


def _open(client: LotusCoreClient, as_of: date) -> Iterator[ListedPortfolio]:
    """Portfolios that had opened by the day; closed ones have a past that is asked for too."""
    for entry in client.portfolios(as_of):
        if entry.open_date <= as_of:
            yield entry


def performance(client: LotusCoreClient, as_of: date, inputs: InputSettings) -> Iterator[Asked]:
    """The longest lookback that the contract has."""
    for entry in _open(client, as_of):
        body = {"as_of_date": str(as_of), "lookback_days": inputs.lotus_core_lookback_days}
        yield Asked(entry.portfolio_id, entry.data_version, body, last_day=entry.close_date)


def mwr(client: LotusCoreClient, as_of: date, _inputs: InputSettings) -> Iterator[Asked]:
    """Every period of every portfolio that has not closed before it began."""
    for entry in _open(client, as_of):
        for period in PERIODS:
            body = {"as_of_date": str(as_of), "period": period}
            yield Asked(entry.portfolio_id, entry.data_version, body, period)


def _report(entry: ListedPortfolio, as_of: date, inputs: InputSettings) -> dict[str, Any]:
    start = as_of - timedelta(days=inputs.lotus_core_report_days - 1)
    return {
        "as_of_date": str(as_of),
        "report_start_date": str(max(start, entry.open_date)),
        "report_end_date": str(as_of),
    }


def attribution(client: LotusCoreClient, as_of: date, inputs: InputSettings) -> Iterator[Asked]:
    """Instruments and benchmark groups of the report window."""
    for entry in _open(client, as_of):
        groups = {"group_by_dimensions": list(inputs.lotus_core_group_by)}
        body: Mapping[str, Any] = {**_report(entry, as_of, inputs), **groups}
        yield Asked(entry.portfolio_id, entry.data_version, body)


def contribution(client: LotusCoreClient, as_of: date, inputs: InputSettings) -> Iterator[Asked]:
    """Positions of the report window, with every dimension that is supported."""
    for entry in _open(client, as_of):
        yield Asked(entry.portfolio_id, entry.data_version, _report(entry, as_of, inputs))


def positions(client: LotusCoreClient, as_of: date, _inputs: InputSettings) -> Iterator[Asked]:
    """What every portfolio holds on the day."""
    for entry in _open(client, as_of):
        body = {"as_of_date": str(as_of), "sections": list(SECTIONS)}
        yield Asked(entry.portfolio_id, entry.data_version, body)


def assignments(client: LotusCoreClient, as_of: date, _inputs: InputSettings) -> Iterator[Asked]:
    """Which benchmark every portfolio is held against on the day."""
    for entry in _open(client, as_of):
        yield Asked(entry.portfolio_id, entry.data_version, {"as_of_date": str(as_of)})


def _series(as_of: date, first: date, inputs: InputSettings) -> dict[str, Any]:
    start = max(first, as_of - timedelta(days=inputs.lotus_core_lookback_days - 1))
    window = {"start_date": str(start), "end_date": str(as_of)}
    return {"as_of_date": str(as_of), "window": window, "frequency": "DAILY"}


def benchmark_returns(
    client: LotusCoreClient, as_of: date, inputs: InputSettings
) -> Iterator[Asked]:
    """Daily returns of every benchmark that has been set up by the day."""
    for entry in client.benchmarks(as_of):
        if entry.first_date is not None and entry.first_date <= as_of:
            body = _series(as_of, entry.first_date, inputs)
            yield Asked(entry.benchmark_id, entry.data_version, body)


def risk_free(client: LotusCoreClient, as_of: date, inputs: InputSettings) -> Iterator[Asked]:
    """Every stored series, in the mode in which it is stored."""
    for entry in client.risk_free_series(as_of):
        if entry.first_date <= as_of:
            body = {
                **_series(as_of, entry.first_date, inputs),
                "currency": entry.currency,
                "series_mode": entry.series_mode,
            }
            yield Asked(entry.currency, entry.data_version, body, entry.series_mode)
