"""What commands tell their reader: exit codes, and errors that can be set right, a paragraph each.

Exit codes: 0 all went well; 1 the run failed; 2 something has to be set right first; 130
interrupted.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from lotus_assets.commands.surroundings.checks import NotReady
from lotus_assets.commands.surroundings.processes import ProcessFailed
from lotus_assets.settings import faults
from lotus_assets.sources.gitlab.errors import AccessError, UnreachableError
from lotus_assets.sources.interrupts import noted_interrupts
from lotus_assets.sources.server_account import EmbeddedPostgresError
from lotus_assets.sources.warehouse.errors import WarehouseUnavailable
from lotus_assets.sources.writable_folder import FolderNotWritable
from lotus_assets.sources.yaml_file import ConfigurationFileError

FAILED, NOT_READY, INTERRUPTED = 1, 2, 130

NEEDS_SETTING_RIGHT = (
    NotReady,
    ProcessFailed,
    EmbeddedPostgresError,
    WarehouseUnavailable,
    ConfigurationFileError,
    FolderNotWritable,
    AccessError,
    UnreachableError,
)


@contextmanager
def told_to_the_reader(errors: Console) -> Iterator[None]:
    """Turn what the reader can set right into one paragraph and an exit code."""
    with _interrupts_raised():
        try:
            yield
        except ValidationError as invalid:
            _refuse(errors, faults(invalid))
        except NEEDS_SETTING_RIGHT as error:
            _refuse(errors, str(error))
        except KeyboardInterrupt:
            errors.print("Interrupted; everything that was started has been stopped.")
            raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _interrupts_raised() -> Iterator[None]:
    """SIGINT and SIGTERM raise KeyboardInterrupt, even where a shell's `&` had SIGINT ignored."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            signal.signal(number, signal.default_int_handler)
        with noted_interrupts():
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell(errors: Console, message: str) -> None:
    """What went wrong, in one paragraph."""
    errors.print(f"[red]{escape(message)}[/]", soft_wrap=True)


def _refuse(errors: Console, message: str) -> NoReturn:
    tell(errors, message)
    raise typer.Exit(NOT_READY) from None
