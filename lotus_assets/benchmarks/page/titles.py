"""What a benchmark is called for a visitor: a sentence instead of an id."""

import json
import re
from collections.abc import Mapping

import pandas as pd

DESCRIPTION = "description"
"""The parameter that holds what a benchmark says about itself (its docstring's first line)."""
PREFIXES = re.compile(r"^(test|bench|benchmark)_")
PARAMETERS = re.compile(r"(?P<name>.*?)\[(?P<parameters>.*)\]", re.DOTALL)

Descriptions = Mapping[tuple[str, str], str]
"""(suite, benchmark) → what it says about itself."""


def title_of(benchmark: str, description: str | None = None) -> str:
    """What a visitor reads: the description, else the words of the id; with its parameters.

    `test_returns.py::test_linking[10k]` is "Returns: linking (10k)". Ids of other tools, which are
    no such words, stay as they are.
    """
    file, _, name = benchmark.rpartition("::")
    if not file and not PREFIXES.match(benchmark):
        return description or benchmark
    match = PARAMETERS.fullmatch(name)
    function, parameters = (match["name"], match["parameters"]) if match else (name, "")
    module = _words(file.rpartition("/")[2].removesuffix(".py").partition("::")[0])
    words = description or (f"{module}: {_words(function)}" if module else _words(function))
    sentence = words[:1].upper() + words[1:] if words else benchmark
    return f"{sentence} ({parameters})" if parameters else sentence


def _words(name: str) -> str:
    return PREFIXES.sub("", name).replace("_", " ").strip()


def descriptions_of(results: pd.DataFrame, runs: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What benchmarks say about themselves, in the newest run that says it.

    Args:
        results: `bench_result`, of which `parameters` are read.
        runs: `bench_run`.
    """
    named = results[results["parameters"].str.contains(f'"{DESCRIPTION}"', regex=False)]
    ordered = named.merge(runs[["run_id", "started_at"]], on="run_id").sort_values("started_at")
    newest = ordered.drop_duplicates(["suite", "benchmark"], keep="last")
    said = {
        (str(suite), str(benchmark)): json.loads(parameters).get(DESCRIPTION)
        for suite, benchmark, parameters in zip(
            newest["suite"], newest["benchmark"], newest["parameters"], strict=True
        )
    }
    return {key: text for key, text in said.items() if isinstance(text, str) and text.strip()}
