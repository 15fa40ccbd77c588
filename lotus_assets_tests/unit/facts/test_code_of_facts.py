"""The code that rows follow from: all that decides them, and nothing of the portfolios'."""

from pathlib import Path

import grimp
import pytest

import lotus_assets
from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.facts import marks
from lotus_assets.filling.fingerprints import code_fingerprint, modules_in

PACKAGE = Path(lotus_assets.__file__).parent
GRAPH = grimp.build_graph("lotus_assets", cache_dir=None)
FACTS = sorted(GRAPH.find_children("lotus_assets.facts"))
METRICS = sorted(GRAPH.find_children("lotus_assets.analytics.delivery"))
READS_AND_WRITES = ("raw", "sources", "filling", "graph", "settings")
"""Rooms that bring rows in and out as they are; rules by project are the exception."""


def files_of(code: tuple[Path, ...]) -> set[Path]:
    return {path for part in code for path in modules_in(part)}


def file_of(module: str) -> Path:
    path = PACKAGE.parent / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def rooms_of(module: str) -> str:
    return module.split(".")[1]


def deciding(modules: list[str]) -> set[Path]:
    """The files that modules import, directly or not, save what only reads and writes."""
    imported = {name for module in modules for name in GRAPH.find_upstream_modules(module)}
    return {file_of(name) for name in imported if rooms_of(name) not in READS_AND_WRITES}


def test_a_fact_follows_from_all_code_that_decides_it() -> None:
    code = files_of(marks.CODE)
    assert deciding(FACTS) <= code
    assert file_of("lotus_assets.sources.rules_file") in code


def test_metrics_follow_from_their_own_code_beside_the_facts() -> None:
    facts = {file_of(name) for name in FACTS}
    assert deciding(METRICS) - facts <= files_of(metric_daily.CODE)


@pytest.mark.parametrize("code", [marks.CODE, metric_daily.CODE])
def test_nothing_of_portfolios_or_speed_is_in_it(code: tuple[Path, ...]) -> None:
    others = ("engine/performance", "engine/speed", "analytics/portfolios", "inputs", "benchmarks")
    foreign = {path for folder in others for path in (PACKAGE / folder).rglob("*.py")}
    foreign |= {PACKAGE / "tables" / "portfolio_columns.py"}
    assert foreign
    assert not files_of(code) & foreign


def test_any_change_of_a_file_is_another_fingerprint(tmp_path: Path) -> None:
    def fingerprint(**texts: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir()))) / "code"
        folder.mkdir(parents=True)
        for name, content in texts.items():
            (folder / f"{name}.py").write_text(content, encoding="utf-8")
        return code_fingerprint((folder,))

    assert fingerprint(a="1", b="2") == fingerprint(a="1", b="2")
    others = [fingerprint(a="1"), fingerprint(a="1", b="3"), fingerprint(a="2", b="1")]
    others.append(fingerprint(a="1", c="2"))
    assert len({fingerprint(a="1", b="2"), *others}) == 5
