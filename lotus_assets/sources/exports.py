"""Files that leave the house, each written whole or not at all."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"


def write_export(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making its directory; readers see the old file or the new.

    The bytes go to a file in the same directory, to the disk, and then under the name, one writer
    a directory at a time. What a killed writer left behind, the next one removes.

    Raises:
        OSError: nothing was written under `path`, and nothing half-written is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _sole_writer(path.parent) as directory:
        for left_behind in path.parent.glob(f".*{UNFINISHED}"):
            left_behind.unlink()
        unfinished = path.with_name(f".{path.name}{UNFINISHED}")
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        # The new name itself survives a power cut only when its directory is on the disk.
        os.fsync(directory)


def write_exports(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files below `folder` or none: a file that cannot be written changes no other.

    All are written beside their places first; then they take their names, one after the other.
    What is already there with the same content is left alone.

    Raises:
        OSError: no file was changed, and nothing half-written is left.
    """
    changed = {
        folder / name: content
        for name, content in sorted(files.items())
        if not _holds(folder / name, content)
    }
    staged: dict[Path, Path] = {}
    try:
        for path, content in changed.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f".{path.name}{UNFINISHED}")
            staged[unfinished] = path
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        for unfinished in staged:
            unfinished.unlink(missing_ok=True)
        raise
    for unfinished, path in staged.items():
        unfinished.replace(path)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


@contextmanager
def _sole_writer(directory: Path) -> Iterator[int]:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
