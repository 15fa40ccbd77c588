"""What `make dev` serves beside the sources: Dagster, and the analytics API."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from lotus_assets.commands.surroundings.preparation import surroundings
from lotus_assets.commands.surroundings.processes import ProcessFailed, first_line, running
from lotus_assets.settings import Settings

API_SECONDS = 60


def serve(settings: Settings, host: str, core_port: int, errors: Console) -> None:
    """Sources, API and Dagster until interrupted; both sides are needed.

    Raises:
        ProcessFailed: one of them does not start, or ends by itself.
        Exception: why a side cannot be had, as `surroundings` gives it.
    """
    with surroundings(settings, errors.print, core_port, host) as missing:
        for error in missing.values():
            raise error
        with _analytics_api(host, settings, errors):
            _serve_dagster(host, settings.dagster_port, errors)


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


def _serve_dagster(host: str, port: int, errors: Console) -> None:
    """Dagster's webserver and daemon until interrupted.

    Raises:
        ProcessFailed: they end by themselves.
    """
    address = ["--host", host, "--port", str(port)]
    module = ["--module-name", "lotus_assets.definitions"]
    with running(["-m", "dagster", "dev", *address, *module], {}) as process:
        errors.print(f"Dagster UI: http://{host}:{port} (Ctrl-C ends it)")
        code = process.wait()
    raise ProcessFailed(f"Dagster ended by itself (exit code {code}); its messages stand above.")
