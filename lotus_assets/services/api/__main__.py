"""`python -m lotus_assets.services.api --port …`: the API as its own process."""

import logging
from typing import Annotated

import typer

from lotus_assets.services.api.application import create_application
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.serving import serve
from lotus_assets.services.start_errors import told_on_stderr
from lotus_assets.sources.writable_folder import check_writable


def serve_api(
    port: Annotated[
        int | None, typer.Option(help="Port, 0 for a free one; default: LOTUS_API_PORT, 8000.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the analytics API until the process is stopped."""
    with told_on_stderr():
        settings = ApiSettings()
        check_writable(settings.lineage_folder, "TEM_DATA_DIR")
    logging.basicConfig(level=settings.lotus_api_log_level, format="%(name)s %(message)s")
    chosen = settings.lotus_api_port if port is None else port
    serve(create_application(settings), "Analytics API", host, chosen, "LOTUS_API_PORT")


if __name__ == "__main__":
    typer.run(serve_api)
