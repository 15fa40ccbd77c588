"""CSV and Parquet files in pieces, as they are: CSV cells stay text until they are checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from lotus_assets.services.lotus_core.loading.layout import TABLES, LayoutTable
from lotus_assets.services.lotus_core.loading.refusal import FileProblem

PIECE_ROWS = 250_000
"""Rows of a Parquet file in memory at once."""
PIECE_BYTES = 16 * 1024 * 1024
"""Bytes of a CSV file in memory at once; no line may be longer."""
SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True)
class Piece:
    """Consecutive rows of one file; `first_row` counts data rows from 1."""

    file: str
    first_row: int
    rows: pa.Table


def find_files(folder: Path) -> tuple[dict[str, list[Path]], list[FileProblem]]:
    """The files of each table in `folder`, and what does not belong there."""
    names = {table.name for table in TABLES}
    paths: dict[str, list[Path]] = {}
    problems = []
    if not folder.is_dir():
        return paths, [FileProblem(str(folder), None, "no such folder")]
    for path in sorted(folder.iterdir()):
        name = path.name if path.is_dir() else path.stem
        parts = sorted(path.iterdir()) if path.is_dir() else [path]
        known = name in names and (path.is_dir() or path.suffix in SUFFIXES)
        if path.name.startswith(".") or path.suffix == ".md":
            continue
        if not known or any(part.suffix not in SUFFIXES for part in parts):
            problems.append(
                FileProblem(path.name, None, f"not of the layout; tables are {sorted(names)}")
            )
        else:
            paths.setdefault(name, []).extend(parts)
    if not paths and not problems:
        problems.append(FileProblem(str(folder), None, "holds no file of the layout"))
    return paths, problems


def read_pieces(path: Path, folder: Path) -> Iterator[Piece]:
    """The rows of a file, piece by piece.

    Raises:
        pa.ArrowInvalid: it is not a CSV or Parquet file.
    """
    file = str(path.relative_to(folder))
    first_row = 1
    batches = _csv_batches(path) if path.suffix == ".csv" else _parquet_batches(path)
    for batch in batches:
        yield Piece(file, first_row, pa.Table.from_batches([batch]))
        first_row += batch.num_rows


def header_problems(table: LayoutTable, piece: Piece) -> list[FileProblem]:
    """Columns that the layout does not know, and required ones that are missing."""
    given = piece.rows.column_names
    missing = [name for name in table.columns if name not in given and name not in table.optional]
    unknown = [name for name in given if name not in table.columns]
    reasons = [f"column {name} is missing" for name in missing]
    reasons += [f"column {name} is unknown" for name in unknown]
    reasons += [f"column {name} is there twice" for name in set(given) if given.count(name) > 1]
    return [FileProblem(piece.file, None, reason) for reason in reasons]


def _csv_batches(path: Path) -> Iterator[pa.RecordBatch]:
    if path.stat().st_size == 0:
        raise pa.ArrowInvalid("the file is empty")
    with path.open(encoding="utf-8-sig", newline="") as opened:
        names = [name.strip().strip('"') for name in opened.readline().strip().split(",")]
    reader = pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(block_size=PIECE_BYTES, use_threads=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
    is_first = True
    for batch in reader:
        if batch.num_rows or is_first:
            yield batch
        is_first = False


def _parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa_parquet.ParquetFile(path) as file:
        empty = True
        for batch in file.iter_batches(PIECE_ROWS):
            empty = False
            yield batch
        if empty:
            yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
