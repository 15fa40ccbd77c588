"""An exported value that changes is a restatement with its cause; anything else is none."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.facts import dim_project, fact_issue, fact_release
from lotus_assets.facts.recomputing import recompute
from lotus_assets.graph.inputs import Inputs
from lotus_assets.outputs.daily_export import days_to_export, export_days
from lotus_assets.raw.of_every_project import OF_EVERY_PROJECT
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.bookkeeping import Period, write_collected_periods

DAY = date(2026, 4, 8)
ORGANISATION = """\
org: Toman
roots: [toman]
mapping:
  - {prefix: toman/core, business_line: %s, team: Payments}
"""
Run = Callable[..., Inputs]


@pytest.fixture
def run(warehouse_engine: Engine, tmp_path: Path) -> Run:
    """A live run: facts, metrics and (unless told otherwise) the export of the day."""
    whole = {1: Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))}
    with warehouse_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO raw_project (project_id, path_with_namespace, visibility, archived,"
                " pending_deletion, is_empty_repository) VALUES"
                " (1, 'toman/core/checkout', 'private', false, false, false)"
            )
        )
        for collection in OF_EVERY_PROJECT:
            write_collected_periods(connection, collection.op.name, whole)
    numbers = iter(range(100))

    def live(
        *, business_line: str = "Core", rules: str = "", day: date = DAY, exports: bool = True
    ) -> Inputs:
        organisation, rules_file = tmp_path / "org.yaml", tmp_path / "rules.yaml"
        organisation.write_text(ORGANISATION % business_line, encoding="utf-8")
        rules_file.write_text(rules or "escape_days: 14\n", encoding="utf-8")
        settings = Settings(
            tem_org_file=organisation, tem_rules_file=rules_file, tem_export_dir=tmp_path / "out"
        )
        now = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        inputs = Inputs(warehouse_engine, settings, now, f"run {next(numbers)}", (day,))
        dim_project.COMPUTED.write(inputs)
        recompute(fact_release.FACT, inputs, is_full=False)
        recompute(fact_issue.FACT, inputs, is_full=False)
        metric_daily.recompute(inputs, is_catching_up=True)
        if exports:
            export_days(inputs, days_to_export(inputs, is_catching_up=True))
        return inputs

    return live


def release(engine: Engine, tag: str, instant: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO raw_release (project_id, tag_name, released_at) VALUES (1, :tag, :at)"
            ),
            {"tag": tag, "at": instant},
        )


def restated(inputs: Inputs) -> list[dict[str, Any]]:
    """What the run restated, by subject and figure."""
    statement = text(
        "SELECT to_jsonb(restatement) FROM restatement WHERE run_id = :run "
        "ORDER BY subject, figure, figure_date"
    )
    with inputs.connect() as connection:
        return list(connection.scalars(statement, {"run": inputs.run_id}))


def figures(rows: list[dict[str, Any]]) -> set[tuple[str, str, float | None, float | None]]:
    return {(one["subject"], one["figure"], one["old_value"], one["new_value"]) for one in rows}


SUBJECTS = ("Core", "Payments", "Toman", "toman/core/checkout")


def test_a_row_that_came_late_is_named_where_it_counts(run: Run, warehouse_engine: Engine) -> None:
    assert restated(run()) == []
    assert restated(run()) == []
    release(warehouse_engine, "v1.0.0", "2026-04-07T08:00:00Z")
    # Out of the window of the day: it changes nothing, and so is named nowhere.
    release(warehouse_engine, "v0.1.0", "2026-01-07T08:00:00Z")
    rows = restated(run())
    assert figures(rows) == {
        (subject, figure, old, 1.0)
        for subject in SUBJECTS
        for figure, old in (("releases_wk", 0.0), ("semver_valid_ratio", None))
    }
    for row in rows:
        assert (row["cause"], row["figure_date"]) == ("rows", "2026-04-08")
        assert row["reasons"] == {
            "named": ["release v1.0.0 of toman/core/checkout came"],
            "more": 0,
        }
    assert restated(run()) == []


def test_a_row_that_vanished_is_named(run: Run, warehouse_engine: Engine) -> None:
    release(warehouse_engine, "v1.0.0", "2026-04-07T08:00:00Z")
    run()
    with warehouse_engine.begin() as connection:
        connection.execute(text("UPDATE raw_release SET vanished_at = '2026-04-08T10:00:00Z'"))
    rows = restated(run())
    assert figures(rows) == {
        (subject, figure, 1.0, new)
        for subject in SUBJECTS
        for figure, new in (("releases_wk", 0.0), ("semver_valid_ratio", None))
    }
    named = {tuple(row["reasons"]["named"]) for row in rows}
    assert named == {("release v1.0.0 of toman/core/checkout vanished",)}


def test_a_day_that_was_never_exported_is_not_restated(run: Run, warehouse_engine: Engine) -> None:
    run(exports=False)
    release(warehouse_engine, "v1.0.0", "2026-04-07T08:00:00Z")
    assert restated(run()) == []


def test_another_rule_is_the_cause_and_the_rows_that_it_changes_are_named(
    run: Run, warehouse_engine: Engine
) -> None:
    with warehouse_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO raw_issue (project_id, issue_id, iid, state, created_at, updated_at,"
                " issue_type, labels) VALUES (1, 71, 7, 'opened', '2026-04-06T08:00:00Z',"
                " '2026-04-06T08:00:00Z', 'issue', '[\"bug\"]')"
            )
        )
    run()
    rows = restated(run(rules="escape_days: 14\nescaped_labels: [bug]\n"))
    assert figures(rows) == {(subject, "defect_escape_rate", 0.0, 1.0) for subject in SUBJECTS}
    for row in rows:
        assert row["cause"] == "rules_file"
        assert row["reasons"]["named"] == ["issue #7 of toman/core/checkout changed"]


def test_another_place_in_the_org_file_takes_the_slices_with_it(
    run: Run, warehouse_engine: Engine
) -> None:
    release(warehouse_engine, "v1.0.0", "2026-04-07T08:00:00Z")
    run()
    with warehouse_engine.connect() as connection:
        numbers = connection.scalar(
            text(
                "SELECT count(*) FROM metric_daily "
                "WHERE business_line = 'Core' AND value IS NOT NULL AND date IN "
                "(SELECT date FROM metric_day WHERE daily_export_mark IS NOT NULL)"
            )
        )
    rows = restated(run(business_line="Trading"))
    # The organisation holds the project as before; slices of a line that is gone are gone. Days
    # that are worked out for the pages' series alone were never exported.
    assert {row["subject"] for row in rows} == {"Core", "Payments", "toman/core/checkout"}
    assert all(row["is_vanished"] and row["new_value"] is None for row in rows)
    assert len(rows) == numbers
    assert all(row["old_value"] is not None for row in rows)
    assert {row["cause"] for row in rows} == {"org_file"}
    assert {name for row in rows for name in row["reasons"]["named"]} == {
        "project toman/core/checkout left"
    }


@pytest.mark.parametrize("cause", ["engine", "definition"])
def test_other_code_or_another_definition_is_the_cause(
    run: Run, warehouse_engine: Engine, cause: str
) -> None:
    """As other code left it: another value, mark and basis."""
    release(warehouse_engine, "v1.0.0", "2026-04-07T08:00:00Z")
    run()
    other = {"engine": "of before"}
    if cause == "definition":
        other["definitions"] = {}  # type: ignore[assignment]
    with warehouse_engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE metric_daily SET value = 0.5 "
                "WHERE metric = 'semver_valid_ratio' AND date = '2026-04-08'"
            )
        )
        connection.execute(
            text(
                "UPDATE metric_day SET mark = 'of before', basis = basis || CAST(:basis AS jsonb)"
            ),
            {"basis": json.dumps(other)},
        )
    rows = restated(run())
    assert figures(rows) == {(subject, "semver_valid_ratio", 0.5, 1.0) for subject in SUBJECTS}
    assert {row["cause"] for row in rows} == {cause}


def test_a_project_that_is_collected_whole_later_is_the_cause(
    run: Run, warehouse_engine: Engine
) -> None:
    release(warehouse_engine, "v1.0.0", "2026-04-07T08:00:00Z")
    late = text("UPDATE collected_period SET collected_from = CAST(:since AS timestamptz)")
    with warehouse_engine.begin() as connection:
        connection.execute(late, {"since": "2026-04-08T00:00:00Z"})
    run()
    with warehouse_engine.begin() as connection:
        connection.execute(late, {"since": "2025-01-01T00:00:00Z"})
    rows = restated(run())
    assert ("Toman", "releases_wk", None, 1.0) in figures(rows)
    assert {row["cause"] for row in rows} == {"collection"}


def test_what_every_exported_day_takes_in_is_let_go(run: Run, warehouse_engine: Engine) -> None:
    run()
    release(warehouse_engine, "v1.0.0", "2026-04-07T08:00:00Z")
    inputs = run()
    with inputs.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM fact_change")) == 0
