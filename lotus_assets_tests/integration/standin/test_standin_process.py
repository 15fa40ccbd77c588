"""The stand-in as a process of its own."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

AS_OF = "2025-11-20T12:00:00+00:00"
MODULE = [sys.executable, "-m", "lotus_assets.standin.gitlab"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A data directory whose first start was long after the instant shown: built quickly."""
    (tmp_path / "anchor").write_text("2026-03-31\n", encoding="utf-8")
    return tmp_path


@contextmanager
def running(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """(process, its ready line)."""
    command = [*MODULE, "--data-dir", str(directory), "--as-of", AS_OF, *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_stopped(number: signal.Signals, directory: Path) -> None:
    with running(directory) as (process, ready):
        match = re.search(r"http://127\.0\.0\.1:\d+", ready)
        assert match, ready
        token = (directory / "token").read_text(encoding="utf-8").strip()
        headers = {"PRIVATE-TOKEN": token}
        address = f"{match[0]}/api/v4/personal_access_tokens/self?private_token={token}"
        answer = httpx.get(address, headers=headers)
        assert answer.status_code == 200
        process.send_signal(number)
        rest = process.stdout.read() if process.stdout else ""
        assert process.wait(timeout=60) == 0
    assert token not in ready + rest


def test_the_token_is_random_closed_to_others_and_kept(directory: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other" / "token"
    with running(directory, "--token-file", str(elsewhere)):
        first = elsewhere.read_text(encoding="utf-8")
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    assert len(first.strip()) > 30
    with running(directory, "--token-file", str(elsewhere)):
        assert elsewhere.read_text(encoding="utf-8") == first


def test_a_taken_port_is_named(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*MODULE, "--data-dir", str(directory), "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in ended.stderr
    assert "--port" in ended.stderr


def test_an_instant_before_history_is_explained(directory: Path) -> None:
    command = [*MODULE, "--data-dir", str(directory), "--as-of", "2020-01-01T00:00:00Z"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "before history begins" in ended.stderr


def test_git_is_needed_from_the_start(directory: Path, tmp_path: Path) -> None:
    command = [*MODULE, "--data-dir", str(directory), "--as-of", AS_OF]
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": str(tmp_path)},
    )
    assert ended.returncode == 1
    assert "git was not found" in ended.stderr
