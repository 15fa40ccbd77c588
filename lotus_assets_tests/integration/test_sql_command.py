"""`python -m lotus_assets sql`: anybody may ask the warehouse, and nobody write to it."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest


@pytest.fixture
def warehouse(database: str) -> str:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE note (word text, number int)")
        connection.execute("INSERT INTO note VALUES ('[red]ünder', 1), ('a,b', NULL)")
    return database


def ask(url: str | None, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    variables = os.environ | {"TEM_DATA_DIR": str(folder)}
    if url is not None:
        variables["TEM_DB_CONNECTION"] = url
    return subprocess.run(
        [sys.executable, "-m", "lotus_assets", "sql", *arguments],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_rows_as_a_table_and_as_csv(warehouse: str, tmp_path: Path) -> None:
    question = "SELECT * FROM note ORDER BY number"
    table = ask(warehouse, tmp_path, question)
    assert table.returncode == 0, table.stderr
    lines = [line.rstrip() for line in table.stdout.splitlines()]
    assert lines == ["word        number", "[red]ünder  1", "a,b", "(2 rows)"]
    text = ask(warehouse, tmp_path, f"{question};", "--csv")
    assert text.stdout == 'word,number\n[red]ünder,1\n"a,b",\n'
    assert text.stderr == ""


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM note", "cannot execute DELETE in a read-only transaction"),
        ("SELECT 1; DROP TABLE note", "cannot execute DROP TABLE in a read-only transaction"),
        ("SELECT nothing FROM nowhere", 'relation "nowhere" does not exist'),
    ],
)
def test_what_is_no_question_is_refused(
    warehouse: str, tmp_path: Path, statement: str, reason: str
) -> None:
    for form in ([], ["--csv"]):
        done = ask(warehouse, tmp_path, statement, *form)
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.startswith("PostgreSQL does not take this: ")
    assert reason in ask(warehouse, tmp_path, statement).stderr
    with psycopg.connect(warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (2,)


def test_without_a_database_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = ask(None, tmp_path / "nothing", "SELECT 1")
    assert done.returncode == 2
    assert "Run `make run` first" in done.stderr
    assert not (tmp_path / "nothing").exists()
