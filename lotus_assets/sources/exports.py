"""Files that leave the house: those of one export are written all of them, or none."""

import fcntl
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"
EXPORT_DIR, BENCH_DIR = "TEM_EXPORT_DIR", "TEM_BENCH_DIR"
"""Variables that name the folders."""


class ExportNotWritten(OSError):
    """A file cannot be written; the text says which, why, and what to set right."""


def write_export(path: Path, content: bytes, *, variable: str) -> None:
    """Write one file; see `write_exports`."""
    write_exports(path.parent, {path.name: content}, variable=variable)


def write_exports(folder: Path, files: Mapping[str, bytes], *, variable: str) -> None:
    """Write all files below `folder` or none: a file that cannot be written changes no other.

    All are written beside their places and to the disk first; then they take their names, one after
    the other: readers see the old file or the new. One writer a directory at a time; what a killed
    writer left behind, the next one removes. What is already there with the same content is left
    alone.

    Args:
        folder: is made where it is not there.
        files: content by path below `folder`.
        variable: the environment variable that names the folder, or one above it, for the reader.

    Raises:
        ExportNotWritten: no file was changed, and nothing half-written is left.
    """
    contents = {folder / name: content for name, content in sorted(files.items())}
    path = folder
    try:
        with _sole_writer({path.parent for path in contents}) as directories:
            changed = {p: content for p, content in contents.items() if not _holds(p, content)}
            with _staged() as staged:
                for path, content in changed.items():
                    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
                    staged.append(unfinished)
                    _write(unfinished, content)
                for unfinished, path in zip(staged, changed, strict=True):
                    unfinished.replace(path)
            # The new names themselves survive a power cut only when their directory is on the disk.
            for directory in directories:
                os.fsync(directory)
    except OSError as error:
        raise ExportNotWritten(
            f"{error.filename or path} cannot be written ({error.strerror}), so none of its export "
            f"was. {variable} names the folder: make room there, or set it to another, and run "
            "again."
        ) from error


@contextmanager
def _staged() -> Iterator[list[Path]]:
    """Files that are not in their places yet; those that never get there are removed."""
    staged: list[Path] = []
    try:
        yield staged
    finally:
        for unfinished in staged:
            unfinished.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


@contextmanager
def _sole_writer(directories: Collection[Path]) -> Iterator[list[int]]:
    """Hold directories, which are made, in one order for all writers; their descriptors."""
    with ExitStack() as held:
        descriptors = []
        for directory in sorted(directories):
            directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(directory, os.O_RDONLY)
            held.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            descriptors.append(descriptor)
            for left_behind in directory.glob(f".*{UNFINISHED}"):
                left_behind.unlink(missing_ok=True)
        yield descriptors
