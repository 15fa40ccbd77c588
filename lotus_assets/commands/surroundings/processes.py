"""Processes of our own beside this one: started so that they end with us, stopped by their id.

Run as `python -m lotus_assets.commands.surroundings.processes PARENT COMMAND…` it makes itself that
command, ready to be stopped: with default signals (what a shell starts with `&` ignores interrupts
for good) and, on Linux, stopped by the kernel should its parent be killed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import IO

SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
STOP_SECONDS = 30


class ProcessFailed(Exception):
    """A process of ours did not start or ended early; the text says which and why."""


@contextmanager
def running(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """`python ARGUMENTS` in a session of its own while the context lasts.

    With `log`, its errors go there and its output can be read (`first_line`); without, both go
    where ours go. What the process before it wrote is kept beside, as `<log>.1`: who starts it
    again after it died looks there for the reason.
    """
    with ExitStack() as files:
        errors = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            if log.exists() and log.stat().st_size:
                log.replace(log.with_name(f"{log.name}.1"))
            errors = files.enter_context(log.open("w", encoding="utf-8"))
        process = subprocess.Popen(
            [*ending_with_us(), sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=None if log is None else subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **environment},
            text=True,
            start_new_session=True,  # an interrupt at the terminal is ours to pass on
        )
    try:
        yield process
    finally:
        stop(process)


def ending_with_us() -> list[str]:
    """What to put in front of a command that may not outlive this process."""
    return [sys.executable, "-m", "lotus_assets.commands.surroundings.processes", str(os.getpid())]


def stop(process: subprocess.Popen[str], seconds: float = STOP_SECONDS) -> None:
    """End `process` and everything of its session: what it started outlives it otherwise.

    It is asked first, so that it ends its own in its own order, then what is left; after `seconds`
    each time the rest is killed.
    """
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    # Here, because who asks for help starts nothing.
    from lotus_assets.commands.surroundings.sessions import end_session

    end_session(process.pid, seconds)
    if process.stdout is not None:
        process.stdout.close()


def first_line(name: str, process: subprocess.Popen[str], log: Path, seconds: float) -> str:
    """The first line that `process` prints; what follows is read and dropped.

    Raises:
        ProcessFailed: it ends, or prints nothing for `seconds`.
    """
    output = process.stdout
    assert output is not None  # noqa: S101  (`running` opened the pipe)
    lines: Queue[str] = Queue()
    threading.Thread(target=_pass_on, args=(output, lines), daemon=True).start()
    try:
        line = lines.get(timeout=seconds)
    except Empty:
        line = ""
        reason = f"said nothing for {seconds:.0f} seconds"
    else:
        reason = "ended early"
    if not line:
        tail = " ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
        raise ProcessFailed(f"{name} {reason}: {tail or 'without a word'} (whole log: {log}).")
    return line.strip()


def _pass_on(output: IO[str], lines: "Queue[str]") -> None:
    try:
        lines.put(output.readline())
        for _ in output:
            pass
    except ValueError:  # closed by `stop` while reading
        return


def _become(command: list[str], parent: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:  # killed before the kernel knew
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    _become(sys.argv[2:], int(sys.argv[1]))
