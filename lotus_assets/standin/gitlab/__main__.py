"""`python -m lotus_assets.standin.gitlab`: the stand-in as a process of its own."""

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from lotus_assets.standin.gitlab.data_directory import DataDirectory
from lotus_assets.standin.gitlab.git_http import GitMissing, check_git
from lotus_assets.standin.gitlab.living import LivingStore
from lotus_assets.standin.gitlab.server import StandinServer, listen
from lotus_assets.standin.gitlab.store import Store
from lotus_assets.standin.gitlab.world.build import build_store

SEED = 20_260_101
ZONE = ZoneInfo("Europe/Amsterdam")


def _instant(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise typer.BadParameter("needs an offset, for example 2026-03-31T12:00:00+02:00")
    return parsed.astimezone(UTC)


def serve(
    data_dir: Annotated[Path, typer.Option(help="Kept between starts: anchor, token, Git.")],
    port: Annotated[int, typer.Option(help="On loopback; 0 takes a free one.")] = 0,
    as_of: Annotated[
        datetime | None,
        typer.Option(parser=_instant, help="The instant the sample ends at; default: now."),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="Where the token is kept; default: in the data directory.")
    ] = None,
) -> None:
    """Serve the sample organisation until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        check_git()
        listener = listen(port)
    except GitMissing as error:
        raise _failure(str(error)) from error
    except OSError as error:
        raise _failure(
            f"port {port} of 127.0.0.1 cannot be used ({error.strerror}): "
            "stop what listens there, or choose another with --port"
        ) from error
    directory = DataDirectory(data_dir)
    anchor = directory.anchor((as_of or datetime.now(UTC)).astimezone(ZONE).date())

    def build() -> Store:
        return build_store(SEED, anchor, as_of or datetime.now(UTC), directory.repositories)

    try:
        store = build()
    except ValueError as error:
        raise _failure(str(error)) from error
    provider = (lambda: store) if as_of else LivingStore(build, first=store)
    token = directory.token(token_file)
    with StandinServer(provider, token=token, listener=listener) as server:
        kept = token_file or directory.token_file
        print(f"GitLab stand-in ready at {server.url} (token in {kept})", flush=True)  # noqa: T201
        stopping.wait()


def _failure(message: str) -> typer.Exit:
    print(f"GitLab stand-in: {message}", file=sys.stderr)  # noqa: T201
    return typer.Exit(code=1)


if __name__ == "__main__":
    typer.run(serve)
