"""The book as a folder of files that lotus-core's loader takes."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from lotus_assets.standin.sample_book.book import build_book

LARGE = frozenset(
    {
        "position_valuations",
        "lots",
        "fx_rates",
        "benchmark_constituents",
        "constituent_returns",
        "risk_free_rates",
    }
)
"""Tables written as Parquet; the others are CSV, to be read by people too."""


def write_book(
    folder: Path, seed: int, end_day: date, recorded_after: date | None = None
) -> list[Path]:
    """Write the tables of `build_book` into `folder`, which is made; the paths, by name.

    Tables without rows are left out: lotus-core takes a missing file for "nothing new".

    Raises:
        ValueError: `end_day` is before the book's first day.
        FileExistsError: the folder holds something already; two books must not mix.
    """
    tables = build_book(seed, end_day, recorded_after)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; choose a folder that does not exist yet.")
    written = [_write(folder, name, table) for name, table in tables.items() if len(table)]
    return sorted(written)


def _write(folder: Path, name: str, table: pa.Table) -> Path:
    if name in LARGE:
        path = folder / f"{name}.parquet"
        pa_parquet.write_table(table, path)
        return path
    path = folder / f"{name}.csv"
    instants = table["recorded_at"].cast(pa.timestamp("s")).cast(pa.string())
    # CSV has no instants: ISO 8601, in UTC.
    text = pa.array(
        [
            None if value is None else f"{value.replace(' ', 'T')}+00:00"
            for value in instants.to_pylist()
        ],
        pa.string(),
    )
    plain = table.set_column(table.schema.get_field_index("recorded_at"), "recorded_at", text)
    pa_csv.write_csv(plain, path, pa_csv.WriteOptions(quoting_style="needed"))
    return path
