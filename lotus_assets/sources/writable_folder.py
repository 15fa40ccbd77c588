"""Folders that settings name: whether files can be written there, seen before anything starts."""

import tempfile
from pathlib import Path


class FolderNotWritable(Exception):
    """Nothing can be written to a folder that a variable names; the text says which, and why."""


def check_writable(folder: Path, variable: str) -> None:
    """Make `folder`, which the environment names by `variable`, and write a file that goes again.

    Raises:
        FolderNotWritable: it cannot be made, or not written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderNotWritable(
            f"{variable} is {folder}: nothing can be written there ({error.strerror}). Set it to a "
            "folder that can be written to."
        ) from error
