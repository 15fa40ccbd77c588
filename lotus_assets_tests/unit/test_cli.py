"""What the commands say, and with which exit code, when something has to be set right first."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lotus_assets.commands.cli import application


@pytest.fixture(autouse=True)
def _data_in_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TEM_EXPORT_DIR", str(tmp_path / "exports"))


def refusal(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of a command that refuses (exit code 2), nothing else having been said."""
    with pytest.raises(SystemExit) as ended:
        application(list(arguments))
    said = capfd.readouterr()
    assert ended.value.code == 2, said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("command", ["run", "dev"])
def test_without_git(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    message = refusal(capfd, command)
    assert message.startswith("Git was not found.")
    assert "install Git" in message


def test_an_old_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    git = tmp_path / "git"
    git.write_text("#!/bin/sh\necho git version 2.20.1\n", encoding="utf-8")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert refusal(capfd, "run") == ("Git 2.31 or newer is needed; this is: git version 2.20.1\n")


@pytest.mark.parametrize(
    ("given", "missing"),
    [("GITLAB_API_URL", "GITLAB_API_TOKEN"), ("GITLAB_API_TOKEN", "GITLAB_API_URL")],
)
def test_half_of_gitlab(
    given: str,
    missing: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(given, "https://gitlab.invalid")
    assert refusal(capfd, "run").startswith(f"{given} is set, {missing} is not.")


def test_an_unreachable_database(
    closed_port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "quite-secret"
    url = f"postgresql://somebody:{secret}@127.0.0.1:{closed_port}/lotus"
    monkeypatch.setenv("TEM_DB_CONNECTION", url)
    message = refusal(capfd, "run")
    assert "Connection refused" in message
    assert f"127.0.0.1:{closed_port}/lotus" in message
    assert "TEM_DB_CONNECTION" in message
    assert secret not in message


def test_another_kind_of_database(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEM_DB_CONNECTION", "mysql://somebody@127.0.0.1/lotus")
    message = refusal(capfd, "run")
    assert message.startswith("TEM_DB_CONNECTION: mysql is not supported; expected postgresql://")


@pytest.mark.parametrize("command", ["run", "dev", "export --date 2026-03-30"])
@pytest.mark.parametrize("variable", ["TEM_DATA_DIR", "TEM_EXPORT_DIR"])
def test_a_folder_that_is_a_file(
    variable: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TEM_AS_OF", "2026-03-31T12:00:00+02:00")
    monkeypatch.setenv(variable, str(tmp_path / "file"))
    expected = f"{variable} is {tmp_path / 'file'}: nothing can be written there (File exists)."
    assert refusal(capfd, *command.split()).startswith(expected)


def test_a_history_below_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TEM_BENCH_DIR", str(tmp_path / "file" / "history"))
    message = refusal(capfd, "bench-store")
    assert message.startswith(f"TEM_BENCH_DIR is {tmp_path / 'file' / 'history'}: ")
    assert "(Not a directory)" in message


def test_a_taken_port(
    taken_port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOTUS_DAGSTER_PORT", str(taken_port))
    message = refusal(capfd, "dev")
    assert f"Port {taken_port} on 127.0.0.1 cannot be used" in message
    assert "LOTUS_DAGSTER_PORT" in message


@pytest.mark.parametrize("command", ["run", "dev"])
def test_an_instant_that_has_not_come(
    command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEM_AS_OF", "9999-01-01T00:00:00Z")
    message = refusal(capfd, command)
    assert message.startswith("TEM_AS_OF is 9999-01-01T00:00:00+00:00, which is in the future")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TEM_AS_OF", "2026-03-31T12:00:00", "TEM_AS_OF: an offset is missing"),
        ("TEM_BACKFILL_DAYS", "many", "TEM_BACKFILL_DAYS: Input should be a valid integer"),
        ("TEM_MAX_PARALLELISM", "0", "TEM_MAX_PARALLELISM: Input should be greater than or equal"),
        ("TIMEZONE", "Europe/Atlantis", "TIMEZONE: Europe/Atlantis is no time zone"),
        ("LOTUS_CORE_URL", "core", "LOTUS_CORE_URL: core is no address"),
        ("LOTUS_DAGSTER_PORT", "99999", "LOTUS_DAGSTER_PORT: Input should be less than or equal"),
    ],
)
def test_a_variable_that_means_nothing(
    name: str,
    value: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert expected in refusal(capfd, "run")


@pytest.mark.parametrize("variable", ["TEM_ORG_FILE", "TEM_RULES_FILE"])
def test_a_file_with_an_unknown_key(
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("# mine\nno_such_key: 1\n", encoding="utf-8")
    monkeypatch.setenv(variable, str(file))
    message = refusal(capfd, "run")
    assert "mine.yaml" in message
    assert "no_such_key" in message


def test_export_of_a_day_that_is_not_over(capfd: pytest.CaptureFixture[str]) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    message = refusal(capfd, "export", "--date", tomorrow.isoformat())
    assert message.startswith(f"{tomorrow} cannot be exported")


def test_export_of_what_is_no_day(capfd: pytest.CaptureFixture[str]) -> None:
    assert "2026-13-01" in refusal(capfd, "export", "--date", "2026-13-01")
