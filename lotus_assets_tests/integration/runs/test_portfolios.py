"""The portfolio side in real runs against the real lotus-core with the sample book."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from pydantic import SecretStr

from lotus_assets.analytics.portfolios.portfolio_assets import PORTFOLIOS_TAG
from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import Execution, execute
from lotus_assets.commands.surroundings.lotus_core_preparation import load_sample_book
from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.definitions import defs
from lotus_assets.graph.input_checks import INPUT
from lotus_assets.graph.resources import Environment, shared_engine
from lotus_assets.inputs.lotus_core_resource import LotusCore
from lotus_assets.inputs.partitions import (
    AS_OF,
    SHARD,
    last_complete_day,
    shard_keys,
    whole_day_tags,
)
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings
from lotus_assets_tests.integration.runs.contents import business_rows, differences, one
from lotus_assets_tests.integration.services.lotus_core.served import Core, served

DAY = last_complete_day(Settings())
"""The last partition: what partitions there are is settled when the graph is imported."""
SHORT = {"LOTUS_CORE_LOOKBACK_DAYS": "90", "LOTUS_CORE_REPORT_DAYS": "60"}
INPUTS = {
    "core_performance_input",
    "core_mwr_input",
    "core_attribution_input",
    "core_contribution_input",
    "core_positions_input",
    "core_benchmark_returns",
    "core_risk_free",
}


@dataclass(frozen=True)
class Book:
    """A warehouse, and a lotus-core that serves the sample book from it."""

    url: str
    folder: Path
    core: Core
    patch: Callable[[str, str], None] = field(repr=False)

    def load(self, **files: str) -> None:
        """Load CSV files by name."""
        folder = self.folder / f"files-{datetime.now(UTC):%H%M%S%f}"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        load_folder(self.core.engine, folder)

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        for name, value in dagster_variables(Settings(), self.url).items():
            self.patch(name, value)
        try:
            with dg.DagsterInstance.get() as instance:
                yield instance
        finally:
            shared_engine(self.url).dispose()
            shared_engine.cache_clear()

    def run(self, tags: Mapping[str, str] | None = None, **more: Any) -> Execution:
        """A run of `portfolio_full`: the whole day, or what `tags` or a partition key say."""
        asked = whole_day_tags(DAY, 16) if tags is None and not more else tags
        with self.instance() as instance, console_on_stderr() as console:
            job = defs.resolve_job_def("portfolio_full")
            return execute(job, instance, console, tags=asked, **more)

    def look(self) -> "dg.RunRequest | dg.SkipReason":
        """What the sensor says now."""
        sensor = defs.resolve_sensor_def("changed_portfolios")
        resources = {"environment": Environment(), "lotus_core": LotusCore()}
        with (
            self.instance() as instance,
            dg.build_sensor_context(instance, resources=resources) as context,
        ):
            said = sensor(context)
        if isinstance(said, list):
            [said] = said
        assert isinstance(said, dg.RunRequest | dg.SkipReason)
        return said


@pytest.fixture
def book(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    load_sample_book(database, tmp_path / "book", DAY, lambda _message: None)
    settings = CoreSettings(lotus_core_db_connection=SecretStr(database))
    with served(settings) as core:
        for name, value in {
            "TEM_DB_CONNECTION": database,
            "TEM_DATA_DIR": str(tmp_path / "data"),
            "TEM_EXPORT_DIR": str(tmp_path / "exports"),
            "TEM_AS_OF": f"{DAY + timedelta(days=1)}T12:00:00+00:00",
            "LOTUS_CORE_URL": str(core.client.base_url),
            **SHORT,
        }.items():
            monkeypatch.setenv(name, value)
        yield Book(database, tmp_path, core, monkeypatch.setenv)


@pytest.mark.timeout(600)
def test_a_day_twice_and_then_one_portfolio_that_changed(book: Book) -> None:
    said = book.look()
    assert isinstance(said, dg.SkipReason)
    assert "Nothing has been collected" in str(said.skip_message)

    first = book.run()
    assert first.succeeded, first.failures
    rows = business_rows(book.url)
    assert all(rows[table] for table in INPUTS)
    with book.instance() as instance:
        filled = instance.get_materialized_partitions(dg.AssetKey("core_performance_input"))
    every = {str(dg.MultiPartitionKey({AS_OF: str(DAY), SHARD: key})) for key in shard_keys(16)}
    assert filled == every
    assert_totals_name_the_same_lost_day(book)

    assert book.run().succeeded
    assert differences(rows, business_rows(book.url)) == {}
    assert isinstance(book.look(), dg.SkipReason)

    # A fee of a past day, known since the morning of the as-of day.
    past = one(
        book.url,
        "SELECT max(perf_date) FROM core_performance_input "
        "WHERE portfolio_id = 'PF-003' AND perf_date < %s",
        DAY - timedelta(days=10),
    )
    book.load(
        fees="portfolio_id,fee_id,fee_date,amount,fee_currency,recorded_at\n"
        f"PF-003,LATE,{past},-12.5,GBP,{DAY}T10:00:00+00:00\n"
    )
    asked = book.look()
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags[PORTFOLIOS_TAG] == "PF-003"
    assert book.look().run_key == asked.run_key  # type: ignore[union-attr]
    refused = assert_tried_again_but_not_for_ever(book, asked)
    assert "failed 3 times" in str(refused.skip_message)
    assert book.run(tags=asked.tags).succeeded
    changed = differences(rows, business_rows(book.url))
    assert "core_performance_input" in changed
    fresh = {text for _, added in changed.values() for text in added}
    assert fresh
    assert all("PF-003" in text for text in fresh)
    assert isinstance(book.look(), dg.SkipReason)


def assert_totals_name_the_same_lost_day(book: Book) -> None:
    """One portfolio of the sample lost more than all on a day: both totals of its parts name it."""
    with psycopg.connect(book.url) as connection:
        named = connection.execute(
            "SELECT total.status_date, contribution_total.status_date"
            " FROM attribution_total AS total"
            " JOIN contribution_total USING (portfolio_id, linking, period)"
            " WHERE total.status = 'BROKEN_CHAIN' AND metric_basis = 'NET'"
        ).fetchall()
    assert named
    assert all(attributed == contributed is not None for attributed, contributed in named)


def assert_tried_again_but_not_for_ever(book: Book, asked: dg.RunRequest) -> dg.SkipReason:
    """One attempt fails for want of lotus-core, the others end otherwise."""
    with pytest.MonkeyPatch.context() as away:
        away.setenv("LOTUS_CORE_URL", "http://127.0.0.1:9")
        away.setenv("LOTUS_CORE_ATTEMPTS", "1")
        assert not book.run(tags=asked.tags).succeeded
    keys = {asked.run_key}
    for _ in range(2):
        again = book.look()
        assert isinstance(again, dg.RunRequest)
        assert again.tags == asked.tags
        assert again.run_key not in keys
        keys.add(again.run_key)
        with book.instance() as instance:
            job = defs.resolve_job_def("portfolio_full")
            run = instance.create_run_for_job(
                job, status=dg.DagsterRunStatus.STARTED, tags=again.tags
            )
            retried = {**again.tags, "dagster/root_run_id": run.run_id}
        waiting = book.look()
        assert isinstance(waiting, dg.SkipReason)
        assert f"Run {run.run_id} of {DAY} is under way" in str(waiting.skip_message)
        with book.instance() as instance:
            instance.report_run_failed(run)
            # Dagster's own retry of it is no attempt of the sensor's.
            retry = instance.create_run_for_job(
                job, status=dg.DagsterRunStatus.STARTED, tags=retried
            )
            instance.report_run_failed(retry)
    last = book.look()
    assert isinstance(last, dg.SkipReason)
    return last


@pytest.mark.timeout(600)
def test_a_partition_collects_its_shard_alone_and_late_files_refresh_it(book: Book) -> None:
    """A file that came days late, recorded on its own day: only what was collected is refreshed."""
    late = DAY - timedelta(days=3)
    key = dg.MultiPartitionKey({AS_OF: str(late), SHARD: "005"})
    done = book.run(partition_key=str(key))
    assert done.succeeded, done.failures
    some = one(book.url, "SELECT count(DISTINCT portfolio_id) FROM core_performance_input")
    assert 0 < some < 20
    assert isinstance(book.look(), dg.SkipReason)
    fees = "portfolio_id,fee_id,fee_date,amount,fee_currency,recorded_at\n"
    # The second one is of another shard.
    for name, currency in (("PF-009", "EUR"), ("PF-013", "CHF")):
        past = one(
            book.url,
            "SELECT max(valuation_date) FROM lotus_core.position_valuations "
            "WHERE portfolio_id = %s AND valuation_date < %s",
            name,
            late - timedelta(days=5),
        )
        fees += f"{name},LATE,{past},-12.5,{currency},{late}T10:00:00+00:00\n"
    book.load(fees=fees)
    asked = book.look()
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags[PORTFOLIOS_TAG] == "PF-009"
    assert asked.tags.items() >= whole_day_tags(late, 16).items()


def materialise(book: Book, key: dg.MultiPartitionKey, *names: str) -> dict[str, Any]:
    """Materialise assets of one partition, as the UI does; their checks of the input."""
    job = defs.resolve_implicit_global_asset_job_def()
    with book.instance() as instance, console_on_stderr() as console:
        keys = [dg.AssetKey(name) for name in names]
        done = execute(job, instance, console, partition_key=str(key), assets=keys)
        assert done.succeeded, done.failures
        events = [entry.dagster_event for entry in instance.all_logs(done.run_id)]
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event is not None and event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    return {
        evaluation.asset_key.to_user_string(): evaluation
        for evaluation in evaluations
        if evaluation.check_name == INPUT
    }


@pytest.mark.timeout(600)
def test_what_is_worked_out_before_its_inputs_is_not_green(book: Book) -> None:
    """A backfill of a shard, in the wrong order and then in the right one."""
    key = dg.MultiPartitionKey({AS_OF: str(DAY), SHARD: "005"})
    early = materialise(book, key, "mwr", "portfolio_report")
    for name, first in (("mwr", "core_mwr_input"), ("portfolio_report", "twr")):
        assert not early[name].passed
        assert early[name].severity == dg.AssetCheckSeverity.WARN
        assert f"Materialize first: {first} of {DAY}|005" in early[name].description
    family = ("twr", "twr_breakdown")
    materialise(book, key, "core_performance_input", "core_mwr_input")
    late = materialise(book, key, *family, "mwr")
    late |= materialise(book, key, "portfolio_report")
    assert {name: check.passed for name, check in late.items()} == dict.fromkeys(
        (*family, "mwr", "portfolio_report"), True
    )


@pytest.mark.timeout(600)
def test_a_silent_lotus_core_fails_the_run_and_says_so(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTUS_CORE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LOTUS_CORE_ATTEMPTS", "1")
    done = book.run()
    assert not done.succeeded
    assert "127.0.0.1:9" in done.failures[0].reason
    assert one(book.url, "SELECT count(*) FROM core_payload") == 0
