"""What `make dev` serves beside the sources: Dagster, and the analytics API."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import httpx
from rich.console import Console

from lotus_assets.commands.command_errors import tell
from lotus_assets.commands.surroundings.checks import LOOPBACK
from lotus_assets.commands.surroundings.preparation import surroundings
from lotus_assets.commands.surroundings.processes import ProcessFailed, first_line, running
from lotus_assets.settings import Settings

API_SECONDS = 60
LOOK_SECONDS = 0.5
"""Between two looks whether Dagster answers."""
SLOW_SECONDS = 60
QUIET = {"PYTHONWARNINGS": "ignore:Function `dev_command` is superseded"}
"""Its reader has not chosen Dagster's command, and cannot choose another."""
EVERYWHERE = "0.0.0.0"  # noqa: S104  (compared with, not listened on)


def serve(settings: Settings, host: str, core_port: int, errors: Console) -> None:
    """Sources, API and Dagster until interrupted; a side that cannot be had is told, and left out.

    Raises:
        ProcessFailed: Dagster or the API does not start, or Dagster ends by itself.
        Exception: there is no database, as `surroundings` gives it.
    """
    with (
        surroundings(settings, errors.print, core_port, host) as missing,
        _analytics_api(host, settings, errors),
    ):
        _serve_dagster(host, settings.dagster_port, errors, missing)


@contextmanager
def _analytics_api(host: str, settings: Settings, errors: Console) -> Iterator[None]:
    """The analytics API beside lotus-core while the context lasts.

    Raises:
        ProcessFailed: it does not start.
    """
    arguments = ["-m", "lotus_assets.services.api", "--host", host]
    log = settings.tem_data_dir.resolve() / "api.log"
    with running(arguments, {}, log) as process:
        errors.print(first_line("The analytics API", process, log, API_SECONDS))
        yield


def _serve_dagster(host: str, port: int, errors: Console, missing: Mapping[str, Exception]) -> None:
    """Dagster's webserver and daemon until interrupted.

    Raises:
        ProcessFailed: they end by themselves.
    """
    address = ["--host", host, "--port", str(port)]
    module = ["--module-name", "lotus_assets.definitions"]
    with running(["-m", "dagster", "dev", *address, *module], QUIET) as process:
        # What listens everywhere answers here as well.
        if _answers(f"http://{LOOPBACK if host == EVERYWHERE else host}:{port}", process):
            for side, error in missing.items():
                tell(errors, f"{side} is left out, and its runs fail until it answers: {error}")
            errors.print(
                f"Ready. Dagster UI: http://{host}:{port}; schedules and the sensor are on "
                "(Ctrl-C ends it)",
                soft_wrap=True,
            )
        code = process.wait()
    raise ProcessFailed(f"Dagster ended by itself (exit code {code}); its messages stand above.")


def _answers(url: str, process: "subprocess.Popen[str]") -> bool:
    """Wait until Dagster's webserver answers; False where it ends before."""
    while process.poll() is None:
        try:
            return httpx.get(f"{url}/server_info", timeout=SLOW_SECONDS).is_success
        except httpx.TransportError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
    return False
