"""Subjects: environments made by the real uv from a folder of wheels, suites run by real pytest.

A stand-in takes the place of `rangebar`, so that what its suite should find is known.
"""

import base64
import hashlib
import json
import subprocess
import sys
import sysconfig
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.benchmarks.subjects.environment import locked_environment, run
from lotus_assets.benchmarks.subjects.rangebar_subject import (
    LOCK,
    RANGEBAR_EXPECTED,
    measure_with,
)
from lotus_assets.benchmarks.subjects.releases import measure_release, pins, published_at
from lotus_assets.benchmarks.subjects.subject_failed import SubjectFailed

BYTES_PER_TRADE = 64
STANDIN = f"""
def process_trades_to_dataframe(trades, threshold):
    \"\"\"One bar for `threshold` trades; it fills {BYTES_PER_TRADE} bytes for each.\"\"\"
    filled = bytearray(b"x") * ({BYTES_PER_TRADE} * len(trades))
    return [filled[0]] * (len(trades) // threshold)
"""


def wheel(folder: Path, version: str, source: str) -> str:
    """A wheel of `subject` in `folder`; returns its hash."""
    info = f"subject-{version}.dist-info"
    files = {
        "subject.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: subject\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    path = folder / f"subject-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
            record += f"{name},sha256={digest.rstrip(b'=').decode()},{len(content)}\n"
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


def value_of(python: Path) -> str:
    return run([str(python), "-c", "import subject; print(subject.VALUE)"], {}, seconds=60).strip()


def test_an_environment_follows_its_lock(wheels: Path, tmp_path: Path) -> None:
    lock, folder = tmp_path / "requirements.lock", tmp_path / "environment"
    first = wheel(wheels, "1.0", "VALUE = 'first'\n")
    lock.write_text(f"subject==1.0 --hash=sha256:{first}\n", encoding="utf-8")
    python = locked_environment(lock, folder)
    assert value_of(python) == "first"

    (folder / "kept").touch()
    assert locked_environment(lock, folder) == python
    assert (folder / "kept").exists(), "an unchanged lock keeps its environment"

    second = wheel(wheels, "2.0", "VALUE = 'second'\n")
    lock.write_text(f"subject==2.0 --hash=sha256:{second}\n", encoding="utf-8")
    assert value_of(locked_environment(lock, folder)) == "second"
    assert not (folder / "kept").exists()


def test_a_package_with_another_hash_is_refused_and_tried_again(
    wheels: Path, tmp_path: Path
) -> None:
    lock, folder = tmp_path / "requirements.lock", tmp_path / "environment"
    true_hash = wheel(wheels, "1.0", "VALUE = 'first'\n")
    lock.write_text(f"subject==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    for _ in range(2):  # a failed installation is not taken for one
        with pytest.raises(
            SubjectFailed, match=r"(?s)uv pip sync.*[Hh]ash mismatch.*subject==1\.0"
        ):
            locked_environment(lock, folder)
    lock.write_text(f"subject==1.0 --hash=sha256:{true_hash}\n", encoding="utf-8")
    assert value_of(locked_environment(lock, folder)) == "first"


def test_the_lock_names_the_release_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    assert "rangebar==9.1.0" in pins(LOCK)
    assert text.count("==") == len(pins(LOCK))
    assert "--hash=sha256:" in text


def test_a_release_that_does_not_install_is_named(wheels: Path, tmp_path: Path) -> None:
    with pytest.raises(SubjectFailed, match=r"(?s)^rangebar 13\.0\.0: `uv lock.*rangebar"):
        measure_release("13.0.0", tmp_path / "releases")
    assert list((tmp_path / "releases").iterdir()) == []


def test_a_release_is_as_old_as_its_first_file(tmp_path: Path) -> None:
    lock = tmp_path / "uv.lock"
    lock.write_text(
        """
[[package]]
name = "numpy"
version = "2.4.6"
wheels = [{ url = "w", hash = "sha256:0", upload-time = "2020-01-01T00:00:00Z" }]

[[package]]
name = "rangebar"
version = "7.1.3"
sdist = { url = "s", hash = "sha256:0", upload-time = "2026-01-12T11:41:12Z" }
wheels = [
    { url = "a", hash = "sha256:1", upload-time = "2026-01-12T10:41:10+01:00" },
    { url = "b", hash = "sha256:2" },
]
""",
        encoding="utf-8",
    )
    assert published_at(lock) == datetime(2026, 1, 12, 9, 41, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with pytest, pytest-benchmark and the stand-in for rangebar."""
    folder = tmp_path_factory.mktemp("subject") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "rangebar.py").write_text(STANDIN, encoding="utf-8")
    (packages / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def measured(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the suite's file says by name of the benchmark: one of each kind, as `make bench`."""
    names = [name for name, _ in RANGEBAR_EXPECTED]
    output = tmp_path_factory.mktemp("measured") / "rangebar.json"
    chosen = (names[0], names[3], names[5])
    assert measure_with(python, output, weekly=False, only=chosen) == output
    document = json.loads(output.read_text(encoding="utf-8"))
    entries = {entry["fullname"]: entry for entry in document["benchmarks"]}
    assert tuple(entries) == chosen
    assert document["lotus_session"]["versions"]["pandas"] != "not installed"
    return entries


def test_memory_and_ratio_reach_the_file_of_a_benchmark_only_run(measured: dict[str, Any]) -> None:
    metrics = {
        metric: entry["extra_info"]["metrics"][metric]
        for name, entry in measured.items()
        for expected, metric in RANGEBAR_EXPECTED
        if expected == name
    }
    assert set(metrics) == {"throughput", "peak_memory", "compression_ratio"}
    assert metrics["throughput"] == {"work": 1_000, "unit": "trades/s"}
    # 10,000 trades, one bar for 250 of them
    assert metrics["compression_ratio"]["value"] == 250.0
    assert metrics["compression_ratio"]["direction"] == "exact"


def test_peak_memory_is_what_processing_takes_beyond_the_trades(measured: dict[str, Any]) -> None:
    [memory] = [entry for name, entry in measured.items() if "memory" in name]
    samples = memory["extra_info"]["metrics"]["peak_memory"]["samples"]
    assert len(samples) == 5
    # A million trades of 64 bytes are filled; the trades themselves take some 250 MB.
    assert samples == pytest.approx([64e6] * 5, rel=0.05)


def test_every_benchmark_has_at_least_five_rounds(measured: dict[str, Any]) -> None:
    assert min(entry["stats"]["rounds"] for entry in measured.values()) >= 5


def test_a_suite_that_measures_nothing_fails_with_what_pytest_said(
    python: Path, tmp_path: Path
) -> None:
    with pytest.raises(SubjectFailed, match=r"(?s)pytest test_performance\.py::nothing.*not found"):
        measure_with(
            python, tmp_path / "none.json", weekly=True, only=["test_performance.py::nothing"]
        )
