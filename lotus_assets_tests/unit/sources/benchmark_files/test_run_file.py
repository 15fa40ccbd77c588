"""The run file, the folder of run files, and what is told of a machine."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.history_folder import HistoryFolder
from lotus_assets.sources.benchmark_files.machine import machine_of
from lotus_assets.sources.benchmark_files.run_file import (
    SCHEMA,
    identified,
    parse_run,
    read_run,
    run_text,
    schema_text,
)
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets_tests.unit.sources.benchmark_files.documents import (
    PYTEST,
    Change,
    changed,
    write,
)


def a_run(**content: Any) -> BenchmarkRun:
    result = {
        "benchmark": "test_a", "metric": "time", "quantity": "time", "unit": "s",
        "direction": "lower", "statistic": "min", "value": 0.5, "minimum": 0.5, "maximum": 2.0,
        "rounds": 2, "samples": [2.0, 0.5], "iterations": [1, 1],
    }  # fmt: skip
    return identified(
        **{
            "suite": "own engines",
            "kind": "daily",
            "commit": {"id": "0123456789abcdef"},
            "started_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
            "machine": {"fingerprint": "unknown"},
            "source": {"format": "hand", "file": "none"},
            "results": [result],
            **content,
        }
    )


def test_the_id_tells_time_suite_and_commit_and_follows_from_the_content() -> None:
    run = a_run()
    assert run.run_id.startswith("20260301T120000Z-own-engines-0123456-")
    assert a_run().run_id == run.run_id
    assert a_run(load_average=1.0).run_id != run.run_id


def test_a_run_file_is_canonical_and_keeps_its_schema(tmp_path: Path) -> None:
    run = a_run(expected=[("test_a", "time")])
    path = tmp_path / "run.json"
    path.write_text(run_text(run))
    assert read_run(path) == run
    content = json.loads(path.read_text())
    jsonschema.validate(content, json.loads(SCHEMA.read_text()))
    assert list(content) == sorted(content)


def test_the_schema_file_is_that_of_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), (
        "python -m lotus_assets.sources.benchmark_files.run_file writes it anew"
    )


BAD: dict[str, tuple[Change, str, str]] = {
    "another format": (lambda r: r.update(format="x"), "$.format", "no run file"),
    "a newer version": (lambda r: r.update(format_version=2), "$.format_version", "should be 1"),
    "an unknown key": (lambda r: r.update(colour="red"), "$.colour", "not permitted"),
    "no offset": (
        lambda r: r.update(started_at="2026-03-01T12:00:00"), "$.started_at", "timezone",
    ),
    "a text for a number": (
        lambda r: r["results"][0].update(value="0.5"), "$.results[0].value", "valid number",
    ),
    "another value": (
        lambda r: r["results"][0].update(value=0.4),
        "$.results[0]",
        "value is 0.4, but its min is 0.5",
    ),
    "another maximum": (
        lambda r: r["results"][0].update(maximum=3.0), "$.results[0]", "that of the samples is 2.0",
    ),
    "a sample missing": (
        lambda r: r["results"][0].update(samples=[0.5]), "$.results[0]", "2 rounds, but 1 samples",
    ),
    "iterations missing": (
        lambda r: r["results"][0].update(iterations=[1]), "$.results[0]", "one number for each",
    ),
    "a time of zero": (
        lambda r: r["results"][0].update(samples=[2.0, 0.0], minimum=0.0, value=0.0),
        "$.results[0]",
        "more than 0 s",
    ),
    "a result twice": (
        lambda r: r["results"].append(r["results"][0]), "$", "time of test_a is there twice",
    ),
    "a rerun of nothing": (lambda r: r.update(kind="rerun"), "$", "of_run_id belongs to a rerun"),
    "over before it began": (
        lambda r: r.update(finished_at="2026-03-01T11:00:00Z"), "$", "before started_at",
    ),
    "after the last year": (
        lambda r: r.update(started_at="9999-12-31T23:59:59-12:00"), "$.started_at", "no instant",
    ),
    "before clocks": (
        lambda r: r.update(started_at="0001-01-01T00:00:00Z"), "$.started_at", "years 1900 to 2199",
    ),
    "a number without sense": (
        lambda r: r["results"][0].update(value=1.7e308), "$.results[0].value", "less than",
    ),
    "more rounds than a number holds": (
        lambda r: r["results"][0].update(rounds=2**63), "$.results[0].rounds", "less than",
    ),
    "a way out of the folder": (lambda r: r.update(run_id="../x"), "$.run_id", "pattern"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "place", "reason"), BAD.values(), ids=BAD)
def test_a_bad_run_file_is_refused(tmp_path: Path, change: Change, place: str, reason: str) -> None:
    content = changed(json.loads(run_text(a_run())), change)
    with pytest.raises(BenchmarkFileError) as refused:
        read_run(write(tmp_path / "run.json", content))
    assert refused.value.where == place
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (b"", "the whole file", "it is empty"),
        (b"\xff\xfe{}", "byte 0", "no UTF-8"),
        (b'{"format": "lotus-benchmark-run",\n "run_id": }', "line 2, column 12", "no JSON"),
        (b'{"format": 1, "format": 2}', "key 'format'", "given twice"),
        (b'{"format": "a\\u0000b"}', "the whole file", "the character NUL"),
        (b'{"format": "\\ud800"}', "the whole file", "half a surrogate pair"),
        (b"[" * 100_000, "the whole file", "nested too deeply"),
    ],
    ids=["empty", "binary", "broken", "a key twice", "NUL", "surrogate", "deep"],
)
def test_what_is_no_document_is_refused(
    tmp_path: Path, content: bytes, place: str, reason: str
) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(BenchmarkFileError) as refused:
        read_run(path)
    assert refused.value.where == place
    assert reason in refused.value.reason


def test_a_run_is_added_once_and_never_changed(tmp_path: Path) -> None:
    folder, run = HistoryFolder(tmp_path), a_run()
    assert folder.add(run)
    assert not folder.add(run)
    assert folder.files() == [tmp_path / "runs" / "own-engines" / f"{run.run_id}.json"]
    other = run.model_copy(update={"load_average": 3.0})
    with pytest.raises(BenchmarkFileError, match="runs are final"):
        folder.add(other)
    (stored,) = folder.read()
    assert stored.run == run
    assert list(folder.read({run.run_id: stored.sha256})) == []


def test_a_bad_file_of_the_folder_stops_no_other(tmp_path: Path) -> None:
    folder, run, other = HistoryFolder(tmp_path), a_run(), a_run(suite="other")
    folder.add(run)
    folder.add(other)
    (tmp_path / "runs" / "own-engines" / "broken.json").write_text("{")
    (tmp_path / "runs" / "named-wrongly.json").write_text(run_text(run))
    refused: list[BenchmarkFileError] = []
    found = list(folder.read({run.run_id: "of another content"}, refused))
    assert [stored.run for stored in found] == [other]
    reasons = {Path(error.file).name: error.reason for error in refused}
    assert "no JSON" in reasons["broken.json"]
    assert "the file should be" in reasons["named-wrongly.json"]
    assert "changed after it was stored" in reasons[f"{run.run_id}.json"]
    with pytest.raises(BenchmarkFileError):
        list(folder.read())


def test_hardware_makes_the_fingerprint_and_nothing_else_does() -> None:
    info = PYTEST["machine_info"]
    machine = machine_of(info)
    assert machine.fingerprint.startswith("example-3000-4x-")
    same = {**info, "node": "host-b", "release": "6.2.0", "python_version": "3.12.1"}
    assert machine_of(same) == machine
    fewer = {**info, "cpu": {**info["cpu"], "count": 2}}
    assert machine_of(fewer).fingerprint != machine.fingerprint
    older = {**info, "cpu": {"brand": "Example 3000", "vendor_id": "Example", "count": 4}}
    assert machine_of(older) == machine


def test_a_machine_that_nobody_noted_is_unknown() -> None:
    assert machine_of({"system": "Linux"}).fingerprint == "unknown"


def test_text_and_file_say_the_same() -> None:
    run = a_run(commit={"version": "9.1.0"})
    assert parse_run(run_text(run), Path("x")).commit.version == "9.1.0"
    assert "-9.1.0-" in run.run_id
