"""Stops the embedded PostgreSQL once nobody uses it any more, even when its users were killed.

Run by path with the standard library alone: `postgres_guard.py LOCK USER GROUP PG_CTL DATA`.
Every user of the server holds a shared lock on LOCK, which the kernel releases whatever becomes
of the process; the guard waits for the exclusive one.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path


def main(lock: str, user: str, group: str, *stop: str) -> None:
    """Wait for the last user of `lock` to go, then run the command `stop`."""
    os.chdir("/")
    with Path(lock).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(int(group))
            os.setuid(int(user))
        # Fails when the server is stopped already, which is what is wanted.
        subprocess.run(stop, stdin=subprocess.DEVNULL, capture_output=True, check=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
