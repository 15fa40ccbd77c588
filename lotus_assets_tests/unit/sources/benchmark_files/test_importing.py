"""Files and folders of results are recognised by what they hold."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.importing import import_paths
from lotus_assets.sources.benchmark_files.run_file import run_text
from lotus_assets_tests.unit.sources.benchmark_files.documents import (
    DATA_JS,
    MESSAGE,
    PYTEST,
    write,
    write_data_js,
    write_tree,
)

DETAILS = RunDetails(suite="past", measured_at=datetime(2026, 3, 1, tzinfo=UTC))


def test_a_folder_of_everything_is_imported(tmp_path: Path) -> None:
    write(tmp_path / "a" / "bench.json", PYTEST)
    write(tmp_path / "messages.jsonl", MESSAGE)
    write_data_js(tmp_path / "data.js", DATA_JS)
    write_tree(tmp_path / "rust" / "first" / "target")
    write_tree(tmp_path / "rust" / "second")
    found = import_paths([tmp_path], DETAILS)
    assert found.refused == []
    assert sorted(run.source.format for run in found.runs) == [
        "cargo-criterion messages",
        "criterion",
        "criterion",
        "github-action-benchmark (pytest)",
        "pytest-benchmark 5.3.1",
    ]
    # Run files are read too, and say of themselves what they are.
    (tmp_path / "run.json").write_text(run_text(found.runs[0]))
    again = import_paths([tmp_path / "run.json"], RunDetails(suite="another"))
    assert again.runs == [found.runs[0]]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("weather.json", '{"rain": true}', "neither pytest-benchmark's JSON"),
        ("list.json", "[]", "neither pytest-benchmark's JSON"),
        ("notes.txt", "faster today", "no JSON"),
        ("estimates.json", "{}", "a part of a Criterion tree"),
        ("measurement.cbor", "x", "cargo-criterion's CBOR is not read"),
    ],
)
def test_what_is_none_of_them_is_refused_and_stops_nothing(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    (tmp_path / name).write_text(content)
    good = write(tmp_path / "zz" / "bench.json", PYTEST)
    found = import_paths([tmp_path], DETAILS)
    assert [run.source.file for run in found.runs] == [good.name]
    (refused,) = found.refused
    assert refused.file == str(tmp_path / name)
    assert reason in refused.reason


def changed(document: Any, *keys: str | int, to: Any) -> str:
    """The document as JSON with another value at the place that `keys` lead to."""
    copy = json.loads(json.dumps(document))
    part = copy
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = to
    return json.dumps(copy)


STATS = ("benchmarks", 0, "stats")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("[" * 100_000, "the whole file"),
        ('{"a": ' + "9" * 5_000 + "}", "the whole file"),
        (changed(PYTEST, "datetime", to="9999-12-31T23:59:59-12:00"), "$.datetime"),
        (changed(PYTEST, "datetime", to="0001-01-01T00:00:00+12:00"), "$.datetime"),
        (changed(PYTEST, *STATS, "rounds", to=10**30), "$.benchmarks[0].stats.rounds"),
        (
            changed(PYTEST, "benchmarks", 0, "extra_info", to={"peak_mb": 10**400}),
            "$.benchmarks[0].extra_info.peak_mb",
        ),
        (
            "window.BENCHMARK_DATA = "
            + changed(DATA_JS, "entries", "Python", 0, "benches", 0, "value", to=1e-320),
            "$.entries['Python'][0].benches[0]",
        ),
        (
            "window.BENCHMARK_DATA = "
            + changed(
                DATA_JS, "entries", "Python", 0, "benches", 0, "extra", to=f"rounds: {10**30}"
            ),
            "$.entries['Python'][0].benches[0]",
        ),
    ],
    ids=["deep", "digits", "late", "early", "rounds", "flat", "rate", "text"],
)
def test_what_no_machine_can_hold_is_refused_and_stops_nothing(
    tmp_path: Path, content: str, place: str
) -> None:
    (tmp_path / "results").write_text(content)
    good = write(tmp_path / "zz" / "bench.json", PYTEST)
    found = import_paths([tmp_path], DETAILS)
    assert [run.source.file for run in found.runs] == [good.name]
    (refused,) = found.refused
    assert (refused.file, refused.where) == (str(tmp_path / "results"), place)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (refused,) = import_paths([tmp_path / "none.json"], DETAILS).refused
    assert "cannot be read: No such file" in refused.reason
