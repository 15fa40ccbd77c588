"""`python -m lotus_assets.services.lotus_core --port …`: the service as its own process."""

import logging
from typing import Annotated

import typer

from lotus_assets.services.lotus_core.application import create_application
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.services.serving import serve
from lotus_assets.services.start_errors import told_on_stderr


def serve_lotus_core(
    port: Annotated[
        int | None, typer.Option(help="Port, 0 for a free one; default: LOTUS_CORE_PORT, 8001.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the input contracts until the process is stopped."""
    with told_on_stderr():
        settings = CoreSettings()
        application = create_application(settings)
    logging.basicConfig(level=settings.lotus_core_log_level, format="%(name)s %(message)s")
    chosen = settings.lotus_core_port if port is None else port
    serve(application, "lotus-core", host, chosen, "LOTUS_CORE_PORT")


if __name__ == "__main__":
    typer.run(serve_lotus_core)
