"""Our own benchmarks: each says in a sentence what it measures, which is its name for people."""

import ast
from pathlib import Path

import pytest

import lotus_assets_tests.benchmarks

FOLDER = Path(lotus_assets_tests.benchmarks.__file__).parent
BENCHMARKS = [
    (path.name, function.name, ast.get_docstring(function) or "")
    for path in sorted(FOLDER.glob("test_*.py"))
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(function, ast.FunctionDef) and function.name.startswith("test_")
]


@pytest.mark.parametrize(("file", "name", "text"), BENCHMARKS)
def test_a_benchmark_says_what_it_measures(file: str, name: str, text: str) -> None:
    first = text.partition("\n")[0]
    assert first.endswith("."), f"{file}::{name} has no sentence"
    assert " " in first
