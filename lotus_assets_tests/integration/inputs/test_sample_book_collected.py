"""The sample book through the loader, the real service and every input: nothing is quarantined."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from lotus_assets.inputs import core_payload, input_tables
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.reading import read_input
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets_tests.integration.inputs.collected_book import (
    APRIL,
    MARCH,
    book_until_april,
    collect,
)

PORTFOLIOS = 45
"""All of the book but those that open in 2024 and 2025."""
EVERY = (*input_tables.INPUTS, input_tables.BENCHMARK_ASSIGNMENT)


@pytest.fixture
def client(empty_database: str, tmp_path: Path) -> Iterator[LotusCoreClient]:
    with book_until_april(empty_database, tmp_path) as client:
        yield client


def contents(engine: Engine) -> dict[str, pd.DataFrame]:
    with engine.connect() as connection:
        return {table.name: read_table(connection, table) for table in input_tables.TABLES}


@pytest.mark.timeout(600)
def test_every_input_is_filled_twice_with_the_same_rows(
    engine: Engine, client: LotusCoreClient
) -> None:
    for kind in EVERY:
        report = collect(engine, client, kind, APRIL)
        assert report.quarantined.empty, report.quarantined["reason"].tolist()
        assert not report.refused, (kind.contract.name, report.refused)
    first = contents(engine)
    assert all(len(rows) for rows in first.values())
    assert first["core_performance_input"]["portfolio_id"].nunique() == PORTFOLIOS
    for kind in EVERY:
        again = collect(engine, client, kind, APRIL)
        assert again.unchanged == again.asked, kind.contract.name
    second = contents(engine)
    for name, rows in first.items():
        pd.testing.assert_frame_equal(second[name], rows)
    _check_sums(first)


def _check_sums(found: dict[str, pd.DataFrame]) -> None:
    """Positions add up to their portfolio, day by day; groups weigh one."""
    contribution = found["core_contribution_input"]
    own = contribution[contribution["part"] == "portfolio"]
    parts = contribution[contribution["part"] == "position"]
    keys = ["portfolio_id", "perf_date"]
    sums = parts.groupby(keys)[["end_mv", "bod_cf", "eod_cf", "mgmt_fees"]].sum()
    expected = own.set_index(keys)[sums.columns]
    off = (sums - expected).abs().astype(float) / expected["end_mv"].abs().max()
    assert off.to_numpy().max() < 1e-12
    groups = found["core_attribution_input"].query("part == 'benchmark_group'")
    weights = groups.groupby(keys)["weight_bop"].sum()
    assert (weights - 1).abs().max() < 1e-8


@pytest.mark.timeout(600)
def test_a_day_is_the_same_whenever_it_is_collected(
    engine: Engine, client: LotusCoreClient
) -> None:
    kind = EVERY[0]
    days = [date(2021, 11, 5), MARCH, APRIL]
    for as_of in (days[1], days[2], days[0]):
        assert collect(engine, client, kind, as_of).quarantined.empty
    with engine.connect() as connection:
        stored = [read_input(connection, kind, day) for day in days]
        known = read_table(connection, core_payload.TABLE)
    for day, rows in zip(days, stored, strict=True):
        asked = {each.subject: each for each in kind.ask(client, day, InputSettings())}
        for name in ("PF-003", "PF-043", "PF-044"):
            table = client.payload(kind.contract, name, asked[name].body).pages[0].rows
            own = rows[rows["portfolio_id"] == name]
            values = [float(value) for value in table["end_mv"].to_pylist()]
            assert own["end_mv"].tolist() == values
    # Corrections of prices tell the days apart.
    assert stored[0]["end_mv"].tolist() != stored[2]["end_mv"].tolist()[: len(stored[0])]
    assert known.groupby("as_of_date")["subject"].nunique().tolist() == [PORTFOLIOS] * 3
