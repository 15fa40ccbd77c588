"""Export files are written whole or not at all."""

import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lotus_assets.sources.exports import ExportNotWritten, write_export, write_exports

# Dies by SIGKILL when the file is complete but has not got its name.
KILLED = """
import os, signal, sys
from pathlib import Path
from lotus_assets.sources.exports import write_export
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
write_export(Path(sys.argv[1]), b"new", variable="TEM_EXPORT_DIR")
"""


def test_a_file_is_written_into_a_new_folder_and_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "daily" / "2026-03-31.json"
    write_export(path, b"old\n", variable="TEM_EXPORT_DIR")
    write_export(path, b"new\n", variable="TEM_EXPORT_DIR")
    assert path.read_bytes() == b"new\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_killed_writer_leaves_the_old_file_and_the_next_one_clears_up(tmp_path: Path) -> None:
    path = tmp_path / "2026-03-31.json"
    write_export(path, b"old", variable="TEM_EXPORT_DIR")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    write_export(tmp_path / "2026-04-01.json", b"next", variable="TEM_EXPORT_DIR")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "2026-03-31.json",
        "2026-04-01.json",
    ]


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "2026-03-31.json"
    said = f"{path} cannot be written .No space left on device.*TEM_EXPORT_DIR names the folder"
    write_export(path, b"old", variable="TEM_EXPORT_DIR")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportNotWritten, match=said):
        write_export(path, b"new", variable="TEM_EXPORT_DIR")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_changes_no_other(tmp_path: Path) -> None:
    """The disk is full for the second file of a day: the first stays as it was, in its folder."""
    files = {"daily/2026-03-31.csv": b"old", "daily/2026-03-31.json": b"old"}
    write_exports(tmp_path, files, variable="TEM_EXPORT_DIR")
    (tmp_path / "weekly").write_bytes(b"a file where a folder should be")
    changed = {**dict.fromkeys(files, b"new"), "weekly/2026-W14/org.json": b"new"}
    with pytest.raises(ExportNotWritten, match=r"weekly.* cannot be written"):
        write_exports(tmp_path, changed, variable="TEM_EXPORT_DIR")
    assert {name: (tmp_path / name).read_bytes() for name in files} == files
    assert len(list((tmp_path / "daily").iterdir())) == 2


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "2026-03-31.json"
    contents = [bytes([number]) * 50_000 for number in range(16)]
    with ThreadPoolExecutor(8) as writers:
        list(
            writers.map(
                lambda content: write_export(path, content, variable="TEM_EXPORT_DIR"), contents
            )
        )
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]
