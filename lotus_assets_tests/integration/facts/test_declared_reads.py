"""What a step declares to read is what it reads: not a table less, and not a table more."""

import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CompoundSelect, Engine, Select, event, select

from lotus_assets import checks
from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.checks import parity
from lotus_assets.checks.parity_sample import read_sample
from lotus_assets.checks.rule import Rule, offenders
from lotus_assets.facts import dim_branch, dim_project, fact_issue
from lotus_assets.facts.recomputing import ProjectFact, recompute
from lotus_assets.graph.computed_assets import ComputedTable
from lotus_assets.graph.gated_assets import FILLED_TABLES
from lotus_assets.graph.inputs import Inputs, UndeclaredRead
from lotus_assets.outputs.daily_export import export_days
from lotus_assets.outputs.metric_files import SOURCES as EXPORTED
from lotus_assets.outputs.weekly_export import export_weeks
from lotus_assets.raw import raw_release
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.schema import database_table, tables_in
from lotus_assets.tables.table import Table
from lotus_assets_tests.integration.facts.facts_of_the_graph import COMPUTED_TABLES, PROJECT_FACTS
from lotus_assets_tests.integration.facts.random_history import TABLES, write

SUNDAY = date(2026, 4, 5)
Step = tuple[str, set[str], Callable[[Inputs], object]]
"""Name, what it declares, and how it runs."""


def rules() -> list[Rule]:
    """Every rule of the modules of `checks`."""
    modules = [
        import_module(f"{checks.__name__}.{module.name}")
        for module in pkgutil.iter_modules(checks.__path__)
    ]
    found = [rule for module in modules for rule in getattr(module, "RULES", [])]
    return [*found, parity.RULE]


def names(tables: tuple[Table, ...]) -> set[str]:
    return {table.name for table in tables}


def steps() -> Iterator[Step]:
    """Every step that reads tables of the GitLab side, of its checks and of benchmarks."""
    for computed in COMPUTED_TABLES:
        yield computed.table.name, names(computed.reads), computed.write
    for fact in PROJECT_FACTS:
        kinds = {kind.name for kind in fact.given}
        yield (
            fact.table.name,
            names(fact.sources) | kinds,
            lambda inputs, fact=fact: recompute(fact, inputs, is_full=True),  # type: ignore[misc]
        )
    yield (
        "metric_daily",
        names(metric_daily.SOURCES),
        lambda inputs: metric_daily.recompute(inputs, is_catching_up=False),
    )
    yield "daily_export", names(EXPORTED), lambda inputs: export_days(inputs, inputs.days)
    yield "weekly_export", names(EXPORTED), lambda inputs: export_weeks(inputs, [SUNDAY])
    for rule in rules():
        yield f"{rule.table.name}: {rule.name}", names((rule.table, *rule.reads)), rule.findings
    yield (
        "parity",
        names(parity.SOURCES),
        lambda inputs: read_sample(
            inputs.declaring("parity", parity.SOURCES), "2026-W14", inputs.now
        ),
    )


@contextmanager
def queried_tables(engine: Engine) -> Iterator[set[str]]:
    """The tables of the graph that queries look at, whichever way they take."""
    tables: set[str] = set()

    def note(_connection: object, statement: Any, *_rest: object) -> None:
        if isinstance(statement, Select | CompoundSelect):
            tables.update(tables_in(statement) & FILLED_TABLES.keys())

    event.listen(engine, "before_execute", note)
    yield tables
    event.remove(engine, "before_execute", note)


@pytest.fixture
def inputs(warehouse_engine: Engine, tmp_path: Path) -> Inputs:
    """A history of which every step makes something."""
    organisation = tmp_path / "org.yaml"
    organisation.write_text("org: Toman\nroots: [toman]\nmapping: []\n", encoding="utf-8")
    rows = [(table, seed + 1000 * nth) for nth, table in enumerate(TABLES) for seed in range(8)]
    write(warehouse_engine, rows, step=0)
    settings = Settings(
        tem_org_file=organisation,
        tem_quarantine_limit=1,
        tem_export_dir=tmp_path / "exports",
        tem_bench_dir=tmp_path / "bench",
    )
    now = datetime(2026, 4, 6, 6, tzinfo=UTC)
    return Inputs(warehouse_engine, settings, now, "run", (SUNDAY,))


def test_every_step_reads_what_it_declares_and_nothing_else(inputs: Inputs) -> None:
    differences: dict[str, tuple[list[str], list[str]]] = {}
    for name, declared, run in steps():
        with queried_tables(inputs.engine) as queried:
            of_step = replace(inputs, taken=set())
            run(of_step)
        # A step that fills a table compares with what that holds.
        unread, undeclared = declared - of_step.taken, queried - declared - {name}
        if unread or undeclared:
            differences[name] = sorted(unread), sorted(undeclared)
    assert differences == {}


@pytest.mark.parametrize(
    ("fact", "forgotten"),
    [
        (replace(fact_issue.FACT, reads=fact_issue.FACT.reads[1:]), "raw_issue"),
        (replace(fact_issue.FACT, given=()), "the rules file"),
    ],
)
def test_a_fact_gets_nothing_that_it_forgot_to_declare(
    inputs: Inputs, fact: ProjectFact, forgotten: str
) -> None:
    with pytest.raises(UndeclaredRead, match=f"fact_issue reads {forgotten} without declaring it"):
        recompute(fact, inputs, is_full=True)


def test_a_table_computed_whole_gets_nothing_that_it_forgot_to_declare(inputs: Inputs) -> None:
    forgetful: ComputedTable = replace(dim_branch.COMPUTED, reads=dim_branch.COMPUTED.reads[:1])
    with pytest.raises(UndeclaredRead, match="dim_branch reads raw_protected_branch"):
        forgetful.write(inputs)


def test_a_rule_gets_nothing_that_it_forgot_to_declare(inputs: Inputs) -> None:
    def unreleased() -> Select[Any]:
        projects, releases = database_table(dim_project.TABLE), database_table(raw_release.TABLE)
        of_project = releases.c.project_id == projects.c.project_id
        return select(projects.c.project_id).where(~select(releases).where(of_project).exists())

    rule = Rule("is_released", dim_project.TABLE, "Has a release.", offenders(unreleased))
    with pytest.raises(UndeclaredRead, match="dim_project: is_released reads raw_release"):
        rule.findings(inputs)
    assert replace(rule, reads=[raw_release.TABLE]).findings(inputs).total >= 0
