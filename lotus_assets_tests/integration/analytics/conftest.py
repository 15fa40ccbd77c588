"""The sample book, collected once through the real service, and the API beside it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from lotus_assets.commands.surroundings.lotus_core_preparation import load_sample_book
from lotus_assets.definitions import PORTFOLIO_ANALYTICS
from lotus_assets.graph.layers import LIVE, LIVE_TAG
from lotus_assets.graph.resources import Environment, shared_engine
from lotus_assets.inputs.input_assets import input_asset
from lotus_assets.inputs.input_tables import (
    BENCHMARK_RETURNS,
    MWR_INPUT,
    PERFORMANCE_INPUT,
    RISK_FREE,
)
from lotus_assets.inputs.lotus_core_resource import LotusCore
from lotus_assets.inputs.partitions import last_complete_day, whole_day_tags
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.tables.table import Table
from lotus_assets_tests.conftest import _execute, _with_database
from lotus_assets_tests.integration.services.api.serving import served_api
from lotus_assets_tests.integration.services.lotus_core.served import served

AS_OF = last_complete_day(Settings())
"""The last partition: what partitions there are is settled when the graph is imported."""
NAME = "analytics_book"
OWN = ("twr", "twr_breakdown", "mwr", "returns_series", "risk_statistics")
READ = [input_asset(kind) for kind in (PERFORMANCE_INPUT, MWR_INPUT, BENCHMARK_RETURNS, RISK_FREE)]


@dataclass(frozen=True)
class Collected:
    """A warehouse with inputs and analytics of the book, and the API on the same lotus-core."""

    engine: Engine
    api: httpx.Client

    def run(self, *names: str, tags: dict[str, str] | None = None) -> dg.ExecuteInProcessResult:
        """Work out some analytics in a real run of the whole day, or of what `tags` say."""
        return run_assets(families(names), tags, dg.AssetSelection.assets(*names))

    def live_run(self, *names: str) -> dg.ExecuteInProcessResult:
        """The same as schedule, sensor and `make run` do it: what changed."""
        return self.run(*names, tags={LIVE_TAG: LIVE})

    def rows(self, table: Table) -> pd.DataFrame:
        with self.engine.connect() as connection:
            return read_table(connection, table)

    @cached_property
    def asked(self) -> int:
        """Portfolios that lotus-core was asked for."""
        return self._portfolios("true")

    @cached_property
    def given(self) -> int:
        """Those whose days it gave: it refuses one that holds a currency without a rate."""
        return self._portfolios("status = 'OK'")

    def _portfolios(self, condition: str) -> int:
        statement = (
            "SELECT count(DISTINCT subject) FROM core_payload "  # noqa: S608
            f"WHERE contract = 'performance-input' AND {condition}"
        )
        with self.engine.connect() as connection:
            return int(connection.scalar(text(statement)) or 0)

    def execute(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def ask(self, path: str, **body: Any) -> Any:
        answer = self.api.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def families(names: Collection[str]) -> list[dg.AssetsDefinition]:
    """The assets that fill these tables."""
    keys = {dg.AssetKey(name) for name in names}
    return [family for family in PORTFOLIO_ANALYTICS if family.keys & keys]


def run_assets(
    assets: Sequence[dg.AssetsDefinition],
    tags: dict[str, str] | None = None,
    selection: dg.AssetSelection | None = None,
) -> dg.ExecuteInProcessResult:
    """A real run of `assets`, or of what is selected of them."""
    chosen = selection or dg.AssetSelection.assets(*assets)
    definitions = dg.Definitions(
        assets=assets,
        resources={"environment": Environment(), "lotus_core": LotusCore()},
        jobs=[dg.define_asset_job("portfolios", selection=chosen)],
    )
    job = definitions.resolve_job_def("portfolios")
    # Dagster gives a check that is run alone no partitions, whatever its asset has.
    asked = whole_day_tags(AS_OF, 16) if job.partitions_def else {}
    return job.execute_in_process(raise_on_error=False, tags={**asked, **(tags or {})})


def metadata(result: dg.ExecuteInProcessResult, name: str) -> dict[str, object]:
    """What a run told of a table."""
    assert result.success
    key = dg.AssetKey(name)
    made = [
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == key
    ]
    return {name: value.value for name, value in made[-1].metadata.items()}


@pytest.fixture(scope="package")
def collected(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Collected]:
    folder: Path = tmp_path_factory.mktemp("analytics")
    _execute(server_url, "CREATE DATABASE {} TEMPLATE {}", NAME, template)
    url = _with_database(server_url, NAME)
    load_sample_book(url, folder / "book", AS_OF, lambda _message: None)
    with (
        served(CoreSettings(lotus_core_db_connection=url)) as core,
        pytest.MonkeyPatch.context() as environment,
    ):
        core_url = str(core.client.base_url)
        for name, value in {
            "TEM_DB_CONNECTION": url,
            "TEM_AS_OF": f"{AS_OF + timedelta(days=1)}T12:00:00+00:00",
            "LOTUS_CORE_URL": core_url,
        }.items():
            environment.setenv(name, value)
        result = run_assets([*READ, *families(OWN)])
        assert result.success, [event for event in result.all_events if event.is_step_failure]
        with served_api(ApiSettings(tem_data_dir=folder, lotus_core_url=core_url)) as api:
            yield Collected(shared_engine(url), api)
        shared_engine(url).dispose()
    _execute(server_url, "DROP DATABASE {} WITH (FORCE)", NAME)
