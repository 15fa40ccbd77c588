"""A group's key has one spelling: the input's groups join on the attribution's."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from lotus_assets.analytics.portfolios import attribution
from lotus_assets.analytics.portfolios.attribution_family import FAMILY, compute
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.inputs.input_tables import ATTRIBUTION_INPUT
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.inputs.reading import read_input
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets_tests.integration.inputs.collected_book import (
    APRIL,
    MARCH,
    book_until_april,
    collect,
)

KEYS = ["portfolio_id", "key"]


@pytest.fixture
def client(empty_database: str, tmp_path: Path) -> Iterator[LotusCoreClient]:
    with book_until_april(empty_database, tmp_path) as client:
        yield client


def groups_and_effects(engine: Engine) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The benchmark's groups as the input holds them, and the rows of `attribution`."""
    with engine.connect() as connection:
        payloads = read_payloads(connection, ATTRIBUTION_INPUT, APRIL)
        inputs = PortfolioInputs(connection, APRIL, payloads, FAMILY.reads)
        effects = compute(inputs)[attribution.TABLE]()
        rows = read_input(connection, ATTRIBUTION_INPUT, APRIL)
    groups = rows[rows["part"] == "benchmark_group"].rename(columns={"id": "key"})
    return groups, effects.rename(columns={"group_key": "key"})


@pytest.mark.timeout(600)
def test_every_group_of_the_input_is_a_group_of_the_attribution(
    engine: Engine, client: LotusCoreClient
) -> None:
    collect(engine, client, ATTRIBUTION_INPUT, APRIL)
    groups, effects = groups_and_effects(engine)
    joined = groups[KEYS].drop_duplicates().merge(effects[KEYS].drop_duplicates())
    assert len(joined) == len(groups[KEYS].drop_duplicates()) > 100
    assert groups["key"].str.startswith('{"asset_class": ').all()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("dimensions", ["currency,asset_class,sector", "sector"])
def test_other_dimensions_than_the_month_before_hold_no_group_twice(
    dimensions: str, engine: Engine, client: LotusCoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(engine, client, ATTRIBUTION_INPUT, MARCH)
    monkeypatch.setenv("LOTUS_CORE_GROUP_BY", dimensions)
    collect(engine, client, ATTRIBUTION_INPUT, APRIL)
    _, effects = groups_and_effects(engine)
    first = dimensions.partition(",")[0]
    assert effects["key"].str.startswith(f'{{"{first}": ').all()
    rows = ["portfolio_id", "model", "linking", "period"]
    weights = effects.groupby(rows)[["portfolio_weight", "benchmark_weight"]].sum()
    assert ((weights - 1).abs() < 1e-6).to_numpy().all()
