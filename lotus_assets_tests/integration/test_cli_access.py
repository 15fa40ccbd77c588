"""What the commands say when a real database or a GitLab refuses them."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from lotus_assets.commands.cli import application
from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.standin_fixtures import young_world

__all__ = ["young_world"]

NOBODY = "http://127.0.0.1:9"
"""The discard port, which nothing listens on."""
READ_API_ONLY = Token("example-token-without-repository", frozenset({"read_api"}))


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    monkeypatch.setenv("TEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TEM_EXPORT_DIR", str(tmp_path / "exports"))
    monkeypatch.setenv("TEM_DB_CONNECTION", database)
    # Neither side can be had, so that no test has to wait for a run of the other one.
    monkeypatch.setenv("LOTUS_CORE_URL", NOBODY)
    monkeypatch.setenv("LOTUS_CORE_ATTEMPTS", "1")


def refusal(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        application(list(arguments))
    said = capfd.readouterr()
    assert ended.value.code == 2, said.err
    assert "Traceback" not in said.err
    return said.err


def name_gitlab(monkeypatch: pytest.MonkeyPatch, url: str, token: str) -> None:
    monkeypatch.setenv("GITLAB_API_URL", url)
    monkeypatch.setenv("GITLAB_API_TOKEN", token)


def test_a_wrong_database_password(
    database: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if make_url(database).password is None:
        pytest.skip("this server asks for no password")
    wrong = make_url(database).set(password="a-wrong-guess")
    monkeypatch.setenv("TEM_DB_CONNECTION", wrong.render_as_string(hide_password=False))
    message = refusal(capfd, "run")
    assert "password authentication failed" in message
    assert "TEM_DB_CONNECTION" in message
    assert "a-wrong-guess" not in message


def test_a_database_that_does_not_exist(
    database: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = make_url(database).set(database="nowhere")
    monkeypatch.setenv("TEM_DB_CONNECTION", missing.render_as_string(hide_password=False))
    assert 'database "nowhere" does not exist' in refusal(capfd, "run")


def test_a_wrong_token(
    young_world: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with StandinServer(young_world) as server:
        name_gitlab(monkeypatch, server.url, "a-token-nobody-gave")
        message = refusal(capfd, "run")
    assert "token" in message.lower()
    assert "a-token-nobody-gave" not in message


def test_a_gitlab_that_is_being_updated_is_waited_for_and_the_reader_is_told(
    young_world: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with StandinServer(young_world) as server:
        server.faults.add(faults.unavailable(), times=2)
        name_gitlab(monkeypatch, server.url, "a-token-nobody-gave")
        message = refusal(capfd, "run")
    assert "GitLab failed with 503" in message
    assert message.count("for 300 s at most") == 2
    assert "refused the token" in message


def test_a_token_without_a_scope(
    young_world: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with StandinServer(young_world, tokens=[READ_API_ONLY]) as server:
        name_gitlab(monkeypatch, server.url, READ_API_ONLY.value)
        assert "read_repository" in refusal(capfd, "run")


def test_an_unknown_root_group(
    young_world: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEM_ROOT_GROUPS", "toman/core,toman/nowhere")
    with StandinServer(young_world) as server:
        name_gitlab(monkeypatch, server.url, server.token)
        message = refusal(capfd, "run")
    assert "toman/nowhere" in message


def test_a_gitlab_that_does_not_answer(
    young_world: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with StandinServer(young_world) as server:
        url, token = server.url, server.token
    name_gitlab(monkeypatch, url, token)
    message = refusal(capfd, "run")
    assert "GitLab was left out: " in message
    assert "could not be made. GITLAB_API_URL is " in message
    assert f"GITLAB_API_URL is {url}: look whether the address is right" in message
    assert "unset it and GITLAB_API_TOKEN to use the sample organisation" in message
    assert "lotus-core was left out: " in message
    assert f"LOTUS_CORE_URL is {NOBODY}: " in message
    assert "unset it to use the embedded service" in message


def test_an_instant_before_the_first_day_leaves_gitlab_out(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The first partition is 2025-01-01: it is complete from the day after on."""
    monkeypatch.setenv("TEM_AS_OF", "2025-01-01T22:59:59Z")
    message = refusal(capfd, "run")
    assert "GitLab was left out: TEM_AS_OF is 2025-01-01T23:59:59+01:00: " in message
    assert "it must be 2025-01-02 or later" in message


def test_a_server_that_is_no_lotus_core(
    young_world: Store,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with StandinServer(young_world) as server:
        name_gitlab(monkeypatch, server.url, "a-token-nobody-gave")
        monkeypatch.setenv("LOTUS_CORE_URL", server.url)
        message = refusal(capfd, "run")
    assert f"LOTUS_CORE_URL is {server.url}: " in message
    assert "/integration/portfolios: " in message
