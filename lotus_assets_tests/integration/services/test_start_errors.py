"""What the services' own commands say when something has to be set right first: no traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CORE, API = "lotus_assets.services.lotus_core", "lotus_assets.services.api"


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def refusal(module: str, *arguments: str, **variables: str) -> str:
    """The only words of a command that refuses (exit code 2)."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    return done.stderr


def test_a_service_without_a_database() -> None:
    message = refusal(CORE, "--port", "0")
    assert message.startswith("There is no database: set LOTUS_CORE_DB_CONNECTION or ")
    assert len(message.splitlines()) == 1


def test_a_service_with_what_is_no_url() -> None:
    secret = "quite-secret"
    message = refusal(CORE, LOTUS_CORE_DB_CONNECTION=f"mysql://me:{secret}@127.0.0.1/lotus")
    assert message.startswith("LOTUS_CORE_DB_CONNECTION: mysql is not supported; expected ")
    assert len(message.splitlines()) == 1
    assert secret not in message


def test_the_api_with_every_variable_wrong(tmp_path: Path) -> None:
    wrong = {
        "LOTUS_API_PORT": "http",
        "LOTUS_API_WORKERS": "0",
        "LOTUS_API_LOG_LEVEL": "LOUD",
        "LOTUS_CORE_URL": "core",
    }
    message = refusal(API, TEM_DATA_DIR=str(tmp_path), **wrong)
    assert [line.split(":")[0] for line in message.splitlines()] == [
        *("LOTUS_API_PORT", "LOTUS_API_WORKERS", "LOTUS_API_LOG_LEVEL", "LOTUS_CORE_URL")
    ]


def test_the_api_where_lineage_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = refusal(API, "--port", "0", TEM_DATA_DIR=str(tmp_path / "file"))
    assert message.startswith(f"TEM_DATA_DIR is {tmp_path / 'file'}")
    assert "nothing can be written there (Not a directory)" in message


def test_loading_into_a_database_that_is_down(closed_port: int, tmp_path: Path) -> None:
    url = f"postgresql://me@127.0.0.1:{closed_port}/lotus"
    message = refusal(f"{CORE}.loading", str(tmp_path), LOTUS_CORE_DB_CONNECTION=url)
    assert message.startswith(f"The database {url} cannot be used: ")
    assert "Check LOTUS_CORE_DB_CONNECTION" in message
    assert len(message.splitlines()) == 1
