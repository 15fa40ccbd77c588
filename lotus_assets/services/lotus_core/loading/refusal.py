"""What is wrong with files, for people: file, row, reason."""

from dataclasses import dataclass

SHOWN = 20
KEPT = 1000
"""Problems kept of a load; a broken file need not fill the memory."""


@dataclass(frozen=True)
class FileProblem:
    """One thing that is wrong. `row` counts data rows from 1; None: the file as a whole."""

    file: str
    row: int | None
    reason: str

    def __str__(self) -> str:
        """As a line of a report."""
        where = f"{self.file}, row {self.row}" if self.row is not None else self.file
        return f"{where}: {self.reason}"


class LoadRefused(Exception):
    """Files were refused and nothing was loaded; `problems` says why."""

    def __init__(self, problems: list[FileProblem]) -> None:
        """Keep the problems, in order of file and row."""
        self.problems = sorted(problems, key=lambda one: (one.file, one.row or 0, one.reason))
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"… and {len(self.problems) - SHOWN} more")
        super().__init__("Nothing was loaded:\n" + "\n".join(lines))
