"""Importing: any file or folder of results, recognised by what it holds, turned into runs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pydantic import ValidationError

from lotus_assets.sources.benchmark_files.cargo_criterion import (
    is_cargo_criterion,
    read_cargo_criterion,
)
from lotus_assets.sources.benchmark_files.criterion import CriterionTree, is_criterion_tree
from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.documents import parse_json, read_text
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError, json_path
from lotus_assets.sources.benchmark_files.github_action import is_data_js, read_data_js
from lotus_assets.sources.benchmark_files.pytest_benchmark import (
    is_pytest_benchmark,
    read_pytest_benchmark,
)
from lotus_assets.sources.benchmark_files.run_file import parse_run
from lotus_assets.sources.benchmark_files.run_model import FORMAT, BenchmarkRun

PARTS_OF_A_TREE = ("benchmark.json", "estimates.json", "sample.json", "tukey.json")


@dataclass
class Imported:
    """What became of some files: runs, refusals, and what says nothing or cannot be used."""

    runs: list[BenchmarkRun] = field(default_factory=list)
    refused: list[BenchmarkFileError] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)


def import_paths(paths: Iterable[Path], details: RunDetails, *, baseline: str = "new") -> Imported:
    """The runs of all `paths`. What is refused stops nothing else: each source is one whole."""
    imported = Imported()
    for source in chain.from_iterable(map(_sources, paths)):
        try:
            if source.is_dir():
                tree = CriterionTree(source)
                imported.runs.append(tree.read(details, baseline))
                imported.left_out += tree.left_out(baseline)
            else:
                _read_file(source, details, imported)
        except BenchmarkFileError as error:
            imported.refused.append(error)
        except ValidationError as error:
            # What a reader let pass and no run may hold, such as a figure that became infinite.
            first = error.errors(include_url=False)[0]
            where = json_path(first["loc"], "the run in it: $")
            imported.refused.append(BenchmarkFileError(source, where, first["msg"]))
    return imported


def _sources(path: Path) -> Iterator[Path]:
    """Files, and folders that are one Criterion tree; other folders are looked through."""
    if not path.is_dir():
        yield path
        return
    children = sorted(path.iterdir())
    if is_criterion_tree(path):
        trees = [child for child in children if is_criterion_tree(child)]
        if not trees or _begins_here(path):
            yield path
            return
    for child in children:
        yield from _sources(child)


def _begins_here(path: Path) -> bool:
    """Whether the first measurement's own `directory_name` begins at this folder."""
    first = CriterionTree(path).measurements()[0]
    try:
        name = json.loads((first / "benchmark.json").read_bytes())["directory_name"]
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return isinstance(name, str) and first.parent == path.joinpath(*name.split("/"))


def _read_file(path: Path, details: RunDetails, imported: Imported) -> None:
    """Add the runs of one file, and what of it is left out."""
    text = "" if path.suffix == ".cbor" or path.name in PARTS_OF_A_TREE else read_text(path)
    if not is_data_js(text):
        imported.runs.append(_run_of_file(path, text, details))
        return
    history = read_data_js(path, details)
    imported.runs += history.runs
    imported.left_out += [(path, reason) for reason in history.reasons()]


def _run_of_file(path: Path, text: str, details: RunDetails) -> BenchmarkRun:
    if path.suffix == ".cbor":
        raise BenchmarkFileError(
            path, "the whole file", "cargo-criterion's CBOR is not read; its messages are "
            "(cargo criterion --message-format=json)",
        )  # fmt: skip
    if path.name in PARTS_OF_A_TREE:
        raise BenchmarkFileError(
            path, "the whole file", "a part of a Criterion tree; import the folder target/criterion"
        )
    first_line = text.lstrip().partition("\n")[0]
    try:
        is_messages = is_cargo_criterion(json.loads(first_line))
    except (ValueError, RecursionError):
        is_messages = False
    if is_messages:
        return read_cargo_criterion(path, details)
    content = parse_json(text, path)
    if is_pytest_benchmark(content):
        return read_pytest_benchmark(path, details)
    if isinstance(content, dict) and content.get("format") == FORMAT:
        return parse_run(text, path)
    raise BenchmarkFileError(
        path,
        "the whole file",
        "neither pytest-benchmark's JSON, nor cargo-criterion's messages, nor a data.js of "
        "github-action-benchmark, nor a run file",
    )
