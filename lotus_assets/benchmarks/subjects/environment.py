"""The Python environments of subjects: made by the pinned uv, apart from the project's own."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lotus_assets.benchmarks.subjects.subject_failed import SubjectFailed

STAMP = ".installed"
"""Holds the hash of the lock once everything in it is installed; a broken installation has none."""
INHERITED = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTEST_")
"""Beginnings of the variables that would let the project's own environment reach into a subject's.

Of pytest's all: `PYTEST_XDIST_WORKER`, for one, makes pytest-benchmark refuse to measure.
"""
INSTALL_SECONDS = 900


def locked_environment(lock: Path, folder: Path) -> Path:
    """The interpreter of a virtual environment in `folder` that holds exactly what `lock` names.

    Made anew when the lock has changed or an earlier installation did not end.

    Raises:
        SubjectFailed: uv is missing, or a package could not be had or has another hash.
    """
    python = folder / "bin" / "python"
    stamp = folder / STAMP
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return python.absolute()
    uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    uv(
        *("pip", "sync", "--quiet", "--python", str(python), "--require-hashes"),
        *("--compile-bytecode", str(lock)),
    )
    stamp.write_text(digest, encoding="ascii")
    return python.absolute()


def uv(*arguments: str, folder: Path | None = None) -> str:
    """What `uv ARGUMENTS` prints, run in `folder`.

    Raises:
        SubjectFailed: it is not installed beside our interpreter, fails, or does not end.
    """
    program = Path(sys.executable).parent / "uv"
    if not program.exists():
        raise SubjectFailed(f"{program} is missing: run `make install`, then measure again.")
    return run((str(program), *arguments), {}, seconds=INSTALL_SECONDS, folder=folder)


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    seconds: float,
    folder: Path | None = None,
    accepted: Sequence[int] = (0,),
) -> str:
    """What `command` prints, in our environment less `INHERITED` and with `variables`.

    Raises:
        SubjectFailed: its exit code is not `accepted`, or it takes more than `seconds`.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(INHERITED)}
    called = " ".join(Path(part).name if part.startswith("/") else part for part in command[:4])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**kept, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SubjectFailed(f"`{called} …` did not end within {seconds:.0f} seconds.") from error
    if done.returncode not in accepted:
        last = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise SubjectFailed(f"`{called} …` failed with exit code {done.returncode}:\n{last}")
    return done.stdout
