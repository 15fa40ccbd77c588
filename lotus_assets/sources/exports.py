"""Files that leave the house, each written whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
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


@contextmanager
def _sole_writer(directory: Path) -> Iterator[int]:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
