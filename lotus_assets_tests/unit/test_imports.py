"""What is not imported before it is needed: every run, every refusal and every pod waits for it."""

import subprocess
import sys
from pathlib import Path

import pytest

CLIENTS = {"alembic", "gitlab", "graphql", "httpx", "psutil", "psycopg", "requests", "tenacity"}
CALCULATING = {"ruptures", "scipy"}
SERVING = {"dulwich", "fastapi", "simpy", "starlette", "uvicorn", "lotus_assets.standin"}
UNNEEDED = CLIENTS | CALCULATING | SERVING | {"jinja2", "matplotlib"}


def loaded_by(code: str) -> set[str]:
    """The modules of a fresh interpreter after `code`, and what that printed."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def loaded_by_command(command: str) -> set[str]:
    """The same of a command, with its exit code as `ended-with-2`."""
    return loaded_by(
        "from lotus_assets.commands.cli import application\n"
        f"try: application({command.split()!r})\n"
        "except SystemExit as end: print(f'ended-with-{end.code}')"
    )


def test_the_definitions_load_no_library_that_only_a_step_needs() -> None:
    modules = loaded_by("import lotus_assets.definitions")
    assert "lotus_assets.analytics" in modules
    assert not modules & (UNNEEDED | {"rich", "lotus_assets.services"})


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("--help", 0),
        ("run", 2),  # without its org file
        ("dev", 2),
        ("bench --suite nobody's", 2),
        ("export --date 2020-01-01", 2),
        ("explain metric rework_rat --date 2020-01-01", 2),
        ("explain metric rework_rate --date 2999-01-01", 2),
        ("explain portfolio PF-003 twrr --as-of 2020-01-01", 2),
        ("explain portfolio PF-003 twr --as-of 2999-01-01", 2),
        ("explain portfolio PF-003 twr --as-of 2020-01-01 --period DTD", 2),
        ("explain portfolio PF-003 twr --as-of 2020-01-01 --html /dev/null/all.html", 2),
    ],
)
def test_help_and_refusals_wait_for_no_graph(
    command: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEM_ORG_FILE", str(tmp_path / "missing.yaml"))
    modules = loaded_by_command(command)
    assert f"ended-with-{code}" in modules
    assert not modules & (UNNEEDED | {"dagster", "numpy", "pandas", "pyarrow", "sqlalchemy"})


@pytest.mark.parametrize(
    "command",
    [
        "sql select",
        "explain metric rework_rate --date 2020-01-01",
        "explain portfolio PF-003 twr --as-of 2020-01-01",
    ],
)
def test_who_asks_a_warehouse_that_is_not_there_waits_for_no_graph(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEM_DATA_DIR", str(tmp_path / "nothing"))
    modules = loaded_by_command(command)
    assert "ended-with-2" in modules
    assert not modules & {"dagster", "numpy", "pandas", "pyarrow", "pandera", "lotus_assets.facts"}
