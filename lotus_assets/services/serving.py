"""A service as a process of its own: bound first, so that whoever started it knows where it is."""

import socket
import sys

import typer
import uvicorn
from fastapi import FastAPI

BACKLOG = 128


def serve(application: FastAPI, name: str, host: str, port: int, variable: str) -> None:
    """Serve `application` until SIGTERM or SIGINT; its first line says where it listens.

    A request that comes before the application has started waits for it. Port 0 takes a free one.
    `variable` is the environment variable that names another port.

    Raises:
        typer.Exit: the port cannot be used; the reason is on stderr.
    """
    try:
        listener = socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        print(  # noqa: T201
            f"{name}: port {port} of {host} cannot be used ({error.strerror}): stop what listens "
            f"there, or choose another port with {variable}.",
            file=sys.stderr,
        )
        raise typer.Exit(1) from error
    print(f"{name} at http://{host}:{listener.getsockname()[1]}", flush=True)  # noqa: T201
    config = uvicorn.Config(application, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
