"""The durable history: a folder with one file a run, the content of the branch `gh-pages`."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lotus_assets.sources.benchmark_files.documents import read_text
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.run_file import parse_run, run_text, slug
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets.sources.exports import BENCH_DIR, write_export

RUNS = "runs"


@dataclass(frozen=True)
class StoredRun:
    """A run and the file that holds it."""

    run: BenchmarkRun
    file: str
    sha256: str


class HistoryFolder:
    """`TEM_BENCH_DIR`: runs are added to it, never changed and never removed."""

    def __init__(self, folder: Path) -> None:
        """The folder need not exist yet."""
        self.folder = folder

    def path_of(self, run: BenchmarkRun) -> Path:
        """Where the run's file lies: `runs/<suite>/<run id>.json`."""
        return self.folder / RUNS / slug(run.suite) / f"{run.run_id}.json"

    def add(self, run: BenchmarkRun) -> bool:
        """Write the run's file, whole or not at all; False: it was there already.

        Raises:
            BenchmarkFileError: a file of that run id is there and says something else.
        """
        path, text = self.path_of(run), run_text(run)
        if path.exists():
            if read_text(path) != text:
                raise BenchmarkFileError(
                    path, "$.run_id", "the history holds another run under this id; runs are final"
                )
            return False
        write_export(path, text.encode(), variable=BENCH_DIR)
        return True

    def files(self) -> list[Path]:
        """All run files, sorted by their place."""
        return sorted((self.folder / RUNS).glob("**/*.json"))

    def read(
        self,
        known: Mapping[str, str] | None = None,
        refused: list[BenchmarkFileError] | None = None,
    ) -> Iterator[StoredRun]:
        """The runs that are not `known` already (run id → SHA-256), one file at a time.

        A file that breaks the format, or says something else than what is known under its id, is
        added to `refused`; the others are read all the same. Without the list it raises.

        Raises:
            BenchmarkFileError: a file is refused, and there is no list for it.
        """
        seen: dict[str, Path] = {}
        for path in self.files():
            try:
                stored = self._stored(path, (known or {}).get(path.stem))
                if stored is None:
                    continue
                other = seen.setdefault(stored.run.run_id, path)
                if other != path:
                    raise BenchmarkFileError(path, "$.run_id", f"{other} has the same run id")
            except BenchmarkFileError as error:
                if refused is None:
                    raise
                refused.append(error)
                continue
            yield stored

    def _stored(self, path: Path, known: str | None) -> StoredRun | None:
        """The run of a file; None: it is known. A known file is hashed, not parsed."""
        text = read_text(path)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if known is not None:
            if known == sha256:
                return None
            raise BenchmarkFileError(
                path, "the whole file", "it was changed after it was stored; runs are final"
            )
        run = parse_run(text, path)
        if run.run_id != path.stem:
            raise BenchmarkFileError(
                path, "$.run_id", f"it is {run.run_id}, so the file should be {run.run_id}.json"
            )
        name = path.relative_to(self.folder).as_posix()
        return StoredRun(run, name, sha256)
