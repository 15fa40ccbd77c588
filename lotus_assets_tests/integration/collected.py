"""A hand-made GitLab, collected by a real run, and what the warehouse and the files then say."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import execute
from lotus_assets.definitions import defs
from lotus_assets.outputs.pages.pages import NAME as PAGES
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.amsterdam import amsterdam
from lotus_assets_tests.integration.hand_made import HandMade
from lotus_assets_tests.integration.runs.contents import Row, rows
from lotus_assets_tests.integration.runs.workplace import Run, Workplace


@dataclass(frozen=True)
class Collected:
    """A run that is over, with the place that it filled and the GitLab that it read."""

    place: Workplace
    run: Run
    server: StandinServer

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The rows of a table with these values."""
        return [
            row
            for row in rows(self.place.url, table)
            if all(row[name] == value for name, value in where.items())
        ]

    def one(self, table: str, **where: Any) -> Row:
        (row,) = self.rows(table, **where)
        return row

    def daily(self, day: str) -> list[Row]:
        """The objects of a day's export."""
        text = (self.place.exports / "daily" / f"{day}.json").read_text(encoding="utf-8")
        objects: list[Row] = json.loads(text)
        return objects

    def metrics(self, day: str, repo: str) -> Row:
        """The metrics of a repository's slice on a day, by key."""
        (found,) = [each["metrics"] for each in self.daily(day) if each["repo"] == repo]
        metrics: Row = found
        return metrics

    def export(self, day: str) -> None:
        """Figures and files of another day, of what is stored, as the command `export` does."""
        variables = self.place.variables(self.server)
        assets = [dg.AssetKey(name) for name in ("metric_daily", "daily_export")]
        job = defs.resolve_implicit_global_asset_job_def()
        with self.place.instance(variables) as instance, console_on_stderr() as console:
            done = execute(job, instance, console, partition_key=day, assets=assets)
        assert done.succeeded, done.failures

    def slice(self, day: str, repo: str | None = None) -> Row:
        """The whole object of a repository's slice on a day; without one, the organisation's."""
        (found,) = [
            each
            for each in self.daily(day)
            if each["repo"] == repo and (repo or each["business_line"] is None)
        ]
        return found

    def plotted(self, table: str, key: str) -> Any:
        """What the materialisation of the run's day of a table shows under `key`."""
        (found,) = [
            event.step_materialization_data.materialization.metadata
            for event in self.run.events
            if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION
            and event.asset_key == dg.AssetKey(table)
            and event.partition == self.run.record.tags["dagster/partition"]
        ]
        return found[key].value

    def check(self, table: str, name: str) -> dg.AssetCheckEvaluation:
        """How a check of the run came out."""
        kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        (found,) = [
            evaluation
            for event in self.run.events
            if event.event_type == kind
            and (evaluation := event.asset_check_evaluation_data).check_name == name
            and evaluation.asset_key == dg.AssetKey(table)
        ]
        return found

    def shown(self, table: str, name: str, key: str) -> Any:
        """What a check shows under `key`."""
        return self.check(table, name).metadata[key].value


def all_but_pages(job: str) -> list[dg.AssetKey]:
    """The assets of a job whose tables and files are read here; pages have tests of their own."""
    selected = defs.resolve_job_def(job).asset_layer.selected_asset_keys
    return sorted(selected - {dg.AssetKey(PAGES)})


Collect = Callable[..., Collected]
"""(world or store, job="tem_full", **environment) → what a run at the world's `now` made of it."""


@pytest.fixture
def hand_made(tmp_path: Path) -> Callable[[str], HandMade]:
    """A new GitLab that stands at an instant by Amsterdam's clock."""

    def begin(now: str) -> HandMade:
        return HandMade(tmp_path / "repositories", amsterdam(now))

    return begin


@pytest.fixture
def collect(database: str, tmp_path: Path) -> Iterator[Collect]:
    """Serves a GitLab and collects it into this test's own warehouse, again if asked again."""
    stores: list[Store] = []
    with StandinServer(lambda: stores[-1]) as server:

        def run(world: HandMade, job: str = "tem_full", **environment: str) -> Collected:
            stores.append(world.on_disk())
            server.change(lambda _store: None)
            place = Workplace(database, tmp_path / "place", world.now.isoformat())
            done = place.run(server, job, defs, all_but_pages(job), **environment)
            assert done.execution.succeeded, done.reasons
            return Collected(place, done, server)

        yield run


@contextmanager
def own_database(server_url: str, template: str) -> Iterator[str]:
    """A migrated database for all tests of a module."""
    name = f"module_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(*map(sql.Identifier, (name, template))))
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


__all__ = ["Collect", "Collected", "collect", "hand_made", "own_database"]
