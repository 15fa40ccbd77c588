"""A live run exports what changed since, and what an earlier run left unwritten."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.facts import dim_project, fact_release
from lotus_assets.facts.recomputing import recompute
from lotus_assets.graph.inputs import Inputs
from lotus_assets.outputs.daily_export import days_to_export, export_days
from lotus_assets.outputs.weekly_export import export_weeks, weeks_to_export
from lotus_assets.raw.of_every_project import COLLECTED_BY
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.bookkeeping import Period, write_collected_periods

MONDAY, SUNDAY, WEDNESDAY = date(2026, 3, 30), date(2026, 4, 5), date(2026, 4, 8)


@pytest.fixture
def live(warehouse_engine: Engine, tmp_path: Path) -> Callable[[date], Inputs]:
    organisation = tmp_path / "org.yaml"
    organisation.write_text("org: Toman\nroots: [toman]\nmapping: []\n", encoding="utf-8")
    with warehouse_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO raw_project (project_id, path_with_namespace, visibility, archived,"
                " pending_deletion, is_empty_repository) VALUES"
                " (1, 'toman/checkout', 'private', false, false, false)"
            )
        )
        whole = {1: Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))}
        for collection in COLLECTED_BY.values():
            write_collected_periods(connection, collection.name, whole)

    def run(day: date) -> Inputs:
        settings = Settings(tem_org_file=organisation, tem_export_dir=tmp_path / "exports")
        now = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        inputs = Inputs(warehouse_engine, settings, now, f"run of {day}", (day,))
        dim_project.COMPUTED.write(inputs)
        recompute(fact_release.FACT, inputs, is_full=False)
        metric_daily.recompute(inputs, is_catching_up=True)
        return inputs

    return run


def release(engine: Engine, tag: str, instant: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO raw_release (project_id, tag_name, released_at) VALUES (1, :tag, :at)"
            ),
            {"tag": tag, "at": instant},
        )


def releases_in(path: Path) -> int:
    return int(json.loads(path.read_text(encoding="utf-8"))[0]["metrics"]["releases_wk"])


def test_days_and_weeks_that_changed_are_written_again(
    live: Callable[[date], Inputs], warehouse_engine: Engine
) -> None:
    inputs = live(SUNDAY)
    assert sorted(export_days(inputs, days_to_export(inputs, is_catching_up=True))) == [
        "daily/2026-04-05.csv",
        "daily/2026-04-05.json",
    ]
    assert len(export_weeks(inputs, weeks_to_export(inputs))) == 6

    # Nothing happened in the days of the Sunday's windows: it stays as it was written.
    release(warehouse_engine, "v2.0.0", "2026-04-08T08:00:00Z")
    inputs = live(WEDNESDAY)
    assert sorted(export_days(inputs, days_to_export(inputs, is_catching_up=True))) == [
        "daily/2026-04-08.csv",
        "daily/2026-04-08.json",
    ]

    # A release of the week before comes to light, and the run is killed before it exports.
    release(warehouse_engine, "v1.0.0", "2026-04-02T08:00:00Z")
    live(WEDNESDAY)
    inputs = live(WEDNESDAY)
    written = export_days(inputs, days_to_export(inputs, is_catching_up=True))
    assert {path[6:16] for path in written} == {"2026-04-05", "2026-04-08"}
    export_weeks(inputs, weeks_to_export(inputs))
    exports = inputs.settings.tem_export_dir
    assert releases_in(exports / "daily/2026-04-05.json") == 1
    assert releases_in(exports / "daily/2026-04-08.json") == 2
    assert releases_in(exports / "weekly/2026-W14/org.json") == 1
    with inputs.connect() as connection:
        noted = connection.scalars(text("SELECT path FROM export_file")).all()
    files = {str(path.relative_to(exports)) for path in exports.rglob("*") if path.is_file()}
    assert set(noted) == files
