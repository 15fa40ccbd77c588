"""Processes of ours: found ready, stopped by their id, not left behind by a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lotus_assets.commands.surroundings.processes import (
    ProcessFailed,
    first_line,
    running,
    stop,
)

PACKAGE_PARENT = Path(__file__).parents[2]
READY_THEN_IDLE = "import time; print('ready', flush=True); time.sleep(600)"
PARENT = f"""
import os, sys, time
from pathlib import Path
from lotus_assets.commands.surroundings.processes import first_line, running
log = Path(sys.argv[1])
with running(["-c", {READY_THEN_IDLE!r}], {{}}, log) as child:
    first_line("child", child, log, 60)
    print(child.pid, flush=True)
    time.sleep(600)
"""


def test_it_says_that_it_is_ready_and_is_stopped(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "child.log"
    with running(["-c", READY_THEN_IDLE], {}, log) as child:
        assert first_line("The child", child, log, 60) == "ready"
        assert child.poll() is None
    assert child.returncode == -signal.SIGTERM


def test_it_gets_the_environment(tmp_path: Path) -> None:
    code = "import os; print(os.environ['TEM_EXAMPLE'])"
    log = tmp_path / "child.log"
    with running(["-c", code], {"TEM_EXAMPLE": "given"}, log) as child:
        assert first_line("The child", child, log, 60) == "given"


def test_the_log_of_the_one_before_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = "import sys; print('out of memory', file=sys.stderr); print('up')"
    for _ in range(2):
        with running(["-c", code], {}, log) as child:
            first_line("The child", child, log, 60)
            child.wait(60)
    assert log.read_text() == log.with_name("child.log.1").read_text() == "out of memory\n"
    with running(["-c", "print('up')"], {}, log) as child:
        first_line("The child", child, log, 60)
        child.wait(60)
    assert log.read_text() == ""
    assert log.with_name("child.log.1").read_text() == "out of memory\n"


def test_one_that_ends_early_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    with (
        running(["-c", "import sys; sys.exit('no room for a sample')"], {}, log) as child,
        pytest.raises(ProcessFailed, match=r"The child ended early: no room for a sample .*log"),
    ):
        first_line("The child", child, log, 60)


def test_one_that_says_nothing_is_told(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    with (
        running(["-c", "import time; time.sleep(600)"], {}, log) as child,
        pytest.raises(ProcessFailed, match="The child said nothing for 1 seconds"),
    ):
        first_line("The child", child, log, 1)


def test_one_that_will_not_end_is_killed(tmp_path: Path) -> None:
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY_THEN_IDLE}"
    log = tmp_path / "child.log"
    with running(["-c", code], {}, log) as child:
        first_line("The child", child, log, 60)
        stop(child, seconds=0.2)
        assert child.returncode == -signal.SIGKILL


@pytest.mark.parametrize("deaf", [False, True])
def test_what_it_started_is_ended_with_it(tmp_path: Path, deaf: bool) -> None:
    """A child of the child, in its session, that would outlive it; it may be deaf to signals."""
    ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " if deaf else ""
    code = (
        "import subprocess, sys, time; "
        f"inner = subprocess.Popen([sys.executable, '-c', {ignoring + READY_THEN_IDLE!r}],"
        " stdout=subprocess.PIPE); inner.stdout.readline(); print(inner.pid, flush=True);"
        " time.sleep(600)"
    )
    log = tmp_path / "child.log"
    with running(["-c", code], {}, log) as child:
        inner = psutil.Process(int(first_line("The child", child, log, 60)))
        stop(child, seconds=1)
        assert not inner.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a killed parent")
def test_a_killed_parent_leaves_no_child_behind(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "child.log")],
        cwd=PACKAGE_PARENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    _, alive = psutil.wait_procs([child], timeout=60)
    assert alive == []


def test_ignored_interrupts_are_not_handed_on(tmp_path: Path) -> None:
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    log = tmp_path / "child.log"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running(["-c", code], {}, log) as child:
            assert first_line("The child", child, log, 60) == "True"
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_child_whose_parent_is_gone_before_it_starts_ends(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'w')"
    stranger = str(os.getpid() + 1)
    command = [
        sys.executable,
        "-m",
        "lotus_assets.commands.surroundings.processes",
        stranger,
        sys.executable,
        "-c",
        code,
    ]
    assert subprocess.run(command, cwd=PACKAGE_PARENT, check=False).returncode == 1
    assert not mark.exists()
