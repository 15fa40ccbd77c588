"""Why a file of benchmark results is refused: which file, where in it, and what is wrong."""

from collections.abc import Sequence
from pathlib import Path

Location = Sequence[int | str]


class BenchmarkFileError(ValueError):
    """A file (or a tree of files) that is refused; nothing of it is imported."""

    def __init__(self, file: Path | str, where: str, reason: str) -> None:
        """`where` is a line, or a path into the document such as `$.benchmarks[3].stats.min`."""
        self.file, self.where, self.reason = str(file), where, reason
        super().__init__(f"{file}: {where}: {reason}")


def json_path(location: Location, root: str = "$") -> str:
    """The path into a document, as JSONPath writes it."""
    return root + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
