"""What a process of ours left behind in its session."""

import os
from contextlib import suppress

import psutil


def end_session(session: int, seconds: float) -> None:
    """End the processes of a session: they are asked, and killed after `seconds`."""
    left = _of_session(session)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(left, timeout=seconds)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive)


def _of_session(session: int) -> list[psutil.Process]:
    """The processes of a session that live."""
    processes = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                processes.append(process)
    return processes
