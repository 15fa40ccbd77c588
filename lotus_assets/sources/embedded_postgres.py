"""PostgreSQL from the pip-shipped binaries: what `make run` uses when no database is named.

The wheel's own server class leaks servers after a kill and offers no TCP, so only its
binaries are used. Several processes share one server: each holds a shared lock for as long as it
needs the server, and whoever finds itself alone stops it (see `postgres_guard`).
"""

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil
import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from lotus_assets.sources import postgres_guard
from lotus_assets.sources.server_account import (
    EmbeddedPostgresError,
    ServerAccount,
    reachable_binaries,
    reachable_home,
    server_account,
)

LOOPBACK = "127.0.0.1"
NAME = "lotus"
"""Of the database and of its superuser."""

START_SECONDS = 300
"""Recovery after a kill replays up to max_wal_size of the log."""

PARAMETERS = {
    "listen_addresses": LOOPBACK,
    # No socket file: its path would have to stay under about 100 characters.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log may be passed on in a bug report; statements can hold what must stay in the tables.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """The server whose files are in `home`, from entering the context to leaving it.

    `home` holds `data` (the cluster), `password` (0600), `port` (kept while it is free),
    `server.log` and `users.lock`. The data stay for the next time.
    """

    def __init__(self, home: Path) -> None:
        """Choose the account and the folders; nothing is started yet.

        Raises:
            EmbeddedPostgresError: no account can run it, or it cannot be reached.
        """
        self.home = reachable_home(home.resolve())
        self.account: ServerAccount = server_account(self.home)
        self.data = self.home / "data"
        self._binaries = reachable_binaries(self.account)
        self._lock: IO[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server, or join those who use it already.

        Raises:
            EmbeddedPostgresError: it does not start.
        """
        self._lock = self._open_lock("users.lock")
        fcntl.flock(self._lock, fcntl.LOCK_SH)  # waits while a last user is stopping it
        try:
            self._guard = self._start_guard()
            with self._open_lock("start.lock") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                self._start()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server, unless others still use it."""
        self._leave()

    @property
    def url(self) -> str:
        """postgresql:// URL of the project's database, with its password."""
        return self._url(NAME)

    @property
    def port(self) -> int:
        """Port on the loopback address."""
        return int((self.home / "port").read_text(encoding="utf-8"))

    def _url(self, database: str) -> str:
        password = (self.home / "password").read_text(encoding="utf-8").strip()
        return URL.create(
            "postgresql", NAME, password, LOOPBACK, self.port, database
        ).render_as_string(hide_password=False)

    # Starting

    def _start(self) -> None:
        if not self.data.exists():
            self._initialise()
        if not self._attach():
            self._clear_remains()
            self._launch()
        try:
            self._create_database()
        except (psycopg.OperationalError, FileNotFoundError) as error:
            raise EmbeddedPostgresError(
                f"The embedded database in {self.home} does not let us in: {error}. Was the file "
                "`password` there changed? Without it, remove the folder and collect anew."
            ) from error

    def _create_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))

    def _initialise(self) -> None:
        """Make the cluster; a folder appears under its name only when it is complete."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._write("password", secrets.token_urlsafe(32) + "\n")
        made = self.account.run(
            [
                self._binaries / "initdb",
                f"--pgdata={unfinished}",
                f"--username={NAME}",
                f"--pwfile={self.home / 'password'}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
            ]
        )
        if made.returncode != 0:
            raise EmbeddedPostgresError(
                f"The embedded database could not be made in {self.home}: {made.stderr.strip()}"
            )
        unfinished.rename(self.data)

    def _attach(self) -> bool:
        """Whether our server runs and lets us in; one that does not let us in is stopped."""
        running = self._server_processes()
        postmaster = self._postmaster_file()
        if not postmaster or postmaster[0] not in {str(process.pid) for process in running}:
            return False
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            lines = self._postmaster_file()
            if not lines:
                return False
            if len(lines) > 7 and lines[7].strip() == "ready":
                self._write("port", lines[3].strip())
                if self._lets_us_in():
                    return True
                break
            time.sleep(0.1)
        for mode in ("fast", "immediate"):
            if self._stop(mode):
                break
        return False

    def _lets_us_in(self) -> bool:
        try:
            with psycopg.connect(self._url("postgres"), connect_timeout=10) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except (psycopg.OperationalError, FileNotFoundError):
            return False
        return row is not None and Path(row[0]) == self.data

    def _clear_remains(self) -> None:
        """Remove what a killed server left: backends without a postmaster, and its pid file.

        PostgreSQL believes a pid file whose number another process has meanwhile, and then
        refuses to start; that no process of this cluster lives is checked here instead.
        """
        orphans = self._server_processes()
        _, alive = psutil.wait_procs(orphans, timeout=10)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self) -> None:
        log = self.home / "server.log"
        if log.exists():
            log.replace(self.home / "server.previous.log")
        answer = ""
        for port in self._ports():
            settings = " ".join(f"-c {name}={value!r}" for name, value in PARAMETERS.items())
            started = self.account.run(
                [
                    self._binaries / "pg_ctl",
                    "start",
                    f"--pgdata={self.data}",
                    f"--log={log}",
                    f"--timeout={START_SECONDS}",
                    f"--options=-p {port} {settings}",
                    "--silent",
                ]
            )
            if started.returncode == 0:
                self._write("port", str(port))
                return
            answer = started.stderr.strip()
            if "could not bind" not in log.read_text(encoding="utf-8", errors="replace"):
                break
        tail = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
        reason = " ".join(tail.splitlines()[-3:]) or answer
        raise EmbeddedPostgresError(
            f"The embedded database in {self.home} did not start: {reason} (whole log: {log})."
        )

    def _ports(self) -> list[int]:
        """The port of last time if it is free, then free ones."""
        kept = self.home / "port"
        last = [int(kept.read_text(encoding="utf-8"))] if kept.exists() else []
        return [port for port in last if _is_free(port)] + [_free_port() for _ in range(3)]

    # Stopping

    def _leave(self) -> None:
        """Stop the server if nobody else uses it; else leave it to them."""
        if self._guard is not None:
            self._guard.kill()
            self._guard.wait()
        if self._lock is None:
            return
        with self._lock as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Others use it, or another's guard is just stopping it: then wait until it has.
                fcntl.flock(lock, fcntl.LOCK_SH)
                return
            if self._server_processes() and not self._stop("fast"):
                self._stop("immediate")

    def _start_guard(self) -> subprocess.Popen[bytes]:
        stop = [*self._stop_command("fast")]
        account = [str(self.account.user), str(self.account.group)]
        return subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", postgres_guard.__file__),
                *(str(self.home / "users.lock"), *account, *stop),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,  # an interrupt at the terminal is not for it
        )

    def _stop(self, mode: str) -> bool:
        return self.account.run(self._stop_command(mode)).returncode == 0

    def _stop_command(self, mode: str) -> list[str]:
        pg_ctl = str(self._binaries / "pg_ctl")
        return [pg_ctl, "stop", f"--pgdata={self.data}", f"--mode={mode}", "--timeout=60"]

    # Looking

    def _server_processes(self) -> list[psutil.Process]:
        """PostgreSQL's processes of this cluster: all of them work in its data folder."""
        processes = []
        for process in psutil.process_iter(["name", "cwd"]):
            name, folder = process.info["name"] or "", process.info["cwd"]
            if name.startswith("postgres") and folder and Path(folder) == self.data:
                processes.append(process)
        return processes

    def _postmaster_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _open_lock(self, name: str) -> IO[bytes]:
        return self._open(name, os.O_CREAT | os.O_RDWR)

    def _write(self, name: str, content: str) -> None:
        """Write a file that only the server's account (and root) can read, all or nothing."""
        unfinished = self.home / f"{name}.unfinished"
        unfinished.unlink(missing_ok=True)
        with self._open(unfinished.name, os.O_CREAT | os.O_EXCL | os.O_WRONLY) as file:
            file.write(content.encode())
        unfinished.replace(self.home / name)

    def _open(self, name: str, flags: int) -> IO[bytes]:
        # Root must not follow a link that the less privileged account put here.
        descriptor = os.open(self.home / name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if not self.account.is_ours:
            os.fchown(descriptor, self.account.user, self.account.group)
        return os.fdopen(descriptor, "wb" if flags & os.O_WRONLY else "r+b", buffering=0)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
