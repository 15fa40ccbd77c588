"""`python -m lotus_assets.services.lotus_core --port …`: the service as its own process."""

import logging
from typing import Annotated

import typer
import uvicorn

from lotus_assets.services.lotus_core.application import create_application
from lotus_assets.services.lotus_core.settings import CoreSettings


def serve(
    port: Annotated[int | None, typer.Option(help="Port; default: LOTUS_CORE_PORT, 8001.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the input contracts until the process is stopped."""
    settings = CoreSettings()
    logging.basicConfig(level=settings.lotus_core_log_level, format="%(name)s %(message)s")
    uvicorn.run(
        create_application(settings),
        host=host,
        port=settings.lotus_core_port if port is None else port,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    typer.run(serve)
