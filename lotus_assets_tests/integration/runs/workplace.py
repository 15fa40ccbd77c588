"""A warehouse with its folders, and runs of the real graph on it, in this process."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import Execution, execute
from lotus_assets.commands.surroundings.preparation import SAMPLE_ORGANISATION, dagster_variables
from lotus_assets.definitions import defs
from lotus_assets.graph.resources import shared_engine
from lotus_assets.inputs.partitions import last_complete_day
from lotus_assets.settings import Settings
from lotus_assets.standin.gitlab.server import StandinServer


@dataclass(frozen=True)
class Workplace:
    """A warehouse at `url`, data and exports below `folder`, and the instant that counts as now."""

    url: str
    folder: Path
    as_of: str

    def later(self, **time: float) -> "Workplace":
        """The same place at a later instant (`hours=1`)."""
        instant = datetime.fromisoformat(self.as_of) + timedelta(**time)
        return replace(self, as_of=instant.isoformat())

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    def variables(self, server: StandinServer, **more: str) -> dict[str, str]:
        """The environment of a process that collects from `server` into this place."""
        return {
            "GITLAB_API_URL": server.url,
            "GITLAB_API_TOKEN": server.token,
            "TEM_DB_CONNECTION": self.url,
            "TEM_DATA_DIR": str(self.folder / "data"),
            "TEM_EXPORT_DIR": str(self.exports),
            "TEM_AS_OF": self.as_of,
            "TEM_ORG_FILE": str(SAMPLE_ORGANISATION),
            **more,
        }

    @contextmanager
    def instance(self, variables: Mapping[str, str]) -> Iterator[dg.DagsterInstance]:
        """Dagster's instance in this warehouse, with `variables` in the environment."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            for name, value in dagster_variables(Settings(), self.url).items():
                patch.setenv(name, value)
            try:
                with dg.DagsterInstance.get() as instance:
                    yield instance
            finally:
                # Kept for a process's life otherwise; this database is copied or dropped next.
                shared_engine(self.url).dispose()
                shared_engine.cache_clear()

    def run(
        self,
        server: StandinServer,
        job: str,
        definitions: dg.Definitions = defs,
        assets: Sequence[dg.AssetKey] | None = None,
        day: str | None = None,
        **more: str,
    ) -> "Run":
        """A live run of `job` (or only of `assets`); `more` are environment variables.

        It is of the last complete day, as runs by the clock are, or of `day`.
        """
        variables = self.variables(server, **more)
        before = len(server.requests)
        with self.instance(variables) as instance, console_on_stderr() as console:
            key = day or str(last_complete_day(Settings()))
            resolved = definitions.resolve_job_def(job)
            done = execute(resolved, instance, console, partition_key=key, assets=assets)
            run = instance.get_run_by_id(done.run_id)
            events = [entry.dagster_event for entry in instance.all_logs(done.run_id)]
        assert run is not None
        return Run(
            done,
            run,
            [event for event in events if event is not None],
            len(server.requests) - before,
        )


@dataclass(frozen=True)
class Run:
    """A run that is over: as the command sees it, as Dagster keeps it, and what it asked GitLab."""

    execution: Execution
    record: dg.DagsterRun
    events: list[dg.DagsterEvent]
    requests: int

    @property
    def reasons(self) -> str:
        """What the failed steps said."""
        return "\n".join(failure.reason for failure in self.execution.failures)

    @property
    def failed_steps(self) -> set[str]:
        return {failure.step for failure in self.execution.failures}

    @property
    def finished_steps(self) -> set[str]:
        return set(self.execution.seconds)

    def check(self, table: str) -> dg.AssetCheckEvaluation:
        """The gate's check of a table."""
        kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
        found = [
            event.asset_check_evaluation_data for event in self.events if event.event_type == kind
        ]
        return next(
            evaluation for evaluation in found if evaluation.asset_key == dg.AssetKey(table)
        )


def child_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process of its own."""
    return {**os.environ, **variables}
