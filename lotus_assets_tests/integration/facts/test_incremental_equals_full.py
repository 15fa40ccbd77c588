"""Whatever happens, and in whatever order: what changed leads to the same rows as everything."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.facts import dim_branch, dim_project, dim_release, dim_user
from lotus_assets.facts.recomputing import recompute
from lotus_assets.filling.reports import TableReport
from lotus_assets.graph.inputs import Inputs
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.changes import read_metric_days
from lotus_assets.tables.table import Table
from lotus_assets_tests.integration.facts.facts_of_the_graph import PROJECT_FACTS
from lotus_assets_tests.integration.facts.random_history import TABLES, write

DIMENSIONS = (dim_project, dim_user, dim_branch, dim_release)
FIRST_DAYS = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 1))
LAST_DAY = date(2026, 4, 7)

ORGANISATIONS = (
    "org: Toman\nroots: [toman]\nmapping: []\n",
    "org: Toman\nroots: [toman]\n"
    "mapping: [{prefix: toman/p1, business_line: Core, team: Platform}]\n",
)
RULES = (
    "sla: [{label: 'severity::1', target_days: 2}]\n",
    "sla: [{label: urgent, target_days: 5}]\nrollback_pattern: latest\nescape_days: 1\n"
    "production: [{path: toman/p1, rule: default_branch, ref_patterns: ['(?i)^V', feature]}]\n"
    "overrides: [{path: toman/p2, force_push_threshold: 0, bug_labels: [urgent]}]\n",
)

Seed = st.integers(0, 2**32 - 1)
Change = st.tuples(st.sampled_from(TABLES), Seed)
Step = st.tuples(st.lists(Change, min_size=0, max_size=6), st.integers(0, 1), st.integers(0, 1))
"""Rows that were written, and which org and rules file are in force."""


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    for number, content in enumerate(ORGANISATIONS):
        (tmp_path / f"org{number}.yaml").write_text(content, encoding="utf-8")
    for number, content in enumerate(RULES):
        (tmp_path / f"rules{number}.yaml").write_text(content, encoding="utf-8")
    yield tmp_path


def inputs_of(engine: Engine, files: Path, org: int, rules: int, days: tuple[date, ...]) -> Inputs:
    return Inputs(
        engine=engine,
        settings=Settings(
            tem_org_file=files / f"org{org}.yaml",
            tem_rules_file=files / f"rules{rules}.yaml",
            tem_quarantine_limit=1,
        ),
        now=datetime(2026, 4, 8, 6, tzinfo=UTC),
        run_id="run",
        days=days,
    )


def compute(inputs: Inputs, *, is_full: bool) -> list[TableReport]:
    """Dimensions, facts and metrics, in the order of the graph."""
    for dimension in DIMENSIONS:
        dimension.COMPUTED.write(inputs)
    reports = [recompute(fact, inputs, is_full=is_full) for fact in PROJECT_FACTS]
    return [*reports, metric_daily.recompute(inputs, is_catching_up=not is_full).report]


def empty(engine: Engine) -> None:
    with engine.begin() as connection:
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        listed = ", ".join(f"public.{name}" for name in names if name != "alembic_version")
        connection.execute(text(f"TRUNCATE {listed}"))


def assert_nothing_is_left_to_do(inputs: Inputs) -> None:
    """A full recomputation of all that is stored finds every row as it is, and no other."""
    with inputs.connect() as connection:
        days = tuple(sorted(read_metric_days(connection)))
    whole = Inputs(inputs.engine, inputs.settings, inputs.now, "whole", days)
    differences = {
        report.table.name: report.written
        for report in compute(whole, is_full=True)
        if report.written.new or report.written.changed or report.written.vanished
    }
    assert differences == {}


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=Seed, steps=st.lists(Step, min_size=1, max_size=3))
@example(world=7, steps=[([], 1, 0), ([], 1, 1), ([(TABLES[1], 5)], 0, 0)])
def test_incremental_equals_full(
    warehouse_engine: Engine,
    files: Path,
    world: int,
    steps: list[tuple[list[tuple[Table, int]], int, int]],
) -> None:
    empty(warehouse_engine)
    seeds = range(world, world + 8)
    first = [(table, seed + 1000 * place) for place, table in enumerate(TABLES) for seed in seeds]
    write(warehouse_engine, first, step=0)
    compute(inputs_of(warehouse_engine, files, 0, 0, FIRST_DAYS), is_full=True)
    for number, (changes, org, rules) in enumerate(steps, start=1):
        write(warehouse_engine, changes, step=number)
        inputs = inputs_of(warehouse_engine, files, org, rules, (LAST_DAY,))
        compute(inputs, is_full=False)
    assert_nothing_is_left_to_do(inputs)
