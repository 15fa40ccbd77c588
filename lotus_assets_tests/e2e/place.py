"""A data and an export folder of their own, and the commands run there as whole processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Set
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
from tenacity import (
    retry,
    retry_if_result,
    stop_after_delay,
    wait_fixed,
)

from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets_tests.integration.runs.contents import business_rows, one

ROOT = Path(__file__).parents[2]
AS_OF = "2026-03-31T12:00:00+02:00"
QUARANTINED = "SELECT count(DISTINCT payload) FROM quarantine WHERE table_name = %s"


@dataclass(frozen=True)
class Place:
    """What a newcomer has after cloning: folders that do not exist yet."""

    folder: Path
    as_of: str = AS_OF

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """A command in a process group of its own, as a terminal would start it."""
        return subprocess.Popen(
            [sys.executable, "-m", "lotus_assets", *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "TEM_DATA_DIR": str(self.data),
                "TEM_EXPORT_DIR": str(self.exports),
                "TEM_AS_OF": self.as_of,
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, **variables)
        out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def processes(self) -> list[list[str]]:
        """Command lines of what still runs for this place."""
        return [
            process.info["cmdline"]
            for process in psutil.process_iter(["cmdline"])
            if any(str(self.folder) in part for part in process.info["cmdline"] or [])
        ]

    def rows(self) -> dict[str, Set[str]]:
        """What its warehouse holds (see `business_rows`)."""
        with EmbeddedPostgres(self.data / "postgres") as server:
            return business_rows(server.url)

    def quarantined(self, table: str) -> int:
        """How many rows of a table are in quarantine."""
        with EmbeddedPostgres(self.data / "postgres") as server:
            count: int = one(server.url, QUARANTINED, table)
        return count


def kill(process: "subprocess.Popen[str]") -> None:
    """`kill -9` of the command's whole process group, as when the machine gives way."""
    os.killpg(process.pid, signal.SIGKILL)


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What the command says on stderr until a line holds `words`."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(f"the command ended without saying {words!r}")


@retry(
    retry=retry_if_result(bool),
    stop=stop_after_delay(60),
    wait=wait_fixed(0.2),
    retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
)
def leftovers(place: Place) -> list[list[str]]:
    """What still runs for a place when a minute has passed; empty as soon as nothing does."""
    return place.processes()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nothing listens on, each another."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
