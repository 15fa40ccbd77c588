"""The documents agree with the code: links, targets, required checks, tables."""

import re
from pathlib import Path

import dagster as dg
import pytest

from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.definitions import defs
from lotus_assets.sources.warehouse import changes, computations
from lotus_assets.sources.warehouse.schema import BOOKKEEPING
from lotus_assets_tests import analytics_document, metrics_document, tables_document
from lotus_assets_tests.unit.test_repository_baseline import REQUIRED_CHECKS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "lotus_assets").rglob("*.md")]
)
SERVED_BY_GITHUB = "../../raw/"
"""Relative addresses of another branch: GitHub resolves them, a checkout cannot."""
ELSEWHERE = re.compile(
    r"\b(?:metrics|analytics|architecture|style|toolbox)\.md\b|\bPRD\b|\bRFC[- ]?0\d+"
    r"|\b(?:issue|stop) #?\d+\b"
)
"""What only its writers have: a reader has the repository, and what is published."""

assert changes.project_change.metadata is BOOKKEEPING
assert computations.portfolio_computation.metadata is BOOKKEEPING


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)", document.read_text(encoding="utf-8"))
    missing = [
        target
        for target in targets
        if not target.startswith(("https://", SERVED_BY_GITHUB))
        and not (document.parent / target).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_make_targets_that_documents_name_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    code = re.findall(r"`([^`]+)`|^\$ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    commands = [inline or shown for inline, shown in code]
    named = {
        word
        for command in commands
        if command.startswith("make ")
        for word in re.findall(r"(?<= )[a-z][a-z0-9-]*\b(?!=)", command.split("#")[0])
    }
    assert named <= known


@pytest.mark.parametrize(
    "name",
    [
        "CONTRIBUTING.md",
        "docs/documentation/git-branch-protection-workflow.md",
        "docs/documentation/implementation-documentation-standard.md",
    ],
)
def test_the_readme_leads_to_how_work_is_done(name: str) -> None:
    assert f"]({name})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_branch_protection_names_the_required_checks() -> None:
    document = ROOT / "docs" / "documentation" / "git-branch-protection-workflow.md"
    rows = re.findall(r"^\| `(.+?)` \| `make", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(REQUIRED_CHECKS)


def how_to_add_one() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, _, following = text.partition("\n## How to add one\n")
    return following.partition("\n## ")[0]


def test_the_files_that_an_addition_takes_exist() -> None:
    named = re.findall(r"`([a-z_]+/[^`\s]+)`", how_to_add_one())
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


def naming(word: str, *rooms: str) -> set[str]:
    """The modules in these rooms of the package that name a thing."""
    package = ROOT / "lotus_assets"
    modules = [path for room in rooms for path in (package / room, *(package / room).rglob("*.py"))]
    return {
        module.relative_to(package).as_posix()
        for module in modules
        if module.is_file() and word in module.read_text(encoding="utf-8").casefold()
    }


COLLECTING = ("sources", "filling", "graph", "timing", "commands", "definitions.py")


def test_a_list_of_rest_is_collected_by_the_files_that_are_named_and_no_others() -> None:
    # What collects; facts, checks and their engine read what was collected.
    assert naming("protected_branch", "raw", *COLLECTING) == {
        "sources/gitlab/lists/protected_branches.py",
        "raw/raw_protected_branch.py",
        "raw/collect_protected_branches.py",
        "raw/of_every_project.py",
    }


def test_an_input_contract_is_collected_by_the_files_that_are_named_and_no_others() -> None:
    assert naming("attribution_input", "inputs", *COLLECTING) == {
        "sources/lotus_core/wire_format.py",
        "sources/lotus_core/contracts.py",
        "inputs/core_attribution_input.py",
        "inputs/input_tables.py",
    }


def test_a_table_of_a_family_is_filled_by_the_files_that_are_named_and_no_others() -> None:
    # What fills; reports read what was filled.
    rooms = ("analytics", "checks", *COLLECTING)
    assert naming("attribution_level", *rooms) == {
        "analytics/portfolios/attribution_level.py",
        "analytics/portfolios/attribution_family.py",
        "analytics/measures/attribution_measures.py",
        "analytics/portfolio_lineage.py",
    }


def test_every_table_of_the_graph_is_described_as_its_contract_says() -> None:
    text = tables_document.DOCUMENT.read_text(encoding="utf-8")
    assert text == tables_document.document_text(defs, text)


def test_every_metric_is_defined_as_the_catalogue_says() -> None:
    text = metrics_document.DOCUMENT.read_text(encoding="utf-8")
    assert text == metrics_document.document_text(text)


def test_every_measure_status_and_diagnostic_is_defined_as_the_catalogue_says() -> None:
    text = analytics_document.DOCUMENT.read_text(encoding="utf-8")
    assert text == analytics_document.document_text(text)


def test_the_asset_of_the_metrics_carries_their_definitions() -> None:
    definitions = defs.resolve_asset_graph().get(dg.AssetKey("metric_daily")).metadata
    markdown = definitions["definitions"].value
    for metric in CATALOGUE:
        assert f"`{metric.key}`" in markdown


@pytest.mark.parametrize("folder", ["lotus_assets", "docs", ".ci", ".github", "."])
def test_nothing_cites_a_document_that_is_not_here(folder: str) -> None:
    pattern = "**/*" if folder != "." else "*"
    cited = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / folder).glob(pattern))
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".mako", ".graphql"}
        for match in ELSEWHERE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert cited == []


def test_every_table_of_the_bookkeeping_is_described() -> None:
    _, section = tables_document.DOCUMENT.read_text(encoding="utf-8").split("## Bookkeeping")
    kept = {
        f"| `{table.name}` | {', '.join(column.name for column in table.primary_key)} |"
        for table in BOOKKEEPING.tables.values()
    }
    rows = re.findall(r"^(\| `.*\|.*\|).*\|$", section, re.MULTILINE)
    assert set(rows) == kept
