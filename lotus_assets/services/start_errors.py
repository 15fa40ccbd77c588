"""What a service's own process says when it cannot start: a line on stderr, exit code 2."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError

from lotus_assets.settings import faults
from lotus_assets.sources.warehouse.errors import WarehouseUnavailable
from lotus_assets.sources.writable_folder import FolderNotWritable


@contextmanager
def told_on_stderr() -> Iterator[None]:
    """Turn what the reader can set right into a message.

    Raises:
        typer.Exit: with 2, when it was told.
    """
    try:
        yield
    except ValidationError as invalid:
        message = faults(invalid)
    except (WarehouseUnavailable, FolderNotWritable) as error:
        message = str(error)
    else:
        return
    typer.echo(message, err=True)
    raise typer.Exit(2)
