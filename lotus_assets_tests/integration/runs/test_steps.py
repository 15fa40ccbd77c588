"""Every step of the graph, alone: what nothing can mend is not tried again, all else is, once."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from lotus_assets.definitions import CHECKS, defs
from lotus_assets.graph.resources import shared_engine

STEPS = {
    assets.op.name: assets
    for assets in defs.get_repository_def().assets_defs_by_key.values()
    if assets.is_executable
}
NOBODY = "127.0.0.1:1"
"""An address where nothing listens."""


@pytest.fixture
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for variable in ("TEM_DB_CONNECTION", "LOTUS_CORE_URL", "GITLAB_API_URL", "GITLAB_API_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("TEM_EXPORT_DIR", "TEM_BENCH_DIR", "TEM_DATA_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    yield
    shared_engine.cache_clear()


@pytest.fixture
def nobody_there(nothing_configured: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEM_DB_CONNECTION", f"postgresql://postgres@{NOBODY}/postgres")
    monkeypatch.setenv("LOTUS_CORE_URL", f"http://{NOBODY}")
    monkeypatch.setenv("LOTUS_CORE_ATTEMPTS", "1")
    monkeypatch.setenv("GITLAB_API_URL", f"http://{NOBODY}")
    monkeypatch.setenv("GITLAB_API_TOKEN", "of-nobody")


def attempt(assets: dg.AssetsDefinition) -> list[dg.DagsterEvent]:
    """The events of a run of one step, or of its checks, on its newest partition."""
    partitions = assets.partitions_def
    job = defs.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=set(assets.keys),
        asset_check_selection=None if assets.keys else set(assets.check_keys),
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(
            instance=instance,
            partition_key=None if partitions is None else partitions.get_last_partition_key(),
            raise_on_error=False,
        )
    assert not result.success
    return [event for event in result.all_events if event.step_key == assets.op.name]


def retries(events: list[dg.DagsterEvent]) -> int:
    return sum(event.event_type == dg.DagsterEventType.STEP_UP_FOR_RETRY for event in events)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_missing_setting_fails_a_step_for_good(name: str, nothing_configured: None) -> None:
    events = attempt(STEPS[name])
    failure = next(event.step_failure_data for event in events if event.is_step_failure)
    assert failure.error is not None
    assert failure.error.cls_name == dg.Failure.__name__
    assert "is not set" in failure.error.message
    assert retries(events) == 0


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_silent_other_side_is_tried_once_more(name: str, nobody_there: None) -> None:
    assert retries(attempt(STEPS[name])) == 1


@pytest.mark.parametrize("checks", CHECKS, ids=lambda checks: checks.op.name)
def test_checks_across_tables_are_tried_once_more(
    checks: dg.AssetChecksDefinition, nobody_there: None
) -> None:
    assert retries(attempt(checks)) == 1
