"""`python -m lotus_assets.standin.sample_book FOLDER --end-day DAY`: write the sample book."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lotus_assets.standin.sample_book.book import SEED
from lotus_assets.standin.sample_book.files import write_book


def main(
    folder: Annotated[Path, typer.Argument(help="Where to write; must be empty or not exist.")],
    end_day: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of the book, YYYY-MM-DD.")
    ],
    seed: Annotated[int, typer.Option(help="Another seed makes another book.")] = SEED,
    recorded_after: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Only what was recorded after this day: what the book of that day still lacks.",
        ),
    ] = None,
) -> None:
    """Write the sample book as files for lotus-core's loader."""
    try:
        written = write_book(
            folder, seed, end_day.date(), recorded_after.date() if recorded_after else None
        )
    except (ValueError, FileExistsError) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from None
    for path in written:
        typer.echo(path)


if __name__ == "__main__":
    typer.run(main)
